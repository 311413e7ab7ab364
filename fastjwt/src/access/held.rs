//! What is held of a token that is well signed: what was signed, and the claims as which it was read, in one piece of memory.
//!
//! The cache, the doors of a request and the payload of a handler hold the same piece, so that a token that comes again is one count and
//! as few lines of memory as can be.

use std::{any::Any, hint::black_box, marker::PhantomData, sync::Arc, time::SystemTime};

use serde::Deserialize;

use super::{
    Policy,
    cache::{Kept, Reader},
    provenance::Basis,
    standing::Good,
};
use crate::{
    Claims, NumericDate, RegisteredClaims, TokenKind, TokenPayload, VerifyingKey, clock::LAG, config::Settings,
    session::refresh::Refreshable,
};

/// The claims of a verified token as one type.
#[repr(C)]
pub(crate) struct Held<C> {
    source: Source,
    pub(crate) claims: RegisteredClaims<C>,
}

/// What the claims were read from.
enum Source {
    Signed(Signed),
    /// What a door or a check before read as another type.
    Other(Arc<dyn AnyHeld>),
}

/// A payload whose signature was right, whatever its claims are, and what it is judged by.
#[repr(C)]
pub(super) struct Signed {
    pub(super) basis: Basis,
    /// When it is good at a door that demands nothing but a kind; `None` where that is not known.
    pub(super) plain: Option<Plain>,
    /// Whether it is known that issuer and audience are those that are configured: neither they nor the configuration change.
    pub(super) is_as_configured: bool,
    /// What the cache knows it by, if it was given it.
    pub(super) kept: Option<Kept>,
    json: Vec<u8>,
}

/// The times between which a token of the configured issuer and audience is good at every door that demands its kind and nothing else: with
/// a leeway it is good for longer.
pub(super) struct Plain {
    from: SystemTime,
    until: SystemTime,
    kind: TokenKind,
}

impl Plain {
    fn of<C>(claims: &RegisteredClaims<C>) -> Self {
        let from = claims.nbf.max(claims.iat).map_or(SystemTime::UNIX_EPOCH, SystemTime::from);
        Self { from, until: claims.exp.into(), kind: claims.kind }
    }

    #[inline]
    pub(super) fn is_good(&self, kind: TokenKind, now: SystemTime) -> bool {
        self.kind == kind && self.from <= now && now < self.until
    }

    /// Whether [it is](Self::is_good) at a moment that is after `lately`, by less than [`LAG`].
    #[inline]
    pub(super) fn is_surely_good(&self, kind: TokenKind, lately: SystemTime) -> bool {
        let is_left = || self.until.duration_since(lately).is_ok_and(|left| left >= LAG);
        self.kind == kind && self.from <= lately && is_left()
    }
}

impl Signed {
    pub(super) fn new(json: Vec<u8>, basis: Basis) -> Self {
        Self { basis, plain: None, is_as_configured: false, json, kept: None }
    }

    /// The same, by what the cache knows it, where its claims are these.
    pub(super) fn known_by<C>(self, kept: Kept, claims: &RegisteredClaims<C>, is_as_configured: bool) -> Self {
        Self { plain: is_as_configured.then(|| Plain::of(claims)), is_as_configured, kept: Some(kept), ..self }
    }

    pub(super) fn json(&self) -> &[u8] {
        &self.json
    }

    /// The key, unless it is one of this service's own and their ring has changed since.
    pub(super) fn key(&self, config: &Settings) -> Option<VerifyingKey> {
        match &self.kept {
            Some(kept) => Some(kept.key.clone()),
            None => self.basis.key(config),
        }
    }

    /// What names the token, as far as it is there.
    pub(super) fn identity<'p, T: Deserialize<'p>>(&'p self) -> Option<T> {
        serde_json::from_slice(&self.json).ok()
    }
}

/// The claims of a token, whatever the type as which they were read.
pub(super) trait AnyHeld: Any + Send + Sync {
    /// What was signed.
    fn signed(&self) -> &Signed;

    /// Which claims were read before it, if it was made of those.
    fn other(&self) -> Option<&Arc<dyn AnyHeld>>;

    fn exp(&self) -> NumericDate;

    /// About how many bytes of memory it takes at most, beside what was signed.
    fn size(&self) -> usize;

    /// Whether the cache knows it by this hash.
    fn is_known_by(&self, hash: u64, reader: Reader) -> bool;
}

impl<C: Claims> AnyHeld for Held<C> {
    fn signed(&self) -> &Signed {
        self.signed()
    }

    fn other(&self) -> Option<&Arc<dyn AnyHeld>> {
        match &self.source {
            Source::Signed(_) => None,
            Source::Other(other) => Some(other),
        }
    }

    fn exp(&self) -> NumericDate {
        self.claims.exp
    }

    fn size(&self) -> usize {
        // Their members stand in a map, as those of an object within them do.
        let has_map = C::NAMES.is_open() || C::NAMES.has_flattened();
        let map = if has_map { OBJECT } else { 0 };
        size_of::<Self>().saturating_add(map).saturating_add(size_of_values(self.signed().json()))
    }

