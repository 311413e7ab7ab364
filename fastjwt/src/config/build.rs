//! Checks a configuration, all of it at once, and puts it together.

#[cfg(feature = "axum")]
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "axum")]
use super::Travel;
use super::{Builder, ConfigError, ConfigFault, IssuerTerms, Settings};
use crate::{DefaultRealm, FastJwt, NumericDate, Realm};
#[cfg(feature = "axum")]
use crate::{Location, TokenKind};

/// The longest leeway that may be configured, here or at a door.
pub(crate) const MOST_LEEWAY: Duration = Duration::from_secs(5 * 60);
/// The longest life that may be configured: beyond it a token is a password.
pub(super) const MOST_LIFETIME: Duration = Duration::from_secs(3650 * 24 * 60 * 60);
/// The token sizes that may be configured, in bytes.
const TOKEN_SIZES: std::ops::RangeInclusive<usize> = 256..=65_536;
pub(super) const MOST_NAME: usize = 255;

impl<R: Realm> Builder<R> {
    /// Checks everything and prepares the keys.
    ///
    /// # Errors
    /// Every fault at once, each with what was found and what is allowed; never a byte of a key.
    pub fn build(self) -> Result<FastJwt<R>, ConfigError> {
        let mut faults = Vec::new();
        self.check_names::<R>(&mut faults);
        self.check_times(&mut faults);
        #[cfg(feature = "jwks")]
        let (trusts, trusted) = (!self.trusted.is_empty(), self.check_trusted(&mut faults));
        #[cfg(not(feature = "jwks"))]
        let trusts = false;
        if !TOKEN_SIZES.contains(&self.max_token_size) {
            faults.push(ConfigFault::new(
                "max_token_size",
                format!("{} bytes: it must be {} to {}", self.max_token_size, TOKEN_SIZES.start(), TOKEN_SIZES.end()),
            ));
        }
        let sessions = self.sessions.check(&mut faults);
        let cache = self.cache.check(&mut faults);
        let header_name = http_header_name(&self.header_name, &mut faults);
        #[cfg(feature = "axum")]
        let implicit_refresh =
            self.implicit_refresh.check(self.travel.has_access_cookies(), self.max_token_lifetime, &mut faults);
        #[cfg(feature = "axum")]
        let travel = self.travel.check::<R>(self.max_token_size, header_name.as_ref(), &mut faults).map(Arc::new);
        #[cfg(feature = "axum")]
        let (jwks_max_age, metadata) = (self.keys.max_age, metadata_location(self.resource.as_ref(), &mut faults));
        let now = NumericDate::from(self.clock.now());
        // A door may have a longer leeway than the configuration.
        let longest_token = self.max_token_lifetime.saturating_add(MOST_LEEWAY);
        let keys = self.keys.into_ring::<R>(longest_token, (now, self.leeway), &mut faults);
        if keys.load().len() == 0
            && !trusts
            && !self.origin.has_refused_keys()
            && faults.iter().all(|fault| fault.option() != "key")
        {
            faults.push(ConfigFault::new("key", "there is none: give `secret`, `key` or `verifying_key`"));
        }
        let (Some(header_name), true) = (header_name, faults.is_empty() && !self.origin.is_refused()) else {
            return Err(self.origin.tell(faults));
        };
        // It is there if nothing is wrong.
        #[cfg(feature = "axum")]
        let Some(travel) = travel else { return Err(ConfigError::new(faults)) };
        #[cfg(feature = "axum")]
        let resource = self.resource.map(|mut resource| {
            resource.bearer_methods(bearer_methods(&travel, &header_name, &self.header_scheme));
            resource
        });
        keys.tell_of_size(now);
        Ok(FastJwt::from_config(Settings {
            #[cfg(feature = "axum")]
            instance: next_instance(),
            keys,
            #[cfg(feature = "jwks")]
            trusted: trusted.open(&self.clock),
            terms: IssuerTerms {
                issuer: self.issuer,
                audience: self.audience.unwrap_or_default(),
                at_jwt: self.at_jwt,
                ..IssuerTerms::default()
            },
            client_id: self.client_id,
            #[cfg(feature = "axum")]
            jwks_max_age,
            access_token_expires_in: self.access_token_expires_in,
            refresh_token_expires_in: self.refresh_token_expires_in,
            max_token_lifetime: self.max_token_lifetime,
            leeway: self.leeway,
            not_before: self.not_before,
            max_token_size: self.max_token_size,
            header_name,
            #[cfg(feature = "axum")]
            answers: Arc::new(crate::respond::Answers::new(
                if self.header_scheme.is_empty() { "Bearer".to_owned() } else { self.header_scheme.clone() },
                self.challenge_realm.unwrap_or_else(|| default_challenge_realm::<R>().to_owned()),
                metadata,
                self.responder,
                Arc::clone(&travel),
            )),
            #[cfg(feature = "axum")]
            travel,
            #[cfg(feature = "axum")]
            implicit_refresh,
            #[cfg(feature = "axum")]
            resource,
            #[cfg(feature = "axum")]
            header_scheme: self.header_scheme,
            cache,
            clock: self.clock,
            entropy: self.entropy,
            hooks: self.hooks,
            sessions,
        }))
    }

