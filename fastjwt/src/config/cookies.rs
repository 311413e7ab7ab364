//! How the cookies of a kind of token are named and what stands beside their values, checked against what browsers accept.

use std::time::Duration;

use http::{HeaderName, header};

use super::{ConfigFault, travel::is_token};
use crate::{Realm, TokenKind};

/// An attribute's value that is longer is ignored by browsers (RFC 6265bis section 5.6).
const MOST_ATTRIBUTE: usize = 1024;

/// Which requests from other sites a cookie is sent with (RFC 6265bis section 5.6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SameSite {
    /// None, not even when a link leads here.
    Strict,
    /// When a link leads here, and no other.
    Lax,
    /// All of them; the cookie must then be `Secure`.
    None,
}

impl SameSite {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

/// How long a browser keeps a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CookieLifetime {
    /// Until its token ends.
    Token,
    /// Until the browser is closed.
    Session,
    /// For this long; what is less than a second counts as one, and zero deletes the cookie at once.
    For(Duration),
}

/// The cookies of one kind of token: the token's own, which no script can read, and the csrf value's, which a script reads to
/// prove that it runs on a page of this site.
///
/// # Defaults
/// - `__Host-access_token`, `__Host-refresh_token`, `__Host-csrf_access_token` and `__Host-csrf_refresh_token`: no other host
///   and no page without TLS can set a cookie with this prefix. A realm's name stands before its own. With a domain, or for a
///   token with another path, the prefix is `__Secure-`; without `Secure` there is none;
/// - `Secure`, and `HttpOnly` for the token's;
/// - `SameSite=Lax`;
/// - `Path=/`, no `Domain`;
/// - kept until the token ends.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[must_use]
pub struct CookieOptions {
    name: Option<String>,
    path: String,
    domain: Option<String>,
    same_site: SameSite,
    secure: bool,
    http_only: bool,
    partitioned: bool,
    lifetime: CookieLifetime,
    csrf_cookie: bool,
    csrf_name: Option<String>,
    csrf_path: String,
    csrf_header: String,
    csrf_field: String,
}

impl Default for CookieOptions {
    fn default() -> Self {
        Self {
            name: None,
            path: "/".to_owned(),
            domain: None,
            same_site: SameSite::Lax,
            secure: true,
            http_only: true,
            partitioned: false,
            lifetime: CookieLifetime::Token,
            csrf_cookie: true,
            csrf_name: None,
            csrf_path: "/".to_owned(),
            csrf_header: "x-csrf-token".to_owned(),
            csrf_field: "csrf_token".to_owned(),
        }
    }
}

impl CookieOptions {
    /// The name of the token's cookie, taken as it is.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The path of the token's cookie; the browser sends it to this path and below.
    ///
    /// A logout ends the session of the token that it gets, and a login that of the one before. Fifteen minutes after a login the access
    /// token's cookie has ended, so that both need the refresh token's: give it a path that these routes are below, too.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The domain of the cookies: all of its subdomains get them as well, and can set them.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Which requests from other sites the cookies are sent with.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// The switch for development over plain http, on loopback: `secure(false)`. The default names then have no prefix.
    ///
    /// It is never guessed from a request, and `build` warns in the log. Chromium and Firefox need it less than one thinks:
    /// they take `Secure` cookies from `http://localhost`.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Whether scripts are kept from reading the token's cookie; without it, `build` warns in the log.
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Whether the cookies belong to the site in whose frame they were set, for pages that others embed (CHIPS).
    pub fn partitioned(mut self, partitioned: bool) -> Self {
        self.partitioned = partitioned;
        self
    }

    /// How long browsers keep the cookies; they cap it at 400 days, and so do we.
    pub fn lifetime(mut self, lifetime: CookieLifetime) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Whether the csrf value is set as a cookie that scripts can read. Without it, the service hands the value out itself: it
    /// is [`AccessToken::csrf`](crate::AccessToken::csrf), and the claim `csrf` of the payload.
    pub fn csrf_cookie(mut self, set: bool) -> Self {
        self.csrf_cookie = set;
        self
    }

    /// The name of the csrf value's cookie, taken as it is.
    pub fn csrf_cookie_name(mut self, name: impl Into<String>) -> Self {
        self.csrf_name = Some(name.into());
        self
    }

    /// The path of the csrf value's cookie: that of the pages whose script reads it, whatever the token's path.
    pub fn csrf_cookie_path(mut self, path: impl Into<String>) -> Self {
        self.csrf_path = path.into();
        self
    }

    /// The header that proves the csrf value.
    pub fn csrf_header(mut self, name: impl Into<String>) -> Self {
        self.csrf_header = name.into();
        self
    }

    /// The form's field that proves the csrf value, with [`csrf_form`](crate::Builder::csrf_form).
    pub fn csrf_field(mut self, name: impl Into<String>) -> Self {
        self.csrf_field = name.into();
        self
    }