    #[inline]
    fn is_known_by(&self, hash: u64, reader: Reader) -> bool {
        let signed = self.signed();
        // What is read next comes from memory while the token's text is compared, and not when that is done.
        black_box(signed.plain.as_ref().map(|plain| plain.until));
        if reader == Reader::Handler {
            black_box(self.claims.sub.as_bytes().first().copied());
        }
        signed.kept.as_ref().is_some_and(|kept| kept.has_hash(hash))
    }
}

impl dyn AnyHeld {
    /// The first of the claims that were read of this token.
    pub(super) fn first(self: &Arc<Self>) -> &Arc<Self> {
        self.other().unwrap_or(self)
    }

    /// Whether it was read as this type: who asks first counts nothing in vain.
    pub(super) fn is<T: AnyHeld>(&self) -> bool {
        let any: &dyn Any = self;
        any.is::<T>()
    }

    /// The same, if it was read as this type.
    #[inline]
    pub(super) fn read_as<T: AnyHeld>(self: Arc<Self>) -> Option<Arc<T>> {
        let any: Arc<dyn Any + Send + Sync> = self;
        any.downcast().ok()
    }
}

/// What an object takes in memory: a map of one name has room for eleven.
const OBJECT: usize = 704;
/// What a list takes: one of one value has room for four.
const LIST: usize = 160;
/// What a value takes in its list, or in its map.
const VALUE: usize = 64;
/// What its name takes there beside its letters, where half of the map's room is free.
const NAME: usize = 48;

/// About how many bytes of memory the members of a claims object take at most, whatever they are read as: what they are made of, and what
/// stands around it.
fn size_of_values(json: &[u8]) -> usize {
    let all = |byte: u8, size: usize| memchr::memchr_iter(byte, json).count().saturating_mul(size);
    // The outermost object is the claims themselves.
    let objects = all(b'{', OBJECT).saturating_sub(OBJECT);
    let parts = [objects, all(b'[', LIST), all(b',', VALUE), all(b':', NAME)];
    parts.into_iter().fold(json.len(), usize::saturating_add)
}

/// What is known of a token that came before.
pub(super) enum Known<C> {
    /// Its claims were read as the type that is asked for.
    So(Arc<Held<C>>),
    /// As another one.
    Otherwise(Arc<dyn AnyHeld>),
}

impl<C: Claims> Known<C> {
    pub(super) fn signed(&self) -> &Signed {
        match self {
            Self::So(held) => held.signed(),
            Self::Otherwise(other) => other.signed(),
        }
    }

    pub(super) fn held(&self) -> Arc<dyn AnyHeld> {
        match self {
            Self::So(held) => Arc::<Held<C>>::clone(held),
            Self::Otherwise(other) => Arc::clone(other),
        }
    }
}

impl<C> Held<C> {
    pub(super) fn new(signed: Signed, claims: RegisteredClaims<C>) -> Self {
        Self { source: Source::Signed(signed), claims }
    }

    /// What was read before as another type.
    pub(super) fn again(first: Arc<dyn AnyHeld>, claims: RegisteredClaims<C>) -> Self {
        Self { source: Source::Other(first), claims }
    }

    /// Claims that nobody has signed.
    pub(crate) fn of_no_token(claims: RegisteredClaims<C>) -> Self {
        Self::new(Signed::new(Vec::new(), Basis::nobodys()), claims)
    }

    #[inline]
    pub(super) fn signed(&self) -> &Signed {
        match &self.source {
            Source::Signed(signed) => signed,
            Source::Other(other) => other.signed(),
        }
    }
}

/// The claims of a token whose signature, times, issuer, audience and realm are right. What it is good for, a policy judges.
pub(crate) struct Verified<C, R> {
    held: Arc<Held<C>>,
    realm: PhantomData<fn() -> R>,
}

impl<C, R> Verified<C, R> {
    pub(super) fn new(held: Arc<Held<C>>) -> Self {
        Self { held, realm: PhantomData }
    }

    pub(super) fn claims(&self) -> &RegisteredClaims<C> {
        &self.held.claims
    }

    pub(super) fn signed(&self) -> &Signed {
        self.held.signed()
    }

    pub(super) fn held(&self) -> &Arc<Held<C>> {
        &self.held
    }

    pub(super) fn into_held(self) -> Arc<Held<C>> {
        self.held
    }

    /// Whether the key is another issuer's.
    pub(super) fn is_foreign(&self, config: &Settings) -> bool {
        self.signed().basis.issuer(config).foreign
    }

    /// What the payload of a refresh token keeps, where there are sessions.
    #[inline]
    pub(super) fn refreshable(&self, config: &Settings, good: Option<Good>) -> Option<Refreshable> {
        let is_needed = config.sessions.is_some() && self.claims().kind == TokenKind::Refresh;
        is_needed.then(|| Refreshable { json: self.signed().json().to_vec(), ends: good.and_then(|good| good.ends) })
    }

    /// For a handler, behind a door with these terms.
    #[inline]
    pub(super) fn into_payload(self, config: &Settings, policy: &Policy) -> TokenPayload<C, R> {
        let payload = TokenPayload::new(self.held, config.clock.clone(), config.hooks.matching);
        #[cfg(feature = "ws")]
        let payload = payload.with_leeway(policy.leeway_of(config));
        #[cfg(not(feature = "ws"))]
        let _ = policy;
        payload
    }
}
