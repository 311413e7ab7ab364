//! Whether an answer can bring a renewed cookie: it is a success, says nothing of our cookies, and no shared cache may store it.

use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, EXPIRES, SET_COOKIE},
};

use crate::{TokenKind, config::Travel};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

pub(super) fn may_bring_cookies<A>(response: &Response<A>, travel: &Travel) -> bool {
    let headers = response.headers();
    is_success(response.status()) && !speaks_of_our_cookies(headers, travel) && !is_shared(headers)
}

/// Redirects that no cache keeps by itself (RFC 9110 section 15.1) answer a form that was posted. A 304 would change what a
/// cache has stored (RFC 9111 section 4.3.4).
fn is_success(status: StatusCode) -> bool {
    status.is_success() || matches!(status, StatusCode::FOUND | StatusCode::SEE_OTHER | StatusCode::TEMPORARY_REDIRECT)
}

/// Whether the handler has decided about one of the cookies that this instance sets.
fn speaks_of_our_cookies(headers: &HeaderMap, travel: &Travel) -> bool {
    let ours = || TokenKind::BOTH.into_iter().flat_map(|kind| travel.of(kind).cookies.all());
    let is_ours = |header: &HeaderValue| {
        let name = header.as_bytes().split(|byte| matches!(byte, b'=' | b';')).next().unwrap_or_default();
        ours().any(|cookie| cookie.name.as_bytes() == name.trim_ascii())
    };
    // Cookies are among what is cleared, or all is (W3C Clear Site Data section 3.1).
    let clears = |header: &HeaderValue| {
        let has = |word: &[u8]| header.as_bytes().windows(word.len()).any(|part| part == word);
        has(b"\"cookies\"") || has(b"\"*\"")
    };
    headers.get_all(SET_COOKIE).iter().any(is_ours) || headers.get_all(CLEAR_SITE_DATA).iter().any(clears)
}

/// Whether the headers let a shared cache store the answer (RFC 9111 section 3).
///
/// A cache may do so by itself with an answer that says nothing, but not with what becomes of it: a cookie brings `no-store` along.
/// What the handler says is not overruled.
fn is_shared(headers: &HeaderMap) -> bool {
    let said = Said::of(headers.get_all(CACHE_CONTROL).iter());
    // What is for certain caches alone counts before `Cache-Control` (RFC 9213 section 2.1), so that `no-store` there is no help.
    let is_for_some = |name: &HeaderName| {
        let name = name.as_str();
        name.ends_with("-cache-control") || matches!(name, "surrogate-control" | "edge-control" | "x-accel-expires")
    };
    let mut for_some = headers.keys().filter(|name| is_for_some(name));
    said.is_shared(headers.contains_key(EXPIRES))
        || for_some.any(|name| Said::of(headers.get_all(name).iter()).is_shared(true))
}

/// What the directives of `Cache-Control`, or of a field like it, say together (RFC 9111 section 5.2.2).
#[derive(Default)]
struct Said {
    /// It may be stored, whatever else is said.
    is_public: bool,
    /// It may be reused for a time, by someone.
    is_kept: bool,
    /// It is not stored by a cache that is shared.
    is_private: bool,
}

impl Said {
    fn of<'h>(headers: impl Iterator<Item = &'h HeaderValue>) -> Self {
        let mut said = Self::default();
        for directive in headers.flat_map(|header| directives(header.as_bytes())) {
            let mut parts = directive.splitn(2, |byte| *byte == b'=');
            let name = parts.next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
            let value = parts.next().map(<[u8]>::trim_ascii);
            match (name.as_slice(), value) {
                (b"no-store" | b"private", None) => said.is_private = true,
                // A cache that knows the status does not heed `no-store` beside `must-understand` (section 5.2.2.3).
                (b"public" | b"s-maxage" | b"must-understand", _) => said.is_public = true,
                (b"" | b"no-cache" | b"no-transform" | b"must-revalidate" | b"proxy-revalidate", None) => {}
                (b"max-age", Some(age)) if !age.is_empty() && age.iter().all(|digit| *digit == b'0') => {}
                // Also what is said of single fields, and what is not known: it could let a cache store.
                _ => said.is_kept = true,
            }
        }
        said
    }

    /// `expires` says that another field lets a cache keep it.
    fn is_shared(&self, expires: bool) -> bool {
        self.is_public || ((self.is_kept || expires) && !self.is_private)
    }
}

/// The members of a list, which commas between quotes do not part.
fn directives(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    list.split(move |byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ => {}
        }
        *byte == b',' && !is_quoted
    })
}
