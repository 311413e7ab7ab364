//! What a token is going to say, as far as it is given, and what makes a token of it: check, write, sign.

use std::{
    fmt::{Display, Write as _},
    mem,
    time::{Duration, SystemTime},
};

use base64::Engine as _;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{MAX_SUBJECT, defaults::NewToken, fresh::Fresh, short::ShortText};
use crate::{
    ClaimMap, Claims, ErrorKind, Freshness, NumericDate, Realm, RegisteredClaims, SigningKey, TokenKind,
    claims::{
        is_reserved,
        text::PayloadText,
        write::{Outgoing, to_value},
    },
    config::Settings,
    entropy::RandomId,
    error::{MachineFault, UsageFault},
    jws::{self, BASE64, Typ},
    key::SigningFailed,
    realm,
    scope::{Granted, Words},
    token::{Signed, Token},
};

/// All that is given for a token but the typed claims; what is not given comes from the configuration.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) sub: ShortText,
    pub(crate) lifetime: Lifetime,
    pub(crate) audience: Option<Vec<String>>,
    pub(crate) not_before: Option<SystemTime>,
    pub(crate) scopes: Words,
    pub(crate) fresh: Fresh,
    pub(crate) auth_time: Option<NumericDate>,
    pub(crate) client_id: Option<String>,
    pub(crate) csrf: Option<String>,
    pub(crate) header: Vec<(String, Value)>,
    pub(crate) untyped: Vec<(String, Value)>,
    /// The first thing that could not be taken, told when it is signed.
    pub(crate) fault: Option<String>,
    /// What only the roads of sessions give.
    pub(crate) session: InSession,
}

/// What a token of a session is told by its road; a token by itself has none of it.
#[derive(Clone, Default)]
pub(crate) struct InSession {
    pub(crate) sid: Option<String>,
    /// In place of a random one.
    pub(crate) jti: Option<String>,
    /// In place of the time now.
    pub(crate) issued_at: Option<NumericDate>,
    /// What the token must not outlive.
    pub(crate) latest_end: Option<NumericDate>,
}

#[derive(Clone, Copy)]
pub(crate) enum Lifetime {
    Configured,
    For(Duration),
    Until(SystemTime),
}

/// The moments of a token, at full seconds.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) iat: NumericDate,
    pub(crate) exp: NumericDate,
    nbf: Option<NumericDate>,
    auth_time: Option<NumericDate>,
    fresh: Freshness,
}

impl Draft {
    pub(crate) fn new(subject: &dyn Display) -> Self {
        // `to_string` would panic where a type can't be displayed.
        let mut sub = ShortText::EMPTY;
        let written = write!(sub, "{subject}");
        Self {
            sub,
            lifetime: Lifetime::Configured,
            audience: None,
            not_before: None,
            scopes: Words::NONE,
            fresh: Fresh::default(),
            auth_time: None,
            client_id: None,
            csrf: None,
            header: Vec::new(),
            untyped: Vec::new(),
            fault: written.err().map(|_| "the subject can't be displayed".to_owned()),
            session: InSession::default(),
        }
    }

    /// What another token said, for one that is made of it: not its freshness, and no `auth_time` that lies ahead of `now`.
    pub(crate) fn of<C>(claims: &RegisteredClaims<C>, extra: ClaimMap, now: NumericDate) -> Self {
        Self {
            audience: Some(claims.aud.clone()),
            scopes: claims.scopes.iter().collect(),
            auth_time: claims.auth_time.map(|moment| moment.min(now)),
            client_id: claims.client_id.clone(),
            csrf: claims.csrf.clone(),
            untyped: extra.into_inner().into_iter().collect(),
            ..Self::new(&claims.sub)
        }
    }

    /// Puts these extra claims in, in the place of all that there are.
    pub(crate) fn replace_claims<C: Claims>(&mut self, claims: &C) {
        self.untyped.clear();
        self.add_claims(members_of(claims));
    }

