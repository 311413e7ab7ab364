//! Keeps what one door verified for the next door of the same request.

use std::{
    iter::successors,
    marker::PhantomData,
    sync::{Arc, OnceLock},
};

use http::{Extensions, HeaderValue, request::Parts};

use super::{
    Policy,
    held::{AnyHeld, Held, Verified},
    locate::{self, Located},
    standing::Good,
    terms::Terms,
    verify,
};
use crate::{Claims, NumericDate, Realm, RequestFault, TokenFault, TokenKind, config::Settings};

/// What a door of the realm `R` has verified in this request.
///
/// It is good only for the very token and the very instance that it came from, and says nothing about what the token is good
/// for, nor where it was found: every door judges that by itself.
struct Remembered<R> {
    verification: Arc<Verification>,
    /// The policy of the door that let the token in last.
    let_in_by: Option<Policy>,
    /// What doors have let in before it.
    before: Option<Arc<LetIn>>,
    realm: PhantomData<fn() -> R>,
}

/// A token that a door has let in before another one came.
struct LetIn {
    verification: Arc<Verification>,
    by: Policy,
    before: Option<Arc<LetIn>>,
}

pub(super) struct Verification {
    instance: u64,
    source: Source,
    kind: TokenKind,
    now: NumericDate,
    /// The claims, as the door read them that verified.
    pub(super) held: Arc<dyn AnyHeld>,
    /// The store's answer, if it was asked and the token is good.
    good: OnceLock<Good>,
}

impl Verification {
    fn is_of(&self, config: &Settings, located: &Located<'_>) -> bool {
        self.instance == config.instance && self.source.is(located)
    }
}

/// What tells a token from others: a header that holds nothing else costs no copy.
#[derive(Clone)]
enum Source {
    Header(HeaderValue),
    Text(Vec<u8>),
}

impl Source {
    fn new(located: &Located<'_>) -> Self {
        match located.source() {
            Some(header) => Self::Header(header.clone()),
            None => Self::Text(located.token().to_owned()),
        }
    }

    fn is(&self, located: &Located<'_>) -> bool {
        match (self, located.source()) {
            (Self::Header(remembered), Some(header)) => remembered == header,
            (Self::Text(remembered), None) => remembered == located.token(),
            // The same token in two places is verified twice, which nobody does but by mistake.
            _ => false,
        }
    }

    /// Whether it is the same token, in another place, too.
    fn has_text_of(&self, located: &Located<'_>) -> bool {
        match self {
            Self::Text(text) => text == located.token(),
            Self::Header(value) => {
                let scheme = value.as_bytes().strip_suffix(located.token());
                scheme.is_some_and(|scheme| scheme.last().is_none_or(u8::is_ascii_whitespace))
            }
        }
    }
}

impl<R> Clone for Remembered<R> {
    fn clone(&self) -> Self {
        let (verification, before) = (Arc::clone(&self.verification), self.before.clone());
        Self { verification, let_in_by: self.let_in_by, before, realm: PhantomData }
    }
}

/// What an earlier door of a request verified.
pub(super) enum Earlier {
    Nothing,
    This(Arc<Verification>),
    /// Another token.
    Other,
}

impl Earlier {
    /// When an earlier door has judged this token.
    pub(super) fn moment(&self) -> Option<NumericDate> {
        match self {
            Self::This(verification) => Some(verification.moment()),
            Self::Nothing | Self::Other => None,
        }
    }
}

/// What is known of this token from an earlier door.
#[inline]
pub(super) fn find<R: Realm>(config: &Settings, extensions: &Extensions, located: &Located<'_>) -> Earlier {
    match extensions.get::<Remembered<R>>() {
        None => Earlier::Nothing,
        Some(Remembered { verification, .. }) if verification.is_of(config, located) => {
            Earlier::This(Arc::clone(verification))
        }
        Some(_) => Earlier::Other,
    }
}

/// Refuses a token beside another one of its kind that a door has let in, and that is in the request still.
///
/// Doors may look in different places. But what one demands of a token must not let a handler run with the claims of another, which was
/// judged by less: two are one too many, as they are in the places of one door (RFC 6750 section 2).
#[cold]
pub(super) fn expect_alone<R: Realm>(
    config: &Settings,
    parts: &Parts,
    located: &Located<'_>,
    kind: TokenKind,
) -> Result<(), RequestFault> {
    let Some(remembered) = parts.extensions.get::<Remembered<R>>() else { return Ok(()) };
    let is_beside = |other: &Verification, by: &Policy| {
        // A service may have put one in the other's place between two doors.
        let is_there = || {
            let found = locate::locate_to_verify(config, by, &parts.headers, &parts.uri, &parts.extensions);
            found.is_ok_and(|found| other.source.has_text_of(&found))
        };
        let is_another = other.kind == kind && !other.source.has_text_of(located);
        other.instance == config.instance && is_another && is_there()
    };
    let is_last = remembered.let_in_by.is_some_and(|by| is_beside(&remembered.verification, &by));
    let mut before = successors(remembered.before.as_deref(), |let_in| let_in.before.as_deref());
    if is_last || before.any(|let_in| is_beside(&let_in.verification, &let_in.by)) {
        return Err(RequestFault::SeveralTokens);
    }
    Ok(())
}

