//! The options that say where tokens travel, and what a request has to prove whose token came by itself.

use http::HeaderName;

use super::{
    Builder, ConfigFault,
    cookies::{CookieOptions, KindCookies},
};
use crate::{Location, Locations, Realm, TokenKind, access::origin::TrustedOrigin};

/// The body sizes that may be configured, in bytes.
const BODY_SIZES: std::ops::RangeInclusive<usize> = 1024..=64 * 1024 * 1024;
const MOST_NAME: usize = 128;

/// What was asked for, unchecked.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct TravelOptions {
    access: Locations,
    refresh: Locations,
    query: String,
    access_json: String,
    refresh_json: String,
    websocket: String,
    body: usize,
    access_cookie: CookieOptions,
    refresh_cookie: CookieOptions,
    csrf: bool,
    csrf_form: bool,
    same_origin: bool,
    trusted_origins: Vec<String>,
    clear_dead_cookies: bool,
}

impl Default for TravelOptions {
    fn default() -> Self {
        Self {
            access: Locations::HEADERS,
            refresh: Locations::HEADERS,
            query: "token".to_owned(),
            access_json: "access_token".to_owned(),
            refresh_json: "refresh_token".to_owned(),
            websocket: "fastjwt".to_owned(),
            body: 256 * 1024,
            access_cookie: CookieOptions::default(),
            refresh_cookie: CookieOptions::default(),
            csrf: true,
            csrf_form: false,
            same_origin: true,
            trusted_origins: Vec::new(),
            clear_dead_cookies: false,
        }
    }
}

/// Where tokens travel, checked.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Travel {
    access: KindTravel,
    refresh: KindTravel,
    pub(crate) query: String,
    pub(crate) websocket: String,
    /// Beside our protocol's name, the one before a csrf value.
    pub(crate) websocket_csrf: String,
    pub(crate) max_body_size: usize,
    /// Whether a token from a cookie needs a csrf value.
    pub(crate) csrf: bool,
    /// Whether the csrf value may stand in a form.
    pub(crate) csrf_form: bool,
    pub(crate) same_origin: bool,
    pub(crate) trusted_origins: Vec<TrustedOrigin>,
    pub(crate) clear_dead_cookies: bool,
}

/// Where the tokens of a kind travel.
pub(crate) struct KindTravel {
    pub(crate) locations: Locations,
    pub(crate) json: String,
    pub(crate) cookies: KindCookies,
}

impl Travel {
    pub(crate) fn of(&self, kind: TokenKind) -> &KindTravel {
        match kind {
            TokenKind::Access => &self.access,
            TokenKind::Refresh => &self.refresh,
        }
    }

    /// Whether tokens of a kind carry a csrf value: where they may travel in a cookie.
    pub(crate) fn writes_csrf(&self, kind: TokenKind) -> bool {
        self.csrf && self.of(kind).locations.contains(Location::Cookie)
    }
}

/// Where tokens travel.
impl<R: Realm> Builder<R> {
    /// Where tokens of both kinds are looked for, unless a route says otherwise.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, FastJwt, Locations, SigningKey};
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .locations(Locations::HEADERS | Locations::COOKIES)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn locations(self, locations: Locations) -> Self {
        self.access_locations(locations).refresh_locations(locations)
    }

    /// Where access tokens are looked for.
    pub fn access_locations(mut self, locations: Locations) -> Self {
        self.travel.access = locations;
        self
    }

    /// Where refresh tokens are looked for.
    pub fn refresh_locations(mut self, locations: Locations) -> Self {
        self.travel.refresh = locations;
        self
    }

    /// The usual split for a page with a script: the access token in the header, kept in the script's memory, and the refresh
    /// token in a cookie that no script can read.
    pub fn access_in_header_refresh_in_cookie(self) -> Self {
        self.access_locations(Locations::HEADERS).refresh_locations(Locations::COOKIES)
    }

    /// The parameter of the query that carries a token, where [`Locations::QUERY`] is among the locations.
    pub fn query_name(mut self, name: impl Into<String>) -> Self {
        self.travel.query = name.into();
        self
    }

    /// The member of a JSON body that carries an access token.
    pub fn access_json_key(mut self, key: impl Into<String>) -> Self {
        self.travel.access_json = key.into();
        self
    }

    /// The member of a JSON body that carries a refresh token.
    pub fn refresh_json_key(mut self, key: impl Into<String>) -> Self {
        self.travel.refresh_json = key.into();
        self
    }