    /// Puts these extra claims in, beside those that there are.
    pub(crate) fn add_claims(&mut self, members: Result<Members, String>) {
        match members {
            Ok(members) => members.into_iter().for_each(|(name, value)| self.claim(name, value)),
            Err(fault) => self.refuse(fault),
        }
    }

    /// Puts one claim in by name.
    pub(crate) fn claim(&mut self, name: String, value: impl Serialize) {
        if is_reserved(&name) {
            return self.refuse(format!("claim `{name}` is reserved: it must not be an extra claim"));
        }
        if self.untyped.iter().any(|(given, _)| *given == name) {
            return self.refuse(format!("claim `{name}` is given twice"));
        }
        match to_value(&value) {
            Ok(value) => self.untyped.push((name, value)),
            Err(error) => self.refuse(format!("claim `{name}`: {error}")),
        }
    }

    /// Puts a member into the header.
    pub(crate) fn header(&mut self, name: String, value: impl Serialize) {
        let taken = jws::is_standard_member(&name) || self.header.iter().any(|(given, _)| *given == name);
        if taken {
            return self.refuse(format!("header member `{name}` has a meaning of its own or is given twice"));
        }
        match to_value(&value) {
            Ok(value) => self.header.push((name, value)),
            Err(error) => self.refuse(format!("header member `{name}`: {error}")),
        }
    }

