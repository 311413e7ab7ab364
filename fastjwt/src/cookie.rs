//! Tokens as cookies: what a response sets and takes away.

use std::{convert::Infallible, fmt, time::Duration};

use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, PRAGMA, SET_COOKIE},
};

use crate::{
    AccessToken, Error, ErrorKind, FastJwt, Location, NumericDate, Realm, RefreshToken, TokenKind, TokenPair,
    UsageFault,
    config::{Cookie, CookieLifetime, KindCookies, Settings},
};

/// What browsers keep of a name and its value together, in bytes (RFC 6265bis section 5.7).
const MOST_COOKIE: usize = 4096;

/// The longest life that browsers grant a cookie (RFC 6265bis section 5.5).
const MOST_LIFETIME: Duration = Duration::from_secs(400 * 24 * 60 * 60);

impl<R: Realm> FastJwt<R> {
    /// The cookies that bring an access token to the browser: its own, and that of its csrf value.
    ///
    /// They are a part of a response, which no cache may store. What another part sets under the same names is replaced, and
    /// what another part takes away stays so.
    ///
    /// ```
    /// use axum::{Json, extract::State, response::IntoResponse};
    /// use fastjwt::{Error, FastJwt};
    ///
    /// async fn login(State(jwt): State<FastJwt>) -> Result<impl IntoResponse, Error> {
    ///     let access = jwt.create_access_token("USER_ID").fresh().sign()?;
    ///     Ok((jwt.access_cookies(&access)?, Json("welcome")))
    /// }
    ///
    /// async fn logout(State(jwt): State<FastJwt>) -> impl IntoResponse {
    ///     (jwt.unset_cookies(), "good bye")
    /// }
    /// ```
    ///
    /// # Errors
    /// [`UsageFault::CookiesNotConfigured`] if cookies are not among the locations of access tokens, and
    /// [`UsageFault::CookieTooLarge`] if the browser would drop the cookie.
    pub fn access_cookies(&self, token: &AccessToken) -> Result<SetCookies, Error> {
        set(self.config(), TokenKind::Access, token.as_str(), token.csrf(), token.expiry())
            .map_err(|fault| self.error(fault))
    }

    /// The cookies that bring a refresh token to the browser: its own, and that of its csrf value.
    ///
    /// # Errors
    /// As [`access_cookies`](Self::access_cookies).
    pub fn refresh_cookies(&self, token: &RefreshToken) -> Result<SetCookies, Error> {
        set(self.config(), TokenKind::Refresh, token.as_str(), token.csrf(), token.expiry())
            .map_err(|fault| self.error(fault))
    }

    /// The cookies of both kinds, for the tokens of a session.
    ///
    /// # Errors
    /// As [`access_cookies`](Self::access_cookies). Where one of the tokens travels otherwise,
    /// [`TokenPair::into_tokens`] takes them apart.
    pub fn pair_cookies(&self, pair: &TokenPair) -> Result<SetCookies, Error> {
        let mut cookies = self.access_cookies(pair.access())?;
        cookies.0.extend(self.refresh_cookies(pair.refresh())?.0);
        Ok(cookies)
    }

    /// Takes the cookies of access tokens away.
    pub fn unset_access_cookies(&self) -> SetCookies {
        unset(&self.config().travel.of(TokenKind::Access).cookies)
    }

    /// Takes the cookies of refresh tokens away.
    pub fn unset_refresh_cookies(&self) -> SetCookies {
        unset(&self.config().travel.of(TokenKind::Refresh).cookies)
    }

    /// Takes the cookies of access and refresh tokens away, and those of their csrf values: for the logout.
    pub fn unset_cookies(&self) -> SetCookies {
        let mut cookies = self.unset_access_cookies();
        cookies.0.extend(self.unset_refresh_cookies().0);
        cookies
    }
}

/// Cookies that a response sets or takes away, as a part of it: `(cookies, Json(answer))`.
///
/// [`FastJwt::access_cookies`] and its kin make them. It prints no value.
#[must_use = "cookies are set by the response that they are a part of"]
pub struct SetCookies(Vec<SetCookie>);

/// A cookie's name, and the header that sets it.
struct SetCookie {
    name: String,
    header: HeaderValue,
}