    /// The most that [`body_tokens`](crate::FastJwt::body_tokens) reads of a body, in bytes: 1 KiB to 64 MiB, and at least
    /// [`max_token_size`](Self::max_token_size).
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.travel.body = bytes;
        self
    }

    /// The protocol's name before a token in `Sec-WebSocket-Protocol: fastjwt, TOKEN`. With `-csrf` behind it, it is the name
    /// before a csrf value.
    ///
    /// A browser wants one of the protocols that it offered in the answer, and else fails: let the handler have both names
    /// (`upgrade.protocols(["fastjwt", "fastjwt-csrf"])`), of which axum answers with the one that was offered, and never answer with the
    /// token or the value.
    pub fn websocket_protocol(mut self, name: impl Into<String>) -> Self {
        self.travel.websocket = name.into();
        self
    }

    /// Changes the cookies of both kinds, beside what was changed before.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, FastJwt, Locations, SameSite, SigningKey};
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .locations(Locations::COOKIES)
    ///     .cookies(|cookie| cookie.same_site(SameSite::Strict))
    ///     // The refresh, the login and the logout are routes below it.
    ///     .refresh_cookie(|cookie| cookie.path("/session"))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cookies(self, change: impl Fn(CookieOptions) -> CookieOptions) -> Self {
        self.access_cookie(&change).refresh_cookie(&change)
    }

    /// Changes the cookie of access tokens, beside what was changed before.
    pub fn access_cookie(mut self, change: impl FnOnce(CookieOptions) -> CookieOptions) -> Self {
        self.travel.access_cookie = change(self.travel.access_cookie);
        self
    }

    /// Changes the cookie of refresh tokens, beside what was changed before.
    pub fn refresh_cookie(mut self, change: impl FnOnce(CookieOptions) -> CookieOptions) -> Self {
        self.travel.refresh_cookie = change(self.travel.refresh_cookie);
        self
    }

    /// Whether an answer of 401 to a token from a cookie takes the cookie away, so that the browser stops sending it: where the token will
    /// not be let in anywhere again, as it has expired, is revoked or forged. What only this door demands, an audience or claims, leaves it.
    ///
    /// An answer takes away whatever has the cookie's name by then: where several requests are under way with a token that ends, the last
    /// one's answer may take its successor away, and the page refreshes once more.
    pub fn clear_dead_cookies(mut self, clear: bool) -> Self {
        self.travel.clear_dead_cookies = clear;
        self
    }

    /// Whether a request with a token from a cookie must prove that it knows the token's csrf value, for every method but GET,
    /// HEAD and OPTIONS, and for a WebSocket. Switched off, only the [check of the origin](Self::same_origin_check) is left; `build` warns
    /// in the log if that is off, too.
    pub fn csrf_protection(mut self, on: bool) -> Self {
        self.travel.csrf = on;
        self
    }

    /// Whether the csrf value may also stand in a form's field (`application/x-www-form-urlencoded`), for pages without a
    /// script. The route needs the layer [`body_tokens`](crate::FastJwt::body_tokens).
    pub fn csrf_form(mut self, on: bool) -> Self {
        self.travel.csrf_form = on;
        self
    }

    /// Whether requests from other sites are refused by what browsers say of them (`Sec-Fetch-Site`, `Origin`, `Referer`), for
    /// tokens from a cookie, the query or a body and every method but GET, HEAD and OPTIONS, and for a WebSocket.
    ///
    /// The layer and extractor of its own, [`same_origin`](crate::FastJwt::same_origin), are not touched by this.
    pub fn same_origin_check(mut self, on: bool) -> Self {
        self.travel.same_origin = on;
        self
    }

    /// Other origins whose pages may send such requests, in full: `https://app.example.org`, with the port unless it is the
    /// scheme's usual one.
    ///
    /// It is for origins of the same site, another subdomain or port, and for browsers that don't send `Sec-Fetch-Site`; a
    /// page that its browser says is of another site is refused whatever stands here.
    ///
    /// Behind a proxy that puts another `Host` in (nginx does, unless `proxy_set_header Host $host` tells it not to), the service's
    /// own public origin belongs here, too: to browsers without `Sec-Fetch-Site`, such as any on plain `http`, its pages are another
    /// origin's otherwise, and their posts are 403 `csrf_failed`. `X-Forwarded-Host` does not count, since anybody can send it.
    pub fn trusted_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.travel.trusted_origins = origins.into_iter().map(Into::into).collect();
        self
    }
}

impl TravelOptions {
    pub(super) fn has_access_cookies(&self) -> bool {
        self.access.contains(Location::Cookie)
    }

