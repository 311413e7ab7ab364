//! Which addresses keys are fetched from: HTTPS, whatever names them.

use std::net::IpAddr;

use reqwest::Url;

/// The longest address, in bytes.
const MOST: usize = 2048;

/// What an address must be; the text completes "it must be".
pub(crate) type Demand = &'static str;

const HTTPS: Demand = "an absolute `https` address without user, password and fragment, of at most 2048 bytes";
const HTTPS_OR_LOOPBACK: Demand = "an absolute `https` address, or one of `http` on 127.0.0.1, [::1] or localhost, without user, password and fragment, \
     of at most 2048 bytes";

/// Reads an address; with `loopback`, also one of this machine's without TLS.
pub(crate) fn parse(text: &str, loopback: bool) -> Result<Url, Demand> {
    let demand = if loopback { HTTPS_OR_LOOPBACK } else { HTTPS };
    // The parser repairs white space, control characters, backslashes and wrong numbers of slashes in silence.
    let plain = text.len() <= MOST && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let url = if plain { Url::parse(text).ok() } else { None };
    let good = |url: &Url| {
        let starts_with_host = text
            .split_once("://")
            .is_some_and(|(scheme, rest)| scheme.eq_ignore_ascii_case(url.scheme()) && !rest.starts_with('/'));
        let is_protected = url.scheme() == "https" || (loopback && url.scheme() == "http" && is_loopback(url));
        let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        starts_with_host && is_protected && is_bare && url.host_str().is_some()
    };
    url.filter(good).ok_or(demand)
}

/// Reads the address that an issuer's own document names.
///
/// It may be on another host, as it is at large providers; but not at an address in numbers, other than the issuer's own: that
/// is how a document would reach for what stands beside the service (RFC 8725 section 3.10).
pub(super) fn parse_named(text: &str, issuer: &Url, loopback: bool) -> Option<Url> {
    let url = parse(text, loopback).ok()?;
    // The name of this machine, those below it, and the same in full (RFC 6761 section 6.3).
    let is_local = |host: &str| host == "localhost" || host.ends_with(".localhost");
    let names_local = |url: &Url| url.host_str().is_some_and(|host| is_local(host.strip_suffix('.').unwrap_or(host)));
    let is_near = |url: &Url| ip(url).is_some() || names_local(url);
    (!is_near(&url) || url.host_str() == issuer.host_str()).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    ip(url).map_or(url.host_str() == Some("localhost"), |ip| ip.is_loopback())
}

/// The host, if it is an address in numbers.
fn ip(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_89_https_only_and_nothing_that_could_be_read_in_two_ways() {
        let good = [
            "https://issuer.example",
            "https://issuer.example:8443/a/b?c=d",
            "https://10.0.0.1/",
            "https://[::1]/keys",
        ];
        let bad = [
            "",
            "issuer.example",
            "//issuer.example",
            "/keys",
            "http://issuer.example",
            "HTTP://issuer.example/",
            "ftp://issuer.example",
            "file:///etc/passwd",
            "data:application/json,{}",
            "https://",
            "https:///keys",
            "https:/issuer.example",
            "https:issuer.example",
            "https:a://issuer.example",
            "https:\\\\issuer.example",
            "https://issuer.example\\@evil.example",
            "https://user@issuer.example",
            "https://user:password@issuer.example",
            "https://:password@issuer.example/",
            "https://issuer.example/#keys",
            "https://issuer.example/#",
            " https://issuer.example",
            "https://issuer.example/\n",
            "https://issuer\t.example/",
            "https://issu\u{e9}r.example/",
            "https://issuer.example:99999/",
            "https://[::1",
            "https://a b/",
        ];
        let near = ["http://127.0.0.1:80/keys", "http://127.9.9.9", "http://[::1]:8000", "http://localhost:8000/keys"];
        // A name that begins like one of this machine, and forms that the parser turns into addresses of elsewhere.
        let far = [
            "http://127.0.0.1.example/",
            "http://localhost.example/",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "http://[::]/",
            "http://0x0a000001/",
            "http://169.254.169.254/",
        ];
        for text in good {
            assert!(parse(text, false).is_ok() && parse(text, true).is_ok(), "{text}");
        }
        for text in bad.iter().chain(&far) {
            assert!(parse(text, false).is_err() && parse(text, true).is_err(), "{text}");
        }
        for text in near {
            assert!(parse(text, false).is_err() && parse(text, true).is_ok(), "{text}");
        }
        assert!(parse(&format!("https://issuer.example/{}", "a".repeat(MOST)), false).is_err());
    }

    #[test]
    fn r_89_a_document_names_no_address_beside_the_service() {
        let issuer = |text: &str| Url::parse(text).ok().into_iter().collect::<Vec<_>>();
        for issuer in issuer("https://issuer.example") {
            for text in ["https://issuer.example/keys", "https://keys.example/"] {
                assert!(parse_named(text, &issuer, true).is_some(), "{text}");
            }
            let near = [
                "https://localhost./",
                "https://keys.localhost/",
                "https://127.0.0.1./",
                "https://10.0.0.1/",
                "https://169.254.169.254/",
                "https://[::1]/",
                "https://localhost/",
                "http://localhost/",
                "http://127.0.0.1/",
                "http://keys.example/",
                "https://2130706433/",
            ];
            for text in near {
                assert_eq!(parse_named(text, &issuer, true), None, "{text}");
            }
        }
        for issuer in issuer("http://127.0.0.1:8000") {
            assert!(parse_named("http://127.0.0.1:9000/keys", &issuer, true).is_some());
            assert_eq!(parse_named("http://127.0.0.1:9000/keys", &issuer, false), None);
            assert_eq!(parse_named("http://127.0.0.2:9000/keys", &issuer, true), None);
        }
    }
}
