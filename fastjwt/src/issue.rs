//! Road 1, from claims to a signed token: collect, check, write, sign.

pub(crate) mod defaults;
mod fresh;

use std::{
    fmt::{Display, Write as _},
    marker::PhantomData,
    time::{Duration, SystemTime},
};

use base64::Engine as _;
use serde::Serialize;
use serde_json::Value;

pub use self::defaults::NewToken;
use self::fresh::Fresh;
use crate::{
    Claims, DefaultRealm, Error, ErrorKind, FastJwt, Freshness, NoClaims, NumericDate, Realm, SigningKey, TokenKind,
    claims::{is_reserved, write::Outgoing},
    config::Settings,
    entropy::RandomId,
    error::{MachineFault, UsageFault},
    jws::{self, BASE64, Typ},
    key::SigningFailed,
    realm,
    scope::is_scope,
    token::Token,
};

/// The longest subject, in bytes (OpenID Connect Core 1.0 section 2).
pub(crate) const MAX_SUBJECT: usize = 255;

/// What a payload usually stays below, so that its text is written into one allocation.
const USUAL_PAYLOAD: usize = 512;

/// Collects what a token is going to say; [`sign`](Self::sign) checks it and makes the token.
///
/// [`FastJwt::create_access_token`] and [`FastJwt::create_refresh_token`] start one. Everything that is not set comes from
/// the configuration.
#[must_use = "no token is made until `sign` is called"]
pub struct TokenBuilder<'a, T, C = NoClaims, R = DefaultRealm> {
    jwt: &'a FastJwt<R>,
    sub: String,
    lifetime: Lifetime,
    audience: Option<Vec<String>>,
    not_before: Option<SystemTime>,
    scopes: Vec<String>,
    fresh: Fresh,
    auth_time: Option<SystemTime>,
    client_id: Option<String>,
    csrf: Option<String>,
    header: Vec<(String, Value)>,
    untyped: Vec<(String, Value)>,
    extra: &'a C,
    /// The first thing that could not be taken, told by `sign`.
    fault: Option<String>,
    token: PhantomData<fn() -> T>,
}

#[derive(Clone, Copy)]
enum Lifetime {
    Configured,
    For(Duration),
    Until(SystemTime),
}

impl<'a, T, R> TokenBuilder<'a, T, NoClaims, R> {
    pub(crate) fn new(jwt: &'a FastJwt<R>, subject: &dyn Display) -> Self {
        // `to_string` would panic where a type can't be displayed.
        let mut sub = String::new();
        let written = write!(sub, "{subject}");
        Self {
            jwt,
            sub,
            lifetime: Lifetime::Configured,
            audience: None,
            not_before: None,
            scopes: Vec::new(),
            fresh: Fresh::default(),
            auth_time: None,
            client_id: None,
            csrf: None,
            header: Vec::new(),
            untyped: Vec::new(),
            extra: &NoClaims {},
            fault: written.err().map(|_| "the subject can't be displayed".to_owned()),
            token: PhantomData,
        }
    }
}

impl<'a, T: Token, C: Claims, R: Realm> TokenBuilder<'a, T, C, R> {
    /// Puts the service's own claims in, in place of any given before.
    pub fn claims<D: Claims>(self, claims: &'a D) -> TokenBuilder<'a, T, D, R> {
        let Self {
            jwt,
            sub,
            lifetime,
            audience,
            not_before,
            scopes,
            fresh,
            auth_time,
            client_id,
            csrf,
            header,
            untyped,
            fault,
            ..
        } = self;
        let token = PhantomData;
        TokenBuilder {
            jwt,
            sub,
            lifetime,
            audience,
            not_before,
            scopes,
            fresh,
            auth_time,
            client_id,
            csrf,
            header,
            untyped,
            extra: claims,
            fault,
            token,
        }
    }

    /// Puts one claim in by name, for services that have no type for it.
    ///
    /// A reserved name ([`RESERVED_NAMES`](crate::RESERVED_NAMES)), one that stands in the token already, or a value that is
    /// not JSON is an error at [`sign`](Self::sign).
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        if is_reserved(&name) {
            return self.refuse(format!("claim `{name}` is reserved: it must not be an extra claim"));
        }
        if self.untyped.iter().any(|(given, _)| *given == name) {
            return self.refuse(format!("claim `{name}` is given twice"));
        }
        match crate::claims::write::to_value(&value) {
            Ok(value) => self.untyped.push((name, value)),
            Err(error) => return self.refuse(format!("claim `{name}`: {error}")),
        }
        self
    }