impl SetCookies {
    /// Writes them into the headers of a response, in place of what stands there under the same names. Only what takes a cookie
    /// away stays: nothing that comes later, such as a refresh, undoes a logout.
    pub(crate) fn write(mut self, headers: &mut HeaderMap) {
        let stands = |cookie: &SetCookie, header: &HeaderValue| value_of(header, &cookie.name).is_some();
        let is_taken_away = |cookie: &SetCookie| {
            let mut values = headers.get_all(SET_COOKIE).iter().filter_map(|header| value_of(header, &cookie.name));
            values.any(|value| value.starts_with(b";"))
        };
        self.0.retain(|cookie| !is_taken_away(cookie));
        let kept: Vec<HeaderValue> = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter(|header| !self.0.iter().any(|cookie| stands(cookie, header)))
            .cloned()
            .collect();
        headers.remove(SET_COOKIE);
        for header in kept.into_iter().chain(self.0.into_iter().map(|cookie| cookie.header)) {
            headers.append(SET_COOKIE, header);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    }
}

/// What a `Set-Cookie` header of this name says, value and attributes.
fn value_of<'h>(header: &'h HeaderValue, name: &str) -> Option<&'h [u8]> {
    header.as_bytes().strip_prefix(name.as_bytes())?.strip_prefix(b"=")
}

impl fmt::Debug for SetCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|cookie| &cookie.name)).finish()
    }
}

impl IntoResponseParts for SetCookies {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        self.write(parts.headers_mut());
        Ok(parts)
    }
}

impl IntoResponse for SetCookies {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}

fn set(
    config: &Settings,
    kind: TokenKind,
    token: &str,
    csrf: Option<&str>,
    expiry: NumericDate,
) -> Result<SetCookies, ErrorKind> {
    let travel = &config.travel;
    if !travel.of(kind).locations.contains(Location::Cookie) {
        return Err(UsageFault::CookiesNotConfigured.into());
    }
    let cookies = &travel.of(kind).cookies;
    let lifetime = match cookies.lifetime {
        CookieLifetime::Session => String::new(),
        CookieLifetime::Token => max_age(expiry.saturating_duration_since(NumericDate::from(config.clock.now()))),
        CookieLifetime::For(lifetime) => max_age(lifetime),
    };
    let mut set = vec![write(&cookies.token, token, &lifetime)?];
    if let Some(cookie) = &cookies.csrf {
        // A token of another configuration has none; with its cookie alone no unsafe request would pass.
        let csrf = csrf.ok_or(UsageFault::CookiesNotConfigured)?;
        set.push(write(cookie, csrf, &lifetime)?);
    }
    Ok(SetCookies(set))
}

/// Everything but the value is as when the cookie was set: a browser takes away what has the same name, path and domain, and
/// does so only from where it could have been set (RFC 6265bis section 5.7).
pub(crate) fn unset(cookies: &KindCookies) -> SetCookies {
    let past = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    SetCookies(cookies.all().filter_map(|cookie| write(cookie, "", past).ok()).collect())
}

/// Whether a browser would keep the cookie of a token, if it travels in one: asked before anything is spent for the token.
pub(crate) fn check_size(config: &Settings, kind: TokenKind, token: &str) -> Result<(), UsageFault> {
    let travel = config.travel.of(kind);
    if !travel.locations.contains(Location::Cookie) {
        return Ok(());
    }
    fit(&travel.cookies.token.name, token)
}

fn fit(name: &str, value: &str) -> Result<(), UsageFault> {
    let bytes = name.len() + value.len();
    if bytes > MOST_COOKIE { Err(UsageFault::CookieTooLarge { bytes }) } else { Ok(()) }
}

fn max_age(lifetime: Duration) -> String {
    let lifetime = lifetime.min(MOST_LIFETIME);
    let seconds = lifetime.as_secs() + u64::from(lifetime.subsec_nanos() > 0);
    format!("; Max-Age={seconds}")
}

fn write(cookie: &Cookie, value: &str, lifetime: &str) -> Result<SetCookie, UsageFault> {
    let Cookie { name, attributes } = cookie;
    fit(name, value)?;
    // Names and attributes were checked when the configuration was built; tokens and csrf values are base64url and dots.
    let mut header = HeaderValue::try_from(format!("{name}={value}{attributes}{lifetime}"))
        .map_err(|_| UsageFault::CannotIssue("it can't stand in a cookie".to_owned()))?;
    header.set_sensitive(true);
    Ok(SetCookie { name: name.clone(), header })
}