    fn check_names<S: Realm>(&self, faults: &mut Vec<ConfigFault>) {
        let length = format!("it must have 1 to {MOST_NAME} bytes");
        let fits = |name: &str| (1..=MOST_NAME).contains(&name.len());
        if self.issuer.as_deref().is_some_and(|issuer| !fits(issuer)) {
            faults.push(ConfigFault::new("issuer", length.clone()));
        }
        if let Some(audience) = &self.audience {
            // An empty list would switch the check off.
            if audience.is_empty() {
                faults.push(ConfigFault::new("audience", "it is empty: it must name one or more, or be left out"));
            }
            if audience.iter().any(|audience| !fits(audience)) {
                faults.push(ConfigFault::new("audience", format!("of every member, {length}")));
            }
        }
        if self.client_id.as_deref().is_some_and(|client_id| !fits(client_id)) {
            faults.push(ConfigFault::new("client_id", length.clone()));
        }
        if self.at_jwt {
            let needed = [("issuer", self.issuer.is_some()), ("audience", self.audience.is_some())];
            for (option, _) in needed.into_iter().filter(|(_, is_there)| !is_there) {
                faults.push(ConfigFault::new("at_jwt", format!("it needs an `{option}` (RFC 9068 section 2.2)")));
            }
        }
        let scheme = &self.header_scheme;
        if !scheme.bytes().all(is_token_byte) {
            faults.push(ConfigFault::new(
                "header_scheme",
                "it must be one word of letters, digits and `-._~`, or empty for a bare token",
            ));
        }
        if self.challenge_realm.as_deref().is_some_and(|realm| !is_quotable(realm, MOST_NAME)) {
            faults.push(ConfigFault::new(
                "challenge_realm",
                format!("it must be 1 to {MOST_NAME} printable ASCII characters without `\"` and `\\`"),
            ));
        }
        let is_default = std::any::TypeId::of::<S>() == std::any::TypeId::of::<DefaultRealm>();
        if !is_default && !is_quotable(S::NAME, 64) {
            faults.push(ConfigFault::new(
                "Realm::NAME",
                "it must be 1 to 64 printable ASCII characters without `\"` and `\\`",
            ));
        }
    }

    fn check_times(&self, faults: &mut Vec<ConfigFault>) {
        let longest = self.max_token_lifetime;
        if longest > MOST_LIFETIME || longest < Duration::from_secs(1) {
            faults
                .push(ConfigFault::new("max_token_lifetime", format!("{longest:?}: it must be 1 second to 3650 days")));
        }
        let lives = [
            ("access_token_expires_in", self.access_token_expires_in),
            ("refresh_token_expires_in", self.refresh_token_expires_in),
        ];
        for (option, lifetime) in lives {
            if lifetime < Duration::from_secs(1) || lifetime > longest {
                faults.push(ConfigFault::new(
                    option,
                    format!("{lifetime:?}: it must be 1 second to `max_token_lifetime`, which is {longest:?}"),
                ));
            }
        }
        if self.leeway > MOST_LEEWAY {
            faults.push(ConfigFault::new("leeway", format!("{:?}: it must be at most {MOST_LEEWAY:?}", self.leeway)));
        }
    }
}

/// The ways of RFC 6750 (section 2) in which an access token may come.
#[cfg(feature = "axum")]
fn bearer_methods(travel: &Travel, header_name: &http::HeaderName, scheme: &str) -> impl Iterator<Item = &'static str> {
    let locations = travel.of(TokenKind::Access).locations;
    let is_bearer = *header_name == http::header::AUTHORIZATION && scheme.eq_ignore_ascii_case("Bearer");
    let header = locations.contains(Location::Header) && is_bearer;
    // The standard names the member, too.
    let query = locations.contains(Location::Query) && travel.query == "access_token";
    [header.then_some("header"), query.then_some("query")].into_iter().flatten()
}

#[cfg(feature = "axum")]
fn metadata_location(resource: Option<&crate::ProtectedResource>, faults: &mut Vec<ConfigFault>) -> Option<String> {
    let told = |(part, message): (Option<_>, String)| {
        let fault = ConfigFault::new("protected_resource", message);
        if let Some(part) = part { fault.of(part) } else { fault }
    };
    let refuse = |found: Vec<_>| faults.extend(found.into_iter().map(told));
    resource?.location().map_err(refuse).ok()
}

#[cfg(feature = "axum")]
fn http_header_name(name: &str, faults: &mut Vec<ConfigFault>) -> Option<http::HeaderName> {
    match http::HeaderName::try_from(name) {
        Ok(name) if name != http::header::COOKIE => Some(name),
        _ => {
            faults.push(ConfigFault::new("header_name", "it must be the name of an HTTP header other than `Cookie`"));
            None
        }
    }
}

#[cfg(not(feature = "axum"))]
fn http_header_name(name: &str, faults: &mut Vec<ConfigFault>) -> Option<String> {
    if name.is_empty() || !name.bytes().all(is_token_byte) {
        faults.push(ConfigFault::new("header_name", "it must be the name of an HTTP header other than `Cookie`"));
        return None;
    }
    Some(name.to_owned())
}

#[cfg(feature = "axum")]
fn default_challenge_realm<R: Realm>() -> &'static str {
    if R::NAME.is_empty() { "api" } else { R::NAME }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Whether a text can stand between quotes in a header (RFC 9110 section 5.6.4) without being escaped.
pub(crate) fn is_quotable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

#[cfg(feature = "axum")]
fn next_instance() -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