    /// How long the token lives, in place of the configured lifetime: at least a second, at most the configured
    /// `max_token_lifetime`.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Lifetime::For(lifetime);
        self
    }

    /// When the token ends, at the full second; at most the configured `max_token_lifetime` from now.
    pub fn expires_at(mut self, moment: SystemTime) -> Self {
        self.lifetime = Lifetime::Until(moment);
        self
    }

    /// Whom the token is for, in place of the configured audience; an empty list for a token that does not say.
    ///
    /// This service's own verification still demands the configured audience.
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// From when on the token is valid, at the full second; before its end.
    pub fn not_before(mut self, moment: SystemTime) -> Self {
        self.not_before = Some(moment);
        self
    }

    /// What the token allows: words of printable ASCII without space, `"` and `\` (RFC 6749 section 3.3).
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// When the subject proved who they are, if it was not just now.
    pub fn auth_time(mut self, moment: SystemTime) -> Self {
        self.auth_time = Some(moment);
        self
    }

    /// The client that the token is issued to, in place of the configured one (`client_id`, RFC 8693 section 4.3).
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Gives the token this csrf value in place of one of its own; `None` leaves it its own.
    ///
    /// All tokens of a session should have one value: with another one, every page that is open would fail. So the refresh
    /// token takes the access token's at the login, and what a refresh makes takes the refresh token's:
    ///
    /// ```
    /// use fastjwt::{Error, FastJwt, NoClaims, SetCookies};
    ///
    /// fn login(jwt: &FastJwt) -> Result<(SetCookies, SetCookies), Error> {
    ///     let access = jwt.create_access_token("USER_ID").fresh().sign()?;
    ///     let refresh = jwt.create_refresh_token("USER_ID").csrf(access.csrf()).sign()?;
    ///     Ok((jwt.access_cookies(&access)?, jwt.refresh_cookies(&refresh)?))
    /// }
    ///
    /// fn refresh(jwt: &FastJwt, refresh: fastjwt::TokenPayload) -> Result<SetCookies, Error> {
    ///     let access = jwt.create_access_token(&refresh.sub).csrf(refresh.csrf.as_deref()).sign()?;
    ///     jwt.access_cookies(&access)
    /// }
    /// ```
    ///
    /// A value that is given must be 22 to 128 characters of base64url, as those of other tokens are; else
    /// [`sign`](Self::sign) fails. Tokens whose kind may travel in a cookie have one of their own, of 128 random bits.
    pub fn csrf(mut self, value: Option<&str>) -> Self {
        self.csrf = value.map(str::to_owned);
        self
    }

    /// Puts a member into the token's header (RFC 7515 section 4.3).
    ///
    /// The members that the standard gives a meaning are not for this: an error at [`sign`](Self::sign).
    pub fn header(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        let taken = jws::is_standard_member(&name) || self.header.iter().any(|(given, _)| *given == name);
        if taken {
            return self.refuse(format!("header member `{name}` has a meaning of its own or is given twice"));
        }
        match crate::claims::write::to_value(&value) {
            Ok(value) => self.header.push((name, value)),
            Err(error) => return self.refuse(format!("header member `{name}`: {error}")),
        }
        self
    }

    /// Signs the token.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the token can't be what was asked for, and says why; [`ErrorKind::Machine`] if randomness or
    /// the signature failed.
    pub fn sign(self) -> Result<T, Error> {
        let jwt = self.jwt;
        self.signed().map_err(|kind| jwt.error(kind))
    }

    fn refuse(mut self, fault: String) -> Self {
        self.fault.get_or_insert(fault);
        self
    }

    fn signed(mut self) -> Result<T, ErrorKind> {
        let config = self.jwt.config();
        // The time first: a key that is retired in between still knows of this token.
        let times = self.times(config)?;
        let keys = config.keys.load();
        let key = keys.signing().ok_or(UsageFault::NoSigningKey)?;
        self.check()?;
        let defaults = self.take_defaults(config)?;
        let jti = RandomId::new(&*config.entropy.0)?;
        let typ = if config.terms.at_jwt && T::KIND == TokenKind::Access { Typ::AtJwt } else { Typ::Jwt };
        #[cfg(feature = "axum")]
        let has_csrf = config.travel.writes_csrf(T::KIND);
        // Without HTTP there are no cookies.
        #[cfg(not(feature = "axum"))]
        let has_csrf = false;
        let csrf = match self.csrf.take() {
            None if has_csrf => Some(RandomId::new(&*config.entropy.0)?.as_str().to_owned()),
            given => given,
        };
        let outgoing = Outgoing {
            iss: config.terms.issuer.as_deref(),
            sub: &self.sub,
            aud: self.audience.as_deref().unwrap_or(&config.terms.audience),
            exp: times.exp,
            nbf: times.nbf,
            iat: Some(times.iat),
            jti: Some(jti.as_str()),
            kind: T::KIND,
            fresh: times.fresh,
            scopes: &self.scopes,
            as_scope: typ == Typ::AtJwt,
            csrf: csrf.as_deref(),
            auth_time: times.auth_time,
            sid: None,
            client_id: self.client_id.as_deref().or(config.client_id.as_deref()),
            realm: realm::claim::<R>(),
            untyped: &self.untyped,
            extra: self.extra,
            defaults: &defaults,
        };
        let mut payload = Vec::with_capacity(USUAL_PAYLOAD);
        outgoing
            .serialize(&mut serde_json::Serializer::new(&mut payload))
            .map_err(|error| cannot_issue(error.to_string()))?;
        check_depth(&payload)?;

        let given_header;
        let header = if self.header.is_empty() {
            key.verifying_key().header(typ)
        } else {
            given_header = jws::header_segment(key.algorithm(), key.id(), typ, &self.header);
            &given_header
        };
        let text = sign(key, header, &payload)?;
        if text.len() > config.max_token_size {
            return Err(cannot_issue(format!(
                "it has {} bytes, more than `max_token_size`, which is {}",
                text.len(),
                config.max_token_size
            )));
        }
        let scope = (!self.scopes.is_empty()).then(|| self.scopes.join(" "));
        Ok(T::new(text, times.exp, times.exp.saturating_duration_since(times.iat), scope, csrf))
    }

    /// What the configuration's callbacks say: the claims, and the header's members beside those that were given.
    fn take_defaults(&mut self, config: &Settings) -> Result<Vec<(String, Value)>, ErrorKind> {
        let token = NewToken { kind: T::KIND, sub: &self.sub, scopes: &self.scopes, fresh: self.fresh.is_said() };
        if let Some(defaults) = &config.hooks.header {
            let members = defaults.header(&token, &self.header)?;
            self.header.extend(members);
        }
        config.hooks.claims.as_ref().map_or(Ok(Vec::new()), |defaults| defaults.claims(&token, &self.untyped))
    }

    /// Checks what was given, apart from the times.
    fn check(&mut self) -> Result<(), ErrorKind> {
        if let Some(fault) = self.fault.take() {
            return Err(cannot_issue(fault));
        }
        if self.sub.is_empty() || self.sub.len() > MAX_SUBJECT {
            return Err(cannot_issue(format!(
                "the subject has {} bytes: it must have 1 to {MAX_SUBJECT}",
                self.sub.len()
            )));
        }
        if let Some(scope) = self.scopes.iter().position(|scope| !is_scope(scope)) {
            return Err(cannot_issue(format!(
                "scope {} of {}: it must be printable ASCII without space, `\"` and `\\`",
                scope + 1,
                self.scopes.len()
            )));
        }
        if self.client_id.as_deref().is_some_and(str::is_empty) {
            return Err(cannot_issue("its `client_id` is empty".to_owned()));
        }
        let config = self.jwt.config();
        if config.terms.at_jwt && T::KIND == TokenKind::Access {
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

    fn times(&self, config: &Settings) -> Result<Times, ErrorKind> {
        let iat = NumericDate::from(config.clock.now()).floor();
        let exp = match self.lifetime {
            Lifetime::Configured => iat.saturating_add(match T::KIND {
                TokenKind::Access => config.access_token_expires_in,
                TokenKind::Refresh => config.refresh_token_expires_in,
            }),
            Lifetime::For(lifetime) => iat.saturating_add(lifetime),
            Lifetime::Until(moment) => NumericDate::from(moment),
        }
        .floor();
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
        let auth_time =
            self.auth_time.map(NumericDate::from).or(self.fresh.is_said().then_some(iat)).map(NumericDate::floor);
        if auth_time.is_some_and(|moment| moment > iat) {
            return Err(cannot_issue("`auth_time` must not lie in the future".to_owned()));
        }
        Ok(Times { iat, exp, nbf, auth_time, fresh: self.fresh.after(auth_time.unwrap_or(iat)) })
    }
}

/// The moments of a token, at full seconds.
struct Times {
    iat: NumericDate,
    exp: NumericDate,
    nbf: Option<NumericDate>,
    auth_time: Option<NumericDate>,
    fresh: Freshness,
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

/// Refuses claims that are nested deeper than a reader goes. The brackets are counted first, which is quick and, but for text
/// full of them, all there is to do.
fn check_depth(payload: &[u8]) -> Result<(), ErrorKind> {
    const READERS_DEPTH: usize = 127;
    let brackets = payload.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
    if brackets > READERS_DEPTH && serde_json::from_slice::<Value>(payload).is_err() {
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