    /// Checks all of it; `None` if there was a fault.
    pub(super) fn check<R: Realm>(
        self,
        max_token_size: usize,
        header_name: Option<&HeaderName>,
        faults: &mut Vec<ConfigFault>,
    ) -> Option<Travel> {
        let before = faults.len();
        for (option, name) in [
            ("query_name", &self.query),
            ("access_json_key", &self.access_json),
            ("refresh_json_key", &self.refresh_json),
        ] {
            if !is_name(name) {
                faults
                    .push(ConfigFault::new(option, format!("it must be 1 to {MOST_NAME} printable ASCII characters")));
            }
        }
        if !is_token(&self.websocket) {
            faults.push(ConfigFault::new(
                "websocket_protocol",
                format!("it must be one word of 1 to {MOST_NAME} letters, digits and marks (RFC 9110 section 5.6.2)"),
            ));
        }
        if !BODY_SIZES.contains(&self.body) || self.body < max_token_size {
            faults.push(ConfigFault::new(
                "max_body_size",
                format!(
                    "{} bytes: it must be {} to {}, and at least `max_token_size`, which is {max_token_size}",
                    self.body,
                    BODY_SIZES.start(),
                    BODY_SIZES.end()
                ),
            ));
        }
        let mut trusted_origins = Vec::new();
        for (index, origin) in self.trusted_origins.iter().enumerate() {
            match TrustedOrigin::parse(origin) {
                Some(origin) => trusted_origins.push(origin),
                None => faults.push(ConfigFault::new(
                    "trusted_origins",
                    format!(
                        "number {}: it must be `http://` or `https://`, a host and perhaps a port, nothing else",
                        index + 1
                    ),
                )),
            }
        }
        let access_cookies = self.access_cookie.check::<R>(TokenKind::Access, self.csrf, header_name, faults);
        let refresh_cookies = self.refresh_cookie.check::<R>(TokenKind::Refresh, self.csrf, header_name, faults);
        let (access_cookies, refresh_cookies) = (access_cookies?, refresh_cookies?);
        check_distinct(&access_cookies, &refresh_cookies, faults);
        if faults.len() != before {
            return None;
        }
        for (locations, cookies) in [(self.access, &access_cookies), (self.refresh, &refresh_cookies)] {
            if locations.contains(Location::Cookie) {
                warn_of(cookies, self.csrf || self.same_origin);
            }
        }
        Some(Travel {
            access: KindTravel { locations: self.access, json: self.access_json, cookies: access_cookies },
            refresh: KindTravel { locations: self.refresh, json: self.refresh_json, cookies: refresh_cookies },
            query: self.query,
            websocket_csrf: format!("{}-csrf", self.websocket),
            websocket: self.websocket,
            max_body_size: self.body,
            csrf: self.csrf,
            csrf_form: self.csrf_form,
            same_origin: self.same_origin,
            trusted_origins,
            clear_dead_cookies: self.clear_dead_cookies,
        })
    }
}

/// Tells of what nobody should leave in a service by mistake.
fn warn_of(cookies: &KindCookies, is_protected: bool) {
    let cookie = cookies.token.name.as_str();
    if !cookies.secure {
        tracing::warn!(
            target: "fastjwt", event = "cookie_not_secure", cookie,
            "the cookie is not `Secure`: it travels over plain http, which is for development on loopback only"
        );
    }
    if !cookies.http_only {
        tracing::warn!(
            target: "fastjwt", event = "cookie_not_http_only", cookie,
            "the cookie is not `HttpOnly`: any script on a page of this site can read its token"
        );
    }
    if !is_protected {
        tracing::warn!(
            target: "fastjwt", event = "cookie_not_protected", cookie,
            "neither a csrf value nor the origin is checked: any site can send requests with the cookie"
        );
    }
}

/// Two cookies of one name would take each other's place.
fn check_distinct(access: &KindCookies, refresh: &KindCookies, faults: &mut Vec<ConfigFault>) {
    let mut seen: Vec<&str> = Vec::new();
    for name in access.names().chain(refresh.names()) {
        if seen.contains(&name) {
            faults.push(ConfigFault::new(
                "cookies",
                format!(
                    "two of them are named `{name}`: access, refresh and csrf cookies must have names of their own"
                ),
            ));
        }
        seen.push(name);
    }
}

fn is_name(name: &str) -> bool {
    (1..=MOST_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// RFC 9110 section 5.6.2.
pub(super) fn is_token(name: &str) -> bool {
    (1..=MOST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