    /// Keeps what could not be taken; the first one is told.
    pub(crate) fn refuse(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    /// Signs the token with the key of the moment.
    pub(crate) fn sign<T: Token, C: Claims, R: Realm>(&mut self, config: &Settings, extra: &C) -> Result<T, ErrorKind> {
        // The time first: a key that is retired in between still knows of this token.
        let times = self.times(T::KIND, config)?;
        let keys = config.keys.load();
        let key = keys.signing().ok_or(UsageFault::NoSigningKey)?;
        self.sign_with::<T, C, R>(config, key, times, extra)
    }

    /// Signs the token with a key that was loaded after the time was asked for.
    pub(crate) fn sign_with<T: Token, C: Claims, R: Realm>(
        &mut self,
        config: &Settings,
        key: &SigningKey,
        times: Times,
        extra: &C,
    ) -> Result<T, ErrorKind> {
        self.check(T::KIND, config)?;
        let defaults = self.take_defaults(T::KIND, config)?;
        if self.header.len() > jws::MOST_MEMBERS - jws::OWN_MEMBERS {
            return Err(cannot_issue(format!(
                "its header has {} members beside its own {}: it must have at most {} in all",
                self.header.len(),
                jws::OWN_MEMBERS,
                jws::MOST_MEMBERS
            )));
        }
        let own_id;
        let jti = if let Some(jti) = &self.session.jti {
            jti
        } else {
            own_id = RandomId::new(&*config.entropy.0)?;
            own_id.as_str()
        };
        let typ = if config.terms.at_jwt && T::KIND == TokenKind::Access { Typ::AtJwt } else { Typ::Jwt };
        let csrf = match &self.csrf {
            Some(given) => Some(ShortText::from(given.as_str())),
            None if writes_csrf(T::KIND, config) => Some(RandomId::new(&*config.entropy.0)?.as_str().into()),
            None => None,
        };
        let outgoing = Outgoing {
            iss: config.terms.issuer.as_deref(),
            sub: &self.sub,
            aud: self.audience.as_deref().unwrap_or(&config.terms.audience),
            exp: times.exp,
            nbf: times.nbf,
            iat: Some(times.iat),
            jti: Some(jti),
            kind: T::KIND,
            fresh: times.fresh,
            scopes: Granted::Words(self.scopes.as_str()),
            as_scope: typ == Typ::AtJwt,
            csrf: csrf.as_deref(),
            auth_time: times.auth_time,
            sid: self.session.sid.as_deref(),
            client_id: self.client_id.as_deref().or(config.client_id.as_deref()),
            realm: realm::claim::<R>(),
            untyped: &self.untyped,
            extra,
            defaults: &defaults,
        };
        let mut payload = PayloadText::EMPTY;
        let registered = outgoing.write_text(&mut payload).map_err(|error| cannot_issue(error.to_string()))?;
        let payload = payload.as_slice();
        check_depth(payload, registered)?;

        let given_header;
        let header = if self.header.is_empty() {
            key.verifying_key().header(typ)
        } else {
            given_header = jws::header_segment(key.algorithm(), key.id(), typ, &self.header);
            &given_header
        };
        let text = sign(key, header, payload)?;
        if text.len() > config.max_token_size {
            return Err(cannot_issue(format!(
                "it has {} bytes, more than `max_token_size`, which is {}",
                text.len(),
                config.max_token_size
            )));
        }
        let lifetime = times.exp.saturating_duration_since(times.iat);
        Ok(T::of(Signed {
            text,
            expiry: times.exp,
            lifetime,
            scopes: mem::replace(&mut self.scopes, Words::NONE),
            csrf,
        }))
    }

    /// What the configuration's callbacks say: the claims, and the header's members beside those that were given.
    fn take_defaults(&mut self, kind: TokenKind, config: &Settings) -> Result<Vec<(String, Value)>, ErrorKind> {
        if config.hooks.header.is_none() && config.hooks.claims.is_none() {
            return Ok(Vec::new());
        }
        let scopes: Vec<String> = self.scopes.iter().map(str::to_owned).collect();
        let token = NewToken { kind, sub: &self.sub, scopes: &scopes, fresh: self.fresh.is_said() };
        if let Some(defaults) = &config.hooks.header {
            let members = defaults.header(&token, &self.header)?;
            self.header.extend(members);
        }
        config.hooks.claims.as_ref().map_or(Ok(Vec::new()), |defaults| defaults.claims(&token, &self.untyped))
    }

    /// Checks what was given, apart from the times.
    fn check(&mut self, kind: TokenKind, config: &Settings) -> Result<(), ErrorKind> {
        if let Some(fault) = self.fault.take() {
            return Err(cannot_issue(fault));
        }
        if !(1..=MAX_SUBJECT).contains(&self.sub.len()) {
            return Err(cannot_issue(format!(
                "the subject has {} bytes: it must have 1 to {MAX_SUBJECT}",
                self.sub.len()
            )));
        }
        if let Some((place, count)) = self.scopes.wrong() {
            return Err(cannot_issue(format!(
                "scope {place} of {count}: it must be printable ASCII without space, `\"` and `\\`"
            )));
        }
        if self.client_id.as_deref().is_some_and(str::is_empty) {
            return Err(cannot_issue("its `client_id` is empty".to_owned()));
        }
        if config.terms.at_jwt && kind == TokenKind::Access {
            // What RFC 9068 section 2.2 demands beyond what every token of ours has.
            if self.client_id.is_none() && config.client_id.is_none() {
                return Err(cannot_issue("it needs a `client_id`: the configuration has `at_jwt`".to_owned()));
            }
            if self.audience.as_ref().is_some_and(Vec::is_empty) {
                return Err(cannot_issue("it needs an audience: the configuration has `at_jwt`".to_owned()));
            }
        }
        if self.csrf.as_deref().is_some_and(|csrf| !is_csrf_value(csrf)) {
            return Err(cannot_issue("its csrf value must be 22 to 128 characters of base64url".to_owned()));
        }
        if self.audience.iter().flatten().any(String::is_empty) {
            return Err(cannot_issue("a member of the audience is empty".to_owned()));
        }
        Ok(())
    }

    /// Its moments, counted from now unless the road says from when.
    pub(crate) fn times(&self, kind: TokenKind, config: &Settings) -> Result<Times, ErrorKind> {
        let iat = self.session.issued_at.unwrap_or_else(|| NumericDate::from(config.clock.now())).floor();
        let exp = match self.lifetime {
            Lifetime::Configured => iat.saturating_add(config.token_expires_in(kind)),
            Lifetime::For(lifetime) => iat.saturating_add(lifetime),
            Lifetime::Until(moment) => NumericDate::from(moment),
        };
        let exp = self.session.latest_end.map_or(exp, |end| exp.min(end)).floor();
        let lifetime = exp.saturating_duration_since(iat);
        if lifetime < Duration::from_secs(1) || lifetime > config.max_token_lifetime {
            return Err(cannot_issue(format!(
                "it would live {lifetime:?}: it must live 1 second to `max_token_lifetime`, which is {:?}",
                config.max_token_lifetime
            )));
        }
        let nbf = match self.not_before {
            Some(moment) => Some(NumericDate::from(moment).floor()),
            None => config.not_before.then_some(iat),
        };
        if nbf.is_some_and(|nbf| nbf >= exp) {
            return Err(cannot_issue("`not_before` must lie before its end".to_owned()));
        }
        let auth_time = self.auth_time.or(self.fresh.is_said().then_some(iat)).map(NumericDate::floor);
        if auth_time.is_some_and(|moment| moment > iat.saturating_add(config.leeway)) {
            return Err(cannot_issue("`auth_time` must not lie in the future".to_owned()));
        }
        // The clock of who saw the login may be a little ahead.
        let auth_time = auth_time.map(|moment| moment.min(iat));
        let fresh = self.fresh.after(auth_time.unwrap_or(iat));
        Ok(Times { iat, exp, nbf, auth_time, fresh })
    }
}

/// Extra claims by their names.
pub(crate) type Members = Map<String, Value>;

/// The members as which extra claims are written, or why they can't be.
pub(crate) fn members_of<C: Claims>(claims: &C) -> Result<Members, String> {
    match to_value(claims) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Null) => Ok(Members::new()),
        Ok(_) => Err("extra claims must be written as a JSON object".to_owned()),
        Err(error) => Err(format!("the extra claims: {error}")),
    }
}

