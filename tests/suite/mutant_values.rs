//! The names and values that mutants of tokens are made of.

use crate::{mutants::Part, support::NOW};

/// Names that a header may have, and one that nobody knows.
pub const HEADER_NAMES: &[&str] = &[
    "alg", "typ", "kid", "cty", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip", "url",
    "nonce", "foo",
];

pub const CLAIM_NAMES: &[&str] = &[
    "sub",
    "exp",
    "iat",
    "nbf",
    "jti",
    "type",
    "iss",
    "aud",
    "fresh",
    "scopes",
    "csrf",
    "auth_time",
    "sid",
    "realm",
    "scope",
    "cnf",
    "client_id",
    "foo",
];

/// JSON, or almost.
pub const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "1.5",
    "1e3",
    "1e400",
    "-0",
    "18446744073709551616",
    "253402300800",
    "\"\"",
    "\"x\"",
    "[]",
    "[\"x\"]",
    "[1]",
    "[null]",
    "{}",
    "{\"a\":1}",
    "{\"a\":1,\"a\":2}",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"é\"",
    "NaN",
    "Infinity",
    "01",
    "'x'",
    "[1,]",
    "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
    "{\"kty\":\"RSA\"}",
];

pub const HEADER_VALUES: &[&str] = &[
    "\"JWT\"",
    "\"jwt\"",
    "\"at+jwt\"",
    "\"application/at+jwt\"",
    "\"application/jwt\"",
    "\"JOSE\"",
    "\"dpop+jwt\"",
    "[\"b64\"]",
    "[\"exp\"]",
    "[\"foo\"]",
    "\"DEF\"",
    "\"A128GCM\"",
    "\"https://keys.example\"",
    "\"none\"",
    "\"None\"",
    "\"HS256\"",
    "\"HS384\"",
    "\"ES256\"",
    "\"ES384\"",
    "\"RS256\"",
    "\"PS256\"",
    "\"EdDSA\"",
    "\"Ed25519\"",
    "\"hs256\"",
    "\"RS256 \"",
];

pub const CLAIM_VALUES: &[&str] = &[
    "\"access\"",
    "\"refresh\"",
    "\"id\"",
    "\"https://issuer.example\"",
    "\"https://issuer.example/\"",
    "\"issuer\"",
    "\"api\"",
    "[\"api\"]",
    "[\"other\",\"api\"]",
    "[\"other\"]",
    "[\"api\",1]",
    "\"API\"",
    "[\"https://issuer.example\"]",
];

/// Members with a value that is meant for them.
pub const APT: &[(Part, &str, &str)] = &[
    (Part::Header, "typ", "\"at+jwt\""),
    (Part::Header, "typ", "\"JOSE\""),
    (Part::Header, "typ", "\"dpop+jwt\""),
    (Part::Header, "alg", "\"Ed25519\""),
    (Part::Header, "alg", "\"none\""),
    (Part::Header, "kid", "\"another\""),
    (Part::Header, "jwk", "{\"kty\":\"oct\",\"k\":\"AAAA\"}"),
    (Part::Header, "jwk", "{\"kid\":1}"),
    (Part::Header, "jwk", "{\"kty\":\"RSA\"}"),
    (Part::Header, "jwk", "{\"key_ops\":1}"),
    (Part::Header, "kid", "null"),
    (Part::Header, "x5u", "null"),
    (Part::Header, "x5c", "[\"x\",1]"),
    (Part::Header, "crit", "[\"b64\"]"),
    (Part::Header, "crit", "[\"foo\"]"),
    // Two members at once: an extension that some know, in the form that changes nothing.
    (Part::Header, "crit", "[\"b64\"],\"b64\":true"),
    (Part::Header, "b64", "true"),
    (Part::Header, "b64", "false"),
    (Part::Header, "foo", "1e400"),
    (Part::Header, "nonce", "1"),
    (Part::Payload, "type", "\"refresh\""),
    (Part::Payload, "type", "\"access\""),
    // Ahead by the leeway and a half second; and over since the leeway, but for a half second.
    (Part::Payload, "nbf", "1767225610.5"),
    (Part::Payload, "iat", "1767225610.5"),
    (Part::Payload, "exp", "1767225590.5"),
    (Part::Payload, "realm", "\"staff\""),
    (Part::Payload, "iss", "\"https://issuer.example/\""),
    (Part::Payload, "aud", "[\"other\",\"api\"]"),
    (Part::Payload, "aud", "[]"),
    (Part::Payload, "foo", "{\"a\":1,\"a\":2}"),
    (Part::Payload, "foo", "\"\\ud800\""),
    (Part::Payload, "scopes", "[\"read\"]"),
];

/// Moments around the tests' clock, by the second and by the fraction: behind and ahead of it by the leeway above all.
pub fn moments() -> Vec<String> {
    let near = [-900_i64, -12, -11, -10, -9, -1, 0, 1, 9, 10, 11, 12, 900];
    let now = i64::try_from(NOW).unwrap();
    let whole = near.iter().map(|distance| (now + distance).to_string());
    let fractions = near.iter().map(|distance| format!("{}.5", now + distance));
    let others = near.iter().map(|distance| format!("\"{}\"", now + distance));
    let exponents =
        near.iter().map(|distance| format!("{}e1", f64::from(i32::try_from(now + distance).unwrap()) / 10.0));
    whole.chain(fractions).chain(others).chain(exponents).collect()
}