    /// Checks all of it; `None` if there was a fault.
    pub(super) fn check<R: Realm>(
        self,
        kind: TokenKind,
        csrf: bool,
        header_name: Option<&HeaderName>,
        faults: &mut Vec<ConfigFault>,
    ) -> Option<KindCookies> {
        let before = faults.len();
        let option = match kind {
            TokenKind::Access => "access_cookie",
            TokenKind::Refresh => "refresh_cookie",
        };
        let mut refuse = |part, message: String| faults.push(ConfigFault::new(option, message).of(part));
        if self.same_site == SameSite::None && !self.secure {
            refuse("same_site", "`SameSite=None` without `Secure`: browsers drop it; it must be `Secure`".to_owned());
        }
        if self.partitioned && !self.secure {
            refuse("partitioned", "`Partitioned` without `Secure`: browsers drop it; it must be `Secure`".to_owned());
        }
        if self.domain.as_deref().is_some_and(|domain| !is_domain(domain)) {
            refuse("domain", "its domain must be a host name, without a dot before it, a port or a scheme".to_owned());
        }
        let csrf_header = HeaderName::try_from(self.csrf_header.as_str()).ok();
        let is_another = |name: &HeaderName| name == header::COOKIE || Some(name) == header_name;
        if csrf_header.as_ref().is_none_or(is_another) {
            refuse(
                "csrf_header_name",
                "its csrf header must be the name of a header, neither `Cookie` nor that of tokens".to_owned(),
            );
        }
        if !(1..=64).contains(&self.csrf_field.len()) {
            refuse("csrf_field_name", "its csrf field must have 1 to 64 bytes".to_owned());
        }
        let prefix = match R::NAME {
            "" => String::new(),
            name => format!("{}_", name_word(name)),
        };
        let token = Cookie::new(
            self.name.clone(),
            &format!("{prefix}{kind}_token"),
            &self.path,
            self.http_only,
            &self,
            &mut |part, fault| refuse(part.token, format!("its cookie: {fault}")),
        );
        let csrf_cookie = (csrf && self.csrf_cookie).then(|| {
            let usual = format!("{prefix}csrf_{kind}_token");
            Cookie::new(self.csrf_name.clone(), &usual, &self.csrf_path, false, &self, &mut |part, fault| {
                refuse(part.csrf, format!("its csrf cookie: {fault}"));
            })
        });
        if faults.len() != before {
            return None;
        }
        Some(KindCookies {
            token,
            csrf: csrf_cookie,
            csrf_header: csrf_header?,
            csrf_field: self.csrf_field,
            lifetime: self.lifetime,
            secure: self.secure,
            http_only: self.http_only,
        })
    }
}

/// The cookies of a kind, checked.
pub(crate) struct KindCookies {
    pub(crate) token: Cookie,
    pub(crate) csrf: Option<Cookie>,
    pub(crate) csrf_header: HeaderName,
    pub(crate) csrf_field: String,
    pub(crate) lifetime: CookieLifetime,
    pub(super) secure: bool,
    pub(super) http_only: bool,
}

impl KindCookies {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Cookie> {
        std::iter::once(&self.token).chain(&self.csrf)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.all().map(|cookie| cookie.name.as_str())
    }
}

/// A cookie's name, and its attributes as they are written behind every value.
pub(crate) struct Cookie {
    pub(crate) name: String,
    pub(crate) attributes: String,
}

impl Cookie {
    fn new(
        given: Option<String>,
        usual: &str,
        path: &str,
        http_only: bool,
        options: &CookieOptions,
        refuse: &mut dyn FnMut(Part, &str),
    ) -> Self {
        let CookieOptions { domain, same_site, secure, partitioned, .. } = options;
        if !is_path(path) {
            refuse(
                Part::PATH,
                "its path must begin with `/` and be printable ASCII without `;`, at most 1024 characters",
            );
        }
        let is_host = path == "/" && domain.is_none();
        let name = given.unwrap_or_else(|| match (secure, is_host) {
            (true, true) => format!("__Host-{usual}"),
            (true, false) => format!("__Secure-{usual}"),
            (false, _) => usual.to_owned(),
        });
        if !is_token(&name) {
            refuse(
                Part::NAME,
                "its name must be one word of 1 to 128 letters, digits and marks (RFC 6265 section 4.1.1)",
            );
        }
        // Browsers compare prefixes without case (RFC 6265bis section 4.1.3).
        let begins = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if begins("__Host-") && !(*secure && is_host) {
            refuse(Part::NAME, "`__Host-` in its name demands `Secure`, the path `/` and no domain");
        }
        if (begins("__Secure-") || begins("__Http-")) && !secure {
            refuse(Part::NAME, "`__Secure-` and `__Http-` in its name demand `Secure`");
        }
        if (begins("__Http-") || begins("__Host-Http-")) && !http_only {
            refuse(Part::NAME, "`__Http-` and `__Host-Http-` in its name demand `HttpOnly`");
        }
        let mut attributes = format!("; Path={path}");
        if let Some(domain) = domain {
            attributes.push_str("; Domain=");
            attributes.push_str(domain);
        }
        for (is_set, attribute) in [(*secure, "; Secure"), (http_only, "; HttpOnly"), (*partitioned, "; Partitioned")] {
            attributes.push_str(if is_set { attribute } else { "" });
        }
        attributes.push_str("; SameSite=");
        attributes.push_str(same_site.as_str());
        Self { name, attributes }
    }
}

/// What a fault is of, in the token's cookie and in the csrf value's.
#[derive(Clone, Copy)]
struct Part {
    token: &'static str,
    csrf: &'static str,
}

impl Part {
    const NAME: Self = Self { token: "cookie_name", csrf: "csrf_cookie_name" };
    const PATH: Self = Self { token: "cookie_path", csrf: "csrf_cookie_path" };
}

fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= MOST_ATTRIBUTE
        && path.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b';')
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.len() <= 253 && domain.split('.').all(is_label)
}

/// A realm's name as a part of another one.
pub(crate) fn name_word(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}