/// Whether tokens of this kind carry a csrf value.
#[cfg(feature = "axum")]
pub(crate) fn writes_csrf(kind: TokenKind, config: &Settings) -> bool {
    config.travel.writes_csrf(kind)
}

/// Whether tokens of this kind carry a csrf value: without HTTP there are no cookies.
#[cfg(not(feature = "axum"))]
pub(crate) fn writes_csrf(_: TokenKind, _: &Settings) -> bool {
    false
}

/// Puts the three segments of a JWS together (RFC 7515 section 7.1).
fn sign(key: &SigningKey, header: &str, payload: &[u8]) -> Result<String, ErrorKind> {
    let encoded = |bytes| base64::encoded_len(bytes, false).unwrap_or(usize::MAX);
    let signature_length = encoded(key.verifying_key().signature_length());
    let mut text = String::with_capacity(header.len() + encoded(payload.len()) + signature_length + 2);
    text.push_str(header);
    text.push('.');
    BASE64.encode_string(payload, &mut text);
    let signature = key.sign(text.as_bytes()).map_err(|SigningFailed| MachineFault::Signing)?;
    text.push('.');
    BASE64.encode_string(signature, &mut text);
    Ok(text)
}

/// Refuses claims that are nested deeper than a reader goes; the service's own begin at `own`. The brackets are counted first, which
/// is quick and, but for text full of them, all there is to do: `{` and `[` differ in one bit, and so many bytes at once fit the
/// count of a byte.
fn check_depth(payload: &[u8], own: usize) -> Result<(), ErrorKind> {
    const READERS_DEPTH: usize = 127;
    const A_BIT: u8 = b'{' ^ b'[';
    let count = |bytes: &[u8]| bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(byte & !A_BIT == b'[')));
    let own = payload.get(own..).unwrap_or_default();
    let brackets: usize = own.chunks(usize::from(u8::MAX)).map(|bytes| usize::from(count(bytes))).sum();
    // They stand in one object themselves.
    if brackets >= READERS_DEPTH && serde_json::from_slice::<Value>(payload).is_err() {
        return Err(cannot_issue(format!("its claims are nested deeper than {READERS_DEPTH} levels")));
    }
    Ok(())
}

fn cannot_issue(reason: String) -> ErrorKind {
    UsageFault::CannotIssue(reason).into()
}

/// At least 128 bits, in a form that can stand in a cookie and a header.
fn is_csrf_value(value: &str) -> bool {
    (22..=128).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
