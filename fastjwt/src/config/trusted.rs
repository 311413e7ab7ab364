//! An issuer whose tokens are accepted: every option with its default and reason.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use super::{ConfigFault, IssuerTerms, build::MOST_NAME, loaded::with_names};
use crate::{
    Algorithm, NumericDate, VerifyingKey,
    claims::is_reserved,
    key::{
        has_repeated_id,
        remote::{Client, Fetcher, Limits, Place, address},
        ring::{Entry, KeySet},
    },
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// An issuer whose tokens are accepted, with its keys or their address.
///
/// Give it to [`Builder::trusted_issuer`](crate::Builder::trusted_issuer). Only tokens whose `iss` is exactly this issuer are
/// verified with its keys, and only its keys verify them. A token's `kid` is looked up among the keys that are here; nothing of
/// a token is ever sent to the issuer or anywhere else, and what its header points to (`jku`, `x5u`) is never fetched.
///
/// ```no_run
/// use fastjwt::{FastJwt, TrustedIssuer};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), fastjwt::ConfigError> {
/// let jwt = FastJwt::builder()
///     .trusted_issuer(TrustedIssuer::discover("https://login.example.com").audience(["https://api.example.com"]))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
/// - ES256, ES384, `EdDSA` and RS256: one algorithm for each kind of key, so that a key which names none has one;
/// - no audience: a token with an audience is then refused (RFC 7519 section 4.1.3);
/// - tokens must have a `type` claim, as those of this crate have;
/// - scopes are the claim `scope`, a string of words, as in the standard, or a list of them, as some issuers write it, or else the
///   claim `scopes` of this crate's tokens;
/// - a token that is bound to a key of its client's (`cnf`) is refused;
/// - keys are fresh as long as their answer's `Cache-Control: max-age` says, less its `Age`, but at least for the cooldown and at
///   most for an hour; for 10 minutes if it does not say. New ones are fetched after three quarters of that, in the background;
/// - an unknown key id causes a new fetch at most every 30 seconds, in the whole process: whoever makes ids up costs nothing more;
/// - while new keys can't be fetched, the last ones are used for one more hour. Then, and before the first ones have come, the
///   answer is 503;
/// - a fetch, which needs Tokio's timer, ends after 5 seconds and after 50 KiB, is `https` alone, follows no redirect, and does not heed the environment's
///   proxies: keys come from the address that is configured, and from nowhere else.
///
/// # Whose subjects they are
/// An issuer names its users as it likes, also as another one names others: `sub` means nothing without `iss` (RFC 7519 section
/// 4.1.2). `subject_param`, [`CurrentSubject`](crate::CurrentSubject) and code of yours that looks a user up by `sub` take every
/// issuer's for this service's own, unless the door demands `issuer = ".."`.
///
/// # Keys that are left out
/// A key in the set that is not understood, is not for signatures, or is for none of the algorithms, is left out, and the others
/// are good. So is a secret and a private key, with a warning in the log. Two different keys with one id are no set: as when an
/// answer is damaged or does not come, the last keys stay.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[must_use = "an issuer is trusted when it is given to `Builder::trusted_issuer`"]
pub struct TrustedIssuer {
    issuer: String,
    source: Source,
    audience: Option<Vec<String>>,
    algorithms: Vec<Algorithm>,
    untyped_tokens: bool,
    bound_tokens_as_bearer: bool,
    at_jwt: bool,
    scope_claim: Option<String>,
    timeout: Duration,
    cooldown: Duration,
    cache_for: Duration,
    outage_tolerance: Duration,
    http_on_loopback: bool,
    /// Under which names the options stand in a file or an environment, if it was read from there.
    names: Vec<(&'static str, String)>,
}

/// Where the keys come from.
#[derive(Clone)]
enum Source {
    /// The address of the JWK set.
    Jwks(String),
    /// The issuer's metadata.
    Discovery,
    Given(Vec<VerifyingKey>),
}

/// Keys that are still to be fetched, or are there.
pub(super) enum Opening {
    Fetched(Fetcher, Limits),
    Given(KeySet),
}

impl TrustedIssuer {
    /// The issuer `issuer`, whose JWK set is at `jwks_uri`.
    ///
    /// With another service of this crate it is the issuer that it was configured with, and the address at which it serves its
    /// keys: nothing else is shared.
    pub fn jwks(issuer: impl Into<String>, jwks_uri: impl Into<String>) -> Self {
        Self::new(issuer.into(), Source::Jwks(jwks_uri.into()))
    }

    /// The issuer `issuer`, an `https` address, whose metadata says where its JWK set is: below `/.well-known/openid-configuration`
    /// (OpenID Connect Discovery 1.0 section 4), or, where that answers with a status of 4xx other than 429, at
    /// `/.well-known/oauth-authorization-server` (RFC 8414 section 3).
    ///
    /// The document must name exactly this issuer. The address that it names obeys the same rules, may be on another host, but
    /// not on one that is given by its IP address.
    pub fn discover(issuer: impl Into<String>) -> Self {
        Self::new(issuer.into(), Source::Discovery)
    }

    /// The issuer `issuer`, whose keys are these: pinned, or a secret that is shared with it, such as that of a service from before this
    /// crate. Nothing is fetched, and the options about fetching have no place here.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, FastJwt, TrustedIssuer, VerifyingKey};
    ///
    /// # let shared_secret = "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa";
    /// let key = VerifyingKey::from_secret(Algorithm::HS256, shared_secret)?;
    /// let jwt = FastJwt::builder()
    ///     .trusted_issuer(TrustedIssuer::keys("https://project.example.com/auth", [key]).audience(["authenticated"]).untyped_tokens())
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Its tokens must name it (`iss`). One whose header has a `kid` is held against the key of that id
    /// ([`VerifyingKey::with_id`]), and one without against the only key of its algorithm.
    pub fn keys(issuer: impl Into<String>, keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        Self::new(issuer.into(), Source::Given(keys.into_iter().collect()))
    }

    fn new(issuer: String, source: Source) -> Self {
        Self {
            issuer,
            source,
            audience: None,
            algorithms: vec![Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::RS256],
            untyped_tokens: false,
            bound_tokens_as_bearer: false,
            at_jwt: false,
            scope_claim: None,
            timeout: Duration::from_secs(5),
            cooldown: Duration::from_secs(30),
            cache_for: 10 * MINUTE,
            outage_tolerance: HOUR,
            http_on_loopback: false,
            names: Vec::new(),
        }
    }

    /// Demands that a token of this issuer names one of these as its audience (RFC 7519 section 4.1.3); not an empty list.
    ///
    /// The audience of [`Builder::audience`](crate::Builder::audience) is for one's own tokens and does not count here.
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// The algorithms that this issuer signs with; asymmetric ones only.
    ///
    /// A key of its set gets the one that its `alg` names. One without `alg` gets the only one that fits its type, and is left
    /// out if several do: a token's header never decides (RFC 8725 section 3.1).
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Takes tokens without a `type` claim as access tokens: other systems know no kinds. One that has a `type` is still held to it.
    ///
    /// Such an issuer's ID tokens look the same but for their audience, which is the client that asked for them: so name an
    /// [`audience`](Self::audience) that no client has.
    pub fn untyped_tokens(mut self) -> Self {
        self.untyped_tokens = true;
        self
    }

    /// Takes tokens that are bound to a key of their client's (`cnf`: a certificate's by RFC 8705, or one of `DPoP`, RFC 9449) as bearer tokens.
    ///
    /// By default they are refused: whoever steals one could use it, which is what binding it is against. Only where a proxy in front
    /// has looked whether the client has the key, and lets no other request through, is there nothing left to look for.
    pub fn bound_tokens_as_bearer(mut self) -> Self {
        self.bound_tokens_as_bearer = true;
        self
    }

    /// Demands access tokens in the form of RFC 9068: `typ` is `at+jwt`, and the claims `iss`, `aud`, `client_id`, `iat` and `jti`
    /// are there. Needs an [`audience`](Self::audience).
    pub fn at_jwt(mut self) -> Self {
        self.at_jwt = true;
        self
    }

    /// The claim in which this issuer says what a token allows, in place of `scope` (RFC 8693 section 4.2): `scp` of Okta and Entra ID,
    /// `permissions` of Auth0. It may be a string of words or a list of them, and a token without it allows nothing. Of the names in
    /// [`RESERVED_NAMES`](crate::RESERVED_NAMES) only `scope` is one.
    pub fn scope_claim(mut self, claim: impl Into<String>) -> Self {
        self.scope_claim = Some(claim.into());
        self
    }

    /// How long keys are fresh if their answer does not say, from the [`cooldown`](Self::cooldown) to an hour.
    pub fn cache_for(mut self, time: Duration) -> Self {
        self.cache_for = time;
        self
    }

    /// How long after a fetch an unknown key id can't cause another one, and how long keys are kept at least, whatever their
    /// answer says; a second to ten minutes.
    ///
    /// An issuer must publish a key for this time, and the `max-age` of its answer, before it signs with it.
    pub fn cooldown(mut self, time: Duration) -> Self {
        self.cooldown = time;
        self
    }

    /// How much longer than they are fresh keys are used while new ones can't be fetched; at most a day.
    pub fn outage_tolerance(mut self, time: Duration) -> Self {
        self.outage_tolerance = time;
        self
    }

    /// How long a fetch may take in all; 100 milliseconds to 30 seconds.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// For development: lets addresses on this machine (127.0.0.1, `::1`, localhost) be `http`.
    pub fn http_on_loopback(mut self) -> Self {
        self.http_on_loopback = true;
        self
    }

    /// The same, with options that are called otherwise where they were written.
    pub(super) fn written(self, names: Vec<(&'static str, String)>) -> Self {
        Self { names, ..self }
    }

    pub(super) fn name(&self) -> &str {
        &self.issuer
    }

    /// How long a fetch of its keys may take, if they are fetched.
    pub(super) fn timeout_of_fetch(&self) -> Option<Duration> {
        let is_fetched = !matches!(self.source, Source::Given(_));
        is_fetched.then_some(self.timeout)
    }

    /// What is wrong with an option of the issuer at this place of all.
    pub(super) fn fault(&self, place: usize, option: &str, message: &str) -> ConfigFault {
        let name_of =
            |option: &str| self.names.iter().find(|(known, _)| *known == option).map(|(_, name)| name.clone());
        match name_of(option) {
            Some(name) => ConfigFault::new("trusted_issuer", with_names(message, name_of)).named(name),
            None => ConfigFault::new("trusted_issuer", format!("issuer {place}, `{option}`: {message}")),
        }
    }

    /// What the options come to, or every fault with the option that it belongs to. Only who fetches needs a client.
    pub(super) fn check(&self, client: Option<Client>) -> Result<(IssuerTerms, Opening), Vec<OptionFault>> {
        let mut faults = self.faults();
        let opening = match &self.source {
            Source::Given(keys) => {
                faults.extend(self.faults_of_given(keys));
                Some(given(keys))
            }
            Source::Jwks(_) | Source::Discovery => {
                faults.extend(self.faults_of_fetches());
                let place =
                    self.place().map_err(|(option, demand)| faults.push((option, format!("it must be {demand}"))));
                place.ok().zip(client).map(|(place, client)| self.fetched(client, place))
            }
        };
        let (Some(opening), true) = (opening, faults.is_empty()) else { return Err(faults) };
        let terms = IssuerTerms {
            issuer: Some(self.issuer.clone()),
            audience: self.audience.clone().unwrap_or_default(),
            at_jwt: self.at_jwt,
            untyped: self.untyped_tokens,
            scope_claim: self.scope_claim.clone(),
            foreign: true,
            bound_as_bearer: self.bound_tokens_as_bearer,
        };
        Ok((terms, opening))
    }

    fn fetched(&self, client: Client, place: Place) -> Opening {
        let fetcher = Fetcher {
            client,
            place,
            algorithms: self.algorithms.clone(),
            timeout: self.timeout,
            loopback: self.http_on_loopback,
        };
        let Self { cooldown, cache_for, outage_tolerance, .. } = *self;
        Opening::Fetched(fetcher, Limits { cooldown, cache_for, outage_tolerance })
    }

    fn faults_of_given(&self, keys: &[VerifyingKey]) -> Vec<OptionFault> {
        let mut faults = Vec::new();
        if keys.is_empty() {
            faults.push(("keys", "there are none: there must be one or more".to_owned()));
        }
        if has_repeated_id(keys, VerifyingKey::id) {
            faults.push(("keys", "two of them have the same id: every `kid` must be there once".to_owned()));
        }
        // Options that would do nothing.
        let usual = Self::new(String::new(), Source::Discovery);
        let given = [
            ("algorithms", self.algorithms != usual.algorithms),
            ("timeout", self.timeout != usual.timeout),
            ("cooldown", self.cooldown != usual.cooldown),
            ("cache_for", self.cache_for != usual.cache_for),
            ("outage_tolerance", self.outage_tolerance != usual.outage_tolerance),
            ("http_on_loopback", self.http_on_loopback != usual.http_on_loopback),
        ];
        let idle = given.into_iter().filter_map(|(option, is_given)| is_given.then_some(option));
        faults.extend(idle.map(|option| (option, "it is about keys that are fetched: these are given".to_owned())));
        faults
    }

    fn faults(&self) -> Vec<OptionFault> {
        let mut faults = Vec::new();
        let fits = |name: &String| (1..=MOST_NAME).contains(&name.len());
        let length = format!("it must have 1 to {MOST_NAME} bytes");
        if !fits(&self.issuer) {
            faults.push(("issuer", length.clone()));
        }
        if let Some(audience) = &self.audience {
            // An empty list would switch the check off.
            if audience.is_empty() {
                faults.push(("audience", "it is empty: it must name one or more, or be left out".to_owned()));
            }
            if !audience.iter().all(fits) {
                faults.push(("audience", format!("of every member, {length}")));
            }
        } else if self.at_jwt {
            faults.push(("at_jwt", "it needs an `audience` (RFC 9068 section 2.2)".to_owned()));
        }
        if let Some(claim) = &self.scope_claim {
            if !fits(claim) {
                faults.push(("scope_claim", length));
            } else if is_reserved(claim) && claim != "scope" {
                faults.push((
                    "scope_claim",
                    "it has another meaning here: it must be `scope`, or a claim that has none".to_owned(),
                ));
            }
        }
        faults
    }

    fn faults_of_fetches(&self) -> Vec<OptionFault> {
        let mut faults = Vec::new();
        if self.algorithms.is_empty() {
            faults.push(("algorithms", "there are none: there must be one or more".to_owned()));
        }
        if let Some(algorithm) = self.algorithms.iter().find(|algorithm| algorithm.is_symmetric()) {
            let message = format!("{algorithm} needs a secret, which can't be published: they must be asymmetric");
            faults.push(("algorithms", message));
        }
        let times = [
            ("timeout", self.timeout, Duration::from_millis(100), MINUTE / 2),
            ("cooldown", self.cooldown, Duration::from_secs(1), 10 * MINUTE),
            ("cache_for", self.cache_for, self.cooldown.min(10 * MINUTE), HOUR),
            ("outage_tolerance", self.outage_tolerance, Duration::ZERO, 24 * HOUR),
        ];
        for (option, time, least, most) in times {
            if time < least || time > most {
                faults.push((option, format!("{time:?}: it must be {least:?} to {most:?}")));
            }
        }
        faults
    }

    /// Where the keys are, or which option must be what.
    fn place(&self) -> Result<Place, (&'static str, &'static str)> {
        let parse = |text| address::parse(text, self.http_on_loopback);
        if let Source::Jwks(jwks_uri) = &self.source {
            return parse(jwks_uri).map(Place::Set).map_err(|demand| ("jwks_uri", demand));
        }
        let url = parse(&self.issuer).map_err(|demand| ("issuer", demand))?;
        if url.query().is_some() {
            return Err(("issuer", "an address without a query, for its metadata to be found (RFC 8414 section 2)"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        let documents = [
            format!("{path}/.well-known/openid-configuration"),
            format!("/.well-known/oauth-authorization-server{path}"),
        ];
        let documents = documents.map(|path| {
            let mut document = url.clone();
            document.set_path(&path);
            document
        });
        Ok(Place::Documents { issuer: self.issuer.clone(), url, documents: documents.into() })
    }
}

/// The address may hold what is nobody's business.
impl fmt::Debug for TrustedIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedIssuer")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// Keys that are good for as long as the service runs.
fn given(keys: &[VerifyingKey]) -> Opening {
    let entry = |key: &VerifyingKey| Entry::verifying(key.clone(), NumericDate::from(SystemTime::UNIX_EPOCH));
    Opening::Given(KeySet::new(keys.iter().map(entry).collect()))
}

/// An option, and what is wrong with it.
type OptionFault = (&'static str, String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_89_the_times_are_those_that_the_documentation_names() {
        for issuer in [TrustedIssuer::discover("https://a.example"), TrustedIssuer::jwks("a", "https://a.example/jwks")]
        {
            assert_eq!((issuer.timeout, issuer.cooldown), (Duration::from_secs(5), Duration::from_secs(30)));
            assert_eq!(
                (issuer.cache_for, issuer.outage_tolerance),
                (Duration::from_secs(600), Duration::from_secs(3600))
            );
        }
    }
}