/// What is known of this token if a door has let it in: what the implicit refresh has verified, nobody has judged yet.
pub(super) fn find_let_in<R: Realm>(
    config: &Settings,
    extensions: &Extensions,
    located: &Located<'_>,
) -> Option<Arc<Verification>> {
    let Remembered { verification, let_in_by, .. } = extensions.get::<Remembered<R>>()?;
    (let_in_by.is_some() && verification.is_of(config, located)).then(|| Arc::clone(verification))
}

impl Verification {
    /// When the token was judged, for the doors behind.
    pub(super) fn moment(&self) -> NumericDate {
        self.now
    }

    pub(super) fn good(&self) -> Option<Good> {
        self.good.get().copied()
    }

    /// Keeps the store's answer. What it could not tell, the next door asks it again.
    pub(super) fn note(&self, good: Option<Good>) {
        if let Some(good) = good {
            let _ = self.good.set(good);
        }
    }

    /// What was verified, read as `C` and judged on this door's terms.
    pub(super) fn recall<C: Claims, R: Realm>(&self, terms: &Terms<'_>) -> Result<Verified<C, R>, TokenFault> {
        verify::judge_again(terms, &self.held)
    }
}

/// Whether a door has left what it verified.
#[inline]
pub(super) fn was_anybody_here<R: Realm>(extensions: &Extensions) -> bool {
    extensions.get::<Remembered<R>>().is_some()
}

/// Notes that a door has let the remembered token in, and says whether it is the first one to do so.
pub(super) fn let_in<R: Realm>(extensions: &mut Extensions, policy: &Policy) -> bool {
    extensions.get_mut::<Remembered<R>>().is_none_or(|remembered| remembered.let_in_by.replace(*policy).is_none())
}

/// The policy of the last door that let something in, for one who only wants to know whose token it is.
pub(super) fn let_in_by<R: Realm>(config: &Settings, extensions: &Extensions) -> Option<Policy> {
    let expired = || extensions.get::<LetInExpired<R>>().filter(|expired| expired.instance == config.instance);
    let without = || extensions.get::<LetInWithout<R>>().filter(|without| without.instance == config.instance);
    extensions
        .get::<Remembered<R>>()
        .filter(|remembered| remembered.verification.instance == config.instance)
        .and_then(|remembered| remembered.let_in_by)
        .or_else(|| expired().map(|expired| expired.policy))
        .or_else(|| without().map(|without| without.policy))
}

/// A request without a token, which a door let in.
struct LetInWithout<R> {
    instance: u64,
    policy: Policy,
    realm: PhantomData<fn() -> R>,
}

impl<R> Clone for LetInWithout<R> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

/// Notes that a door has let a request in that has no token where the door looks for one.
pub(super) fn let_in_without<R: Realm>(config: &Settings, extensions: &mut Extensions, policy: &Policy) {
    extensions.insert(LetInWithout::<R> { instance: config.instance, policy: *policy, realm: PhantomData });
}

/// A request with an expired token, which a door let in without it.
struct LetInExpired<R> {
    instance: u64,
    source: Source,
    policy: Policy,
    realm: PhantomData<fn() -> R>,
}

impl<R> Clone for LetInExpired<R> {
    fn clone(&self) -> Self {
        Self { instance: self.instance, source: self.source.clone(), policy: self.policy, realm: PhantomData }
    }
}

pub(super) fn let_in_expired<R: Realm>(
    config: &Settings,
    extensions: &mut Extensions,
    located: &Located<'_>,
    policy: &Policy,
) {
    let source = Source::new(located);
    extensions.insert(LetInExpired::<R> { instance: config.instance, source, policy: *policy, realm: PhantomData });
}

pub(super) fn was_let_in_expired<R: Realm>(config: &Settings, extensions: &Extensions, located: &Located<'_>) -> bool {
    extensions
        .get::<LetInExpired<R>>()
        .is_some_and(|expired| expired.instance == config.instance && expired.source.is(located))
}

/// Leaves what was verified for the doors behind.
pub(super) fn remember<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    extensions: &mut Extensions,
    located: &Located<'_>,
    verified: &Verified<C, R>,
) -> Arc<Verification> {
    let verification = Arc::new(Verification {
        instance: terms.config.instance,
        source: Source::new(located),
        kind: verified.claims().kind,
        now: terms.now(),
        held: Arc::<Held<C>>::clone(verified.held()),
        good: OnceLock::new(),
    });
    let (new, let_in_by, before) = (Arc::clone(&verification), None, None);
    let earlier = extensions.insert(Remembered::<R> { verification: new, let_in_by, before, realm: PhantomData });
    if let Some(earlier) = earlier {
        keep_before(extensions, earlier);
    }
    verification
}

/// What was let in stays known beside what has come.
#[cold]
fn keep_before<R: Realm>(extensions: &mut Extensions, earlier: Remembered<R>) {
    let Remembered { verification, let_in_by, before, .. } = earlier;
    if let Some(remembered) = extensions.get_mut::<Remembered<R>>() {
        remembered.before = match let_in_by {
            Some(by) => Some(Arc::new(LetIn { verification, by, before })),
            None => before,
        };
    }
}
