//! What a configuration from the environment or a file is refused for: each message in full, and no secret in any of them.

use std::{ffi::OsString, time::Duration};

use fastjwt::{Algorithm, Config, ConfigError, FastJwt, NoClaims, Realm, SigningKey, TrustedIssuer, VerifyingKey};

use crate::{
    support::{NOW, at, shows, unique},
    test_keys::{ED25519, ED25519_PUBLIC, P256, P256_ENCRYPTED, P256_PUBLIC, der},
};

const SECRET: &str = "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa";
const OTHER: &str = "Kq3Vw8Zt1Xs6Ym9Rb4Lc7Nd2Pf5Gh0Jj";

/// Variables, and the faults that are told, a line each.
type Case = (&'static [(&'static str, &'static str)], &'static [&'static str]);

const S: (&str, &str) = ("JWT_SECRET_KEY", SECRET);
const ES256: (&str, &str) = ("JWT_ALGORITHM", "ES256");
const UNTIL: (&str, &str) = ("JWT_PASSIVE_KEY_UNTIL", "2026-02-01T00:00:00Z");

const JWK: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"i76dLguiCjbpZOMcrjFCvqzNONPaAfoId_sF4wduyHA"}"#;
const DER: &str = "MCowBQYDK2VwAyEAi76dLguiCjbpZOMcrjFCvqzNONPaAfoId/sF4wduyHA=";

/// A P-256 key that belongs to no other text of these tests.
const OTHER_P256: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsLsMWAU8vLR6nB/TdrF64aMJFZST\n\
egTwV72pEZRYz0feQCmJAY9LCTJhliSvQY7XLSG/D3OySlc8tkEw4eqOAA==\n\
-----END PUBLIC KEY-----\n";

const PRIVATE_SET: &str = r#"{"keys":[
    {"kty":"EC","alg":"ES256","crv":"P-256","x":"nALi_o0w45q99NRiN9eP6muJ6lvK4HLT8s6m8hpoMZs",
     "y":"Fgtm7EeBFmtMzGydJfR-X1TITkTPpMKl-DpFsOwO3dw","d":"xhFcslXqObRMvHb51pnI6sIZINHc1URamj1tThUuRQ0"},
    {"kty":"OKP","alg":"EdDSA","crv":"Ed25519","x":"i76dLguiCjbpZOMcrjFCvqzNONPaAfoId_sF4wduyHA",
     "d":"6PXAp9b4SbCGxESstnIF0EGtJU433QyHoWFRK_QP70c"}]}"#;

const PUBLIC_SET: &str = r#"{"keys":[
    {"kty":"EC","alg":"ES256","crv":"P-256","x":"nALi_o0w45q99NRiN9eP6muJ6lvK4HLT8s6m8hpoMZs",
     "y":"Fgtm7EeBFmtMzGydJfR-X1TITkTPpMKl-DpFsOwO3dw"},
    {"kty":"OKP","crv":"Ed25519","x":"i76dLguiCjbpZOMcrjFCvqzNONPaAfoId_sF4wduyHA"}]}"#;

const TABLE: &[Case] = &[
    (&[], &["`JWT_SECRET_KEY`: there is none: give `JWT_SECRET_KEY`, `JWT_PRIVATE_KEY` or `JWT_PUBLIC_KEY`"]),
    (
        &[("JWT_SECRET_KEY", "")],
        &[
            "`JWT_SECRET_KEY`: the secret has 0 bytes: HS256 needs at least 32 random ones (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[("JWT_SECRET_KEY", "hunter2")],
        &[
            "`JWT_SECRET_KEY`: the secret has 7 bytes: HS256 needs at least 32 random ones (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[("JWT_SECRET_KEY", "your-256-bit-secret")],
        &[
            "`JWT_SECRET_KEY`: the secret has 19 bytes: HS256 needs at least 32 random ones (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[("JWT_SECRET_KEY", "a-string-secret-at-least-256-bits-long")],
        &[
            "`JWT_SECRET_KEY`: the secret is a well-known example: make a random one (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[("JWT_SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")],
        &[
            "`JWT_SECRET_KEY`: the secret has fewer than 8 different bytes: make a random one (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[("JWT_SECRET_KEY", P256)],
        &[
            "`JWT_SECRET_KEY`: the secret is a PEM text: use `JWT_PRIVATE_KEY`, or give a random secret (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[S, ("JWT_ALGORITHM", "HS512")],
        &[
            "`JWT_SECRET_KEY`: the secret has 32 bytes: HS512 needs at least 64 random ones (for example with `openssl rand -base64 48`)",
        ],
    ),
    (&[S, ES256], &["`JWT_SECRET_KEY`: ES256 has no secret: it needs a key pair, for example from `JWT_PRIVATE_KEY`"]),
    (
        &[S, ("JWT_ALGORITHM", "HS265")],
        &[
            "`JWT_ALGORITHM`: \"HS265\": the algorithm is unknown: it must be one of HS256, HS384, HS512, ES256, ES384, EdDSA, RS256, RS384, RS512, PS256, PS384, PS512",
        ],
    ),
    (
        &[S, ("JWT_ALGORITHM", "none")],
        &[
            "`JWT_ALGORITHM`: \"none\": the algorithm is unknown: it must be one of HS256, HS384, HS512, ES256, ES384, EdDSA, RS256, RS384, RS512, PS256, PS384, PS512",
        ],
    ),
    (
        &[S, ("JWT_ALGORITHM", "hs256")],
        &[
            "`JWT_ALGORITHM`: \"hs256\": the algorithm is unknown: it must be one of HS256, HS384, HS512, ES256, ES384, EdDSA, RS256, RS384, RS512, PS256, PS384, PS512",
        ],
    ),
    (
        &[S, ("JWT_SECRET", SECRET)],
        &["`JWT_SECRET_KEY`: `JWT_SECRET` is given as well, and they are one option: give one of them"],
    ),
    (
        &[S, ("JWT_SECRET_KEY_FILE", "/run/secrets/jwt")],
        &["`JWT_SECRET_KEY_FILE`: `JWT_SECRET_KEY` is given as well, and they are one option: give one of them"],
    ),
    (
        &[("JWT_SECRET_KEY_PATH", "/run/secrets/jwt")],
        &[
            "`JWT_SECRET_KEY_PATH`: it is no option: did you mean `JWT_SECRET_KEY_FILE`?",
            "`JWT_SECRET_KEY`: there is none: give `JWT_SECRET_KEY`, `JWT_PRIVATE_KEY` or `JWT_PUBLIC_KEY`",
        ],
    ),
    (
        &[S, ("JWT_PRIVATE_KEY", P256)],
        &[
            "`JWT_PRIVATE_KEY`: `JWT_SECRET_KEY` is given as well: give one key that signs, and others with `JWT_NEXT_KEY` or `JWT_PASSIVE_KEY`",
        ],
    ),
    (
        &[S, ES256, ("JWT_PRIVATE_KEY", P256), ("JWT_PUBLIC_KEY", P256_PUBLIC)],
        &[
            "`JWT_PRIVATE_KEY`: `JWT_SECRET_KEY` is given as well: give one key that signs, and others with `JWT_NEXT_KEY` or `JWT_PASSIVE_KEY`",
            "`JWT_PUBLIC_KEY`: `JWT_SECRET_KEY` is given as well: give one key that signs, and others with `JWT_NEXT_KEY` or `JWT_PASSIVE_KEY`",
            "`JWT_SECRET_KEY`: ES256 has no secret: it needs a key pair, for example from `JWT_PRIVATE_KEY`",
        ],
    ),
    (&[("JWT_PRIVATE_KEY", P256)], &["`JWT_PRIVATE_KEY`: its algorithm is not known: set `JWT_ALGORITHM`"]),
    (
        &[("JWT_PRIVATE_KEY", P256), ("JWT_ALGORITHM", "HS256")],
        &["`JWT_PRIVATE_KEY`: HS256 takes a secret, not a key pair: set `JWT_ALGORITHM` to the algorithm of the key"],
    ),
    (
        &[("JWT_PRIVATE_KEY", P256), ("JWT_ALGORITHM", "ES384")],
        &["`JWT_PRIVATE_KEY`: ES384 needs a P-384 private key, found a P-256 private key (`PRIVATE KEY`)"],
    ),
    (
        &[("JWT_PRIVATE_KEY", P256_PUBLIC), ES256],
        &["`JWT_PRIVATE_KEY`: ES256 needs a P-256 private key, found a P-256 public key (`PUBLIC KEY`)"],
    ),
    (
        &[("JWT_PRIVATE_KEY", P256_ENCRYPTED), ES256],
        &[
            "`JWT_PRIVATE_KEY`: the PEM block is `ENCRYPTED PRIVATE KEY`: decrypt it first, for example with `openssl pkey`",
        ],
    ),
    (
        &[("JWT_PRIVATE_KEY", SECRET), ES256],
        &["`JWT_PRIVATE_KEY`: it must be a key in PEM, a JWK, a JWK set, or DER in standard base64"],
    ),
    (
        &[("JWT_PRIVATE_KEY", "not a key at all"), ES256],
        &["`JWT_PRIVATE_KEY`: it must be a key in PEM, a JWK, a JWK set, or DER in standard base64"],
    ),
    (
        &[("JWT_PRIVATE_KEY", "{\"kty\":\"EC\""), ES256],
        &["`JWT_PRIVATE_KEY`: it is no JSON object with the members of a JWK, or `keys` of a JWK set"],
    ),
    (&[("JWT_PRIVATE_KEY", "{\"keys\":[]}"), ES256], &["`JWT_PRIVATE_KEY`: the JWK set is empty: it must hold a key"]),
    (
        &[("JWT_PRIVATE_KEY", "{\"kty\":\"EC\",\"alg\":\"ES257\"}")],
        &[
            "`JWT_PRIVATE_KEY`: the algorithm is unknown: it must be one of HS256, HS384, HS512, ES256, ES384, EdDSA, RS256, RS384, RS512, PS256, PS384, PS512",
        ],
    ),
    (
        &[("JWT_PRIVATE_KEY", P256), ES256, ("JWT_PUBLIC_KEY", ED25519_PUBLIC)],
        &["`JWT_PUBLIC_KEY`: ES256 needs a P-256 public key, found an Ed25519 public key (`PUBLIC KEY`)"],
    ),
    (
        &[("JWT_PRIVATE_KEY", P256), ES256, ("JWT_PUBLIC_KEY", OTHER_P256)],
        &[
            "`JWT_PUBLIC_KEY`: it is not the public half of `JWT_PRIVATE_KEY`: leave it out, or give a key that signed before with `JWT_PASSIVE_KEY`",
        ],
    ),
    (&[("JWT_PRIVATE_KEY", PRIVATE_SET)], &["`JWT_PRIVATE_KEY`: there are 2 keys: give one"]),
    (&[("JWT_PUBLIC_KEY", PUBLIC_SET)], &["`JWT_PUBLIC_KEY`: key 2: its algorithm is not known: set `JWT_ALGORITHM`"]),
    (
        &[("JWT_PUBLIC_KEY", PUBLIC_SET), ("JWT_ALGORITHM", "EdDSA"), ("JWT_KEY_ID", "2026-01")],
        &["`JWT_KEY_ID`: `JWT_PUBLIC_KEY` has several keys: each must be a JWK with a `kid`"],
    ),
    (
        &[("JWT_PUBLIC_KEY", PRIVATE_SET)],
        &[
            "`JWT_PUBLIC_KEY`: key 1: the JWK holds a private key: a verifier must be given its public members only",
            "`JWT_PUBLIC_KEY`: key 2: the JWK holds a private key: a verifier must be given its public members only",
        ],
    ),
    (
        &[("JWT_PUBLIC_KEY", P256), ES256],
        &["`JWT_PUBLIC_KEY`: ES256 needs a P-256 public key, found a P-256 private key (`PRIVATE KEY`)"],
    ),
    (
        &[S, ("JWT_PUBLIC_KEY", P256_PUBLIC)],
        &[
            "`JWT_PUBLIC_KEY`: `JWT_SECRET_KEY` is given as well: give one key that signs, and others with `JWT_NEXT_KEY` or `JWT_PASSIVE_KEY`",
        ],
    ),
    (
        &[S, ("JWT_NEXT_KEY", "short")],
        &[
            "`JWT_NEXT_KEY`: the secret has 5 bytes: HS256 needs at least 32 random ones (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[S, ("JWT_NEXT_KEY", ED25519)],
        &[
            "`JWT_NEXT_KEY`: HS256 takes a secret, not a key pair: set `JWT_NEXT_KEY_ALGORITHM` to the algorithm of the key",
        ],
    ),
    (
        &[S, ("JWT_NEXT_KEY", SECRET)],
        &[
            "`JWT_SECRET_KEY`: two keys have the id `SSV-M-ol_hif08qy3gLoRw`: ids must differ, `JWT_KEY_ID` gives a key another",
        ],
    ),
    (&[S, ("JWT_NEXT_KEY_ALGORITHM", "EdDSA")], &["`JWT_NEXT_KEY_ALGORITHM`: it is given without `JWT_NEXT_KEY`"]),
    (
        &[S, ("JWT_NEXT_KEY", OTHER), ("JWT_NEXT_KEY_PUBLISHED_AT", "yesterday")],
        &[
            "`JWT_NEXT_KEY_PUBLISHED_AT`: \"yesterday\": it must be a moment such as 2027-01-31T12:00:00Z, or seconds since 1970",
        ],
    ),
    (
        &[S, ("JWT_NEXT_KEY", OTHER), ("JWT_NEXT_KEY_PUBLISHED_AT", "2026-01-01T00:00:11Z")],
        &["`JWT_NEXT_KEY`: the key `A2kA5OlpuUHRyizLl8vRnw` can't have been published in the future"],
    ),
    (
        &[("JWT_NEXT_KEY", OTHER), ("JWT_NEXT_KEY_ALGORITHM", "HS256")],
        &[
            "`JWT_NEXT_KEY`: there is a `JWT_NEXT_KEY`, but none before it: give the one that signs now with `JWT_SECRET_KEY` or `JWT_PRIVATE_KEY`",
        ],
    ),
    (&[S, ("JWT_PASSIVE_KEY", OTHER)], &["`JWT_PASSIVE_KEY`: it needs an end: set `JWT_PASSIVE_KEY_UNTIL`"]),
    (
        &[S, ("JWT_PASSIVE_KEY", OTHER), ("JWT_PASSIVE_KEY_UNTIL", "2036-02-01T00:00:00Z")],
        &[
            "`JWT_PASSIVE_KEY`: the end of the key `A2kA5OlpuUHRyizLl8vRnw` is too far ahead: it must be at most 3660 days",
        ],
    ),
    (
        &[S, ("JWT_PASSIVE_KEY", OTHER), ("JWT_PASSIVE_KEY_UNTIL", "1767226600000")],
        &[
            "`JWT_PASSIVE_KEY_UNTIL`: \"1767226600000\": it must be seconds since 1970, before the year 10000; milliseconds are a thousand times as many",
        ],
    ),
    (
        &[("JWT_SECRET_KEY", JWK)],
        &[
            "`JWT_SECRET_KEY`: the secret is a JWK: use `JWT_PRIVATE_KEY`, or give a random secret (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[("JWT_SECRET_KEY", DER)],
        &[
            "`JWT_SECRET_KEY`: the secret is a key in DER: use `JWT_PRIVATE_KEY`, or give a random secret (for example with `openssl rand -base64 48`)",
        ],
    ),
    (
        &[S, ("JWT_LOCATIONS", "cookies"), ("JWT_IMPLICIT_REFRESH_INCLUDE_ROUTES", OTHER)],
        &["`JWT_IMPLICIT_REFRESH_INCLUDE_ROUTES`: its route number 1, a text of 32 bytes: a route must begin with `/`"],
    ),
    (&[S, UNTIL], &["`JWT_PASSIVE_KEY_UNTIL`: it is given without `JWT_PASSIVE_KEY`"]),
    (
        &[S, UNTIL, ("JWT_PASSIVE_KEY", ED25519), ("JWT_PASSIVE_KEY_ALGORITHM", "EdDSA")],
        &["`JWT_PASSIVE_KEY`: EdDSA needs an Ed25519 public key, found an Ed25519 private key (`PRIVATE KEY`)"],
    ),
    (&[S, ("JWT_KEY_ID", "")], &["`JWT_KEY_ID`: a key id must have 1 to 256 bytes and no control character"]),
    (&[("JWT_KEY_ID", "2026-01")], &["`JWT_KEY_ID`: there is no key whose id it could be"]),
    (&[S, ("JWT_ISSUER", "")], &["`JWT_ISSUER`: it must have 1 to 255 bytes"]),
    (
        &[S, ("JWT_ENCODE_ISSUER", "us"), ("JWT_DECODE_ISSUER", "them")],
        &["`JWT_ENCODE_ISSUER`: `JWT_DECODE_ISSUER` is given as well, and they are one option: give one of them"],
    ),
    (&[S, ("JWT_AUDIENCE", "")], &["`JWT_AUDIENCE`: it is empty: it must name one or more, or be left out"]),
    (&[S, ("JWT_AUDIENCE", "orders,,billing")], &["`JWT_AUDIENCE`: of every member, it must have 1 to 255 bytes"]),
    (
        &[S, ("JWT_AUDIENCE", "[\"orders\", 1]")],
        &["`JWT_AUDIENCE`: \"[\\\"orders\\\", 1]\": it must be a list of texts, or one text with commas between them"],
    ),
    (
        &[S, ("JWT_ACCESS_TOKEN_EXPIRES_IN", "0")],
        &["`JWT_ACCESS_TOKEN_EXPIRES_IN`: 0ns: it must be 1 second to `JWT_MAX_TOKEN_LIFETIME`, which is 2592000s"],
    ),
    (
        &[S, ("JWT_ACCESS_TOKEN_EXPIRES_IN", "-5m")],
        &[
            "`JWT_ACCESS_TOKEN_EXPIRES_IN`: \"-5m\": it must be a duration such as 15m, 20d or 1h30m, or a number of seconds",
        ],
    ),
    (
        &[S, ("JWT_ACCESS_TOKEN_EXPIRES_IN", "15 minutes")],
        &[
            "`JWT_ACCESS_TOKEN_EXPIRES_IN`: \"15 minutes\": it must be a duration such as 15m, 20d or 1h30m, or a number of seconds",
        ],
    ),
    (
        &[S, ("JWT_ACCESS_TOKEN_EXPIRES_IN", "")],
        &[
            "`JWT_ACCESS_TOKEN_EXPIRES_IN`: \"\": it must be a duration such as 15m, 20d or 1h30m, or a number of seconds",
        ],
    ),
    (
        &[S, ("JWT_ACCESS_TOKEN_EXPIRES", "31d")],
        &["`JWT_ACCESS_TOKEN_EXPIRES`: 2678400s: it must be 1 second to `JWT_MAX_TOKEN_LIFETIME`, which is 2592000s"],
    ),
    (
        &[S, ("JWT_MAX_TOKEN_LIFETIME", "10d")],
        &[
            "`JWT_REFRESH_TOKEN_EXPIRES_IN`: 1728000s: it must be 1 second to `JWT_MAX_TOKEN_LIFETIME`, which is 864000s",
        ],
    ),
    (
        &[S, ("JWT_MAX_TOKEN_LIFETIME", "5000d")],
        &["`JWT_MAX_TOKEN_LIFETIME`: 432000000s: it must be 1 second to 3650 days"],
    ),
    (&[S, ("JWT_LEEWAY", "301")], &["`JWT_LEEWAY`: 301s: it must be at most 300s"]),
    (
        &[S, ("JWT_DECODE_LEEWAY", "10 parsecs")],
        &[
            "`JWT_DECODE_LEEWAY`: \"10 parsecs\": it must be a duration such as 15m, 20d or 1h30m, or a number of seconds",
        ],
    ),
    (
        &[S, ("JWT_LEEWAY", SECRET)],
        &["`JWT_LEEWAY`: a text of 32 bytes: it must be a duration such as 15m, 20d or 1h30m, or a number of seconds"],
    ),
    (&[S, ("JWT_NOT_BEFORE", "maybe")], &["`JWT_NOT_BEFORE`: \"maybe\": it must be true or false"]),
    (&[S, ("JWT_MAX_TOKEN_SIZE", "8KiB")], &["`JWT_MAX_TOKEN_SIZE`: \"8KiB\": it must be a whole number"]),
    (&[S, ("JWT_MAX_TOKEN_SIZE", "100")], &["`JWT_MAX_TOKEN_SIZE`: 100 bytes: it must be 256 to 65536"]),
    (
        &[S, ("JWT_HEADER_NAME", "Cookie")],
        &["`JWT_HEADER_NAME`: it must be the name of an HTTP header other than `Cookie`"],
    ),
    (
        &[S, ("JWT_HEADER_TYPE", "Bearer ")],
        &["`JWT_HEADER_TYPE`: it must be one word of letters, digits and `-._~`, or empty for a bare token"],
    ),
    (
        &[S, ("JWT_CHALLENGE_REALM", "a\"b")],
        &["`JWT_CHALLENGE_REALM`: it must be 1 to 255 printable ASCII characters without `\"` and `\\`"],
    ),
    (
        &[S, ("JWT_AT_JWT", "true")],
        &[
            "`JWT_AT_JWT`: it needs an `JWT_ISSUER` (RFC 9068 section 2.2)",
            "`JWT_AT_JWT`: it needs an `JWT_AUDIENCE` (RFC 9068 section 2.2)",
        ],
    ),
    (&[S, ("JWT_CLIENT_ID", "")], &["`JWT_CLIENT_ID`: it must have 1 to 255 bytes"]),
    (&[S, ("JWT_JWKS_MAX_AGE", "2d")], &["`JWT_JWKS_MAX_AGE`: 172800s: it must be at most 86400s"]),
    (&[S, ("JWT_JWKS_COOLDOWN", "2h")], &["`JWT_JWKS_COOLDOWN`: 7200s: it must be at most 3600s"]),
    (&[S, ("JWT_ISUSER", "us")], &["`JWT_ISUSER`: it is no option: did you mean `JWT_ISSUER`?"]),
    (&[S, ("JWT_ISSUER_FILE", "/etc/issuer")], &["`JWT_ISSUER_FILE`: only keys can be given as files"]),
    (
        &[S, ("JWT_ACCESSTOKEN_EXPIRES", "5m")],
        &["`JWT_ACCESSTOKEN_EXPIRES`: it is no option: did you mean `JWT_ACCESS_TOKEN_EXPIRES`?"],
    ),
    (
        &[S, ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "5")],
        &["`JWT_ACCESS_TOKEN_EXPIRE_MINUTES`: it is no option: did you mean `JWT_ACCESS_TOKEN_EXPIRES_IN`?"],
    ),
    (&[S, ("JWT_AUD", "api")], &["`JWT_AUD`: it is no option: did you mean `JWT_AUDIENCE`?"]),
    (
        &[("JWT_KEY", SECRET)],
        &[
            "`JWT_KEY`: it is no option: did you mean `JWT_SECRET_KEY`?",
            "`JWT_SECRET_KEY`: there is none: give `JWT_SECRET_KEY`, `JWT_PRIVATE_KEY` or `JWT_PUBLIC_KEY`",
        ],
    ),
    (&[S, ("jwt_issuer", "us")], &["`jwt_issuer`: it is no option: did you mean `JWT_ISSUER`?"]),
    (
        &[S, ("JWT_DECODE_ALGORITHMS", "HS256")],
        &[
            "`JWT_DECODE_ALGORITHMS`: it means nothing here: a key belongs to one algorithm, and a token never chooses; set `JWT_ALGORITHM`",
        ],
    ),
    (
        &[S, ("JWT_DECODE_ALGORITHM", "HS256")],
        &[
            "`JWT_DECODE_ALGORITHM`: it means nothing here: a key belongs to one algorithm, and a token never chooses; set `JWT_ALGORITHM`",
        ],
    ),
    (
        &[S, ("JWT_IDENTITY_CLAIM", "sub")],
        &[
            "`JWT_IDENTITY_CLAIM`: it means nothing here: the subject is always the claim `sub` (RFC 7519 section 4.1.2)",
        ],
    ),
    (
        &[S, ("JWT_ERROR_MESSAGE_KEY", "msg")],
        &[
            "`JWT_ERROR_MESSAGE_KEY`: it means nothing here: errors are `{\"error\", \"message\"}`, and `Builder::responder` replaces them",
        ],
    ),
    (
        &[
            ("JWT_SECRET_KEY", "hunter2"),
            ("JWT_LEEWAY", "1h"),
            ("JWT_ISUER", "us"),
            ("JWT_NOT_BEFORE", "no way"),
            ("JWT_ACCESS_TOKEN_EXPIRES", "1ms"),
            ("JWT_DECODE_ALGORITHMS", "HS256"),
        ],
        &[
            "`JWT_DECODE_ALGORITHMS`: it means nothing here: a key belongs to one algorithm, and a token never chooses; set `JWT_ALGORITHM`",
            "`JWT_ISUER`: it is no option: did you mean `JWT_ISSUER`?",
            "`JWT_NOT_BEFORE`: \"no way\": it must be true or false",
            "`JWT_SECRET_KEY`: the secret has 7 bytes: HS256 needs at least 32 random ones (for example with `openssl rand -base64 48`)",
            "`JWT_ACCESS_TOKEN_EXPIRES`: 1ms: it must be 1 second to `JWT_MAX_TOKEN_LIFETIME`, which is 2592000s",
            "`JWT_LEEWAY`: 3600s: it must be at most 300s",
        ],
    ),
    (
        &[S, ("JWT_TOKEN_LOCATION", "headers,cookie")],
        &["`JWT_TOKEN_LOCATION`: \"headers,cookie\": it must be some of headers, cookies, json, query and websocket"],
    ),
    (
        &[S, ("JWT_LOCATIONS", "")],
        &["`JWT_LOCATIONS`: \"\": it must be some of headers, cookies, json, query and websocket"],
    ),
    (
        &[S, ("JWT_COOKIE_SAMESITE", "Sometimes")],
        &["`JWT_COOKIE_SAMESITE`: \"Sometimes\": it must be Strict, Lax or None"],
    ),
    (
        &[S, ("JWT_COOKIE_SAMESITE", "none"), ("JWT_COOKIE_SECURE", "false")],
        &["`JWT_COOKIE_SAMESITE`: `SameSite=None` without `Secure`: browsers drop it; it must be `Secure`"],
    ),
    (
        &[S, ("JWT_COOKIE_PARTITIONED", "true"), ("JWT_COOKIE_SECURE", "false")],
        &["`JWT_COOKIE_PARTITIONED`: `Partitioned` without `Secure`: browsers drop it; it must be `Secure`"],
    ),
    (
        &[S, ("JWT_COOKIE_DOMAIN", "https://example.org")],
        &["`JWT_COOKIE_DOMAIN`: its domain must be a host name, without a dot before it, a port or a scheme"],
    ),
    (
        &[S, ("JWT_COOKIE_MAX_AGE", "forever")],
        &[
            "`JWT_COOKIE_MAX_AGE`: \"forever\": it must be `token`, `session`, or a duration such as 15m, 20d or 1h30m, or a number of seconds",
        ],
    ),
    (
        &[S, ("JWT_ACCESS_COOKIE_NAME", "a b")],
        &[
            "`JWT_ACCESS_COOKIE_NAME`: its cookie: its name must be one word of 1 to 128 letters, digits and marks (RFC 6265 section 4.1.1)",
        ],
    ),
    (
        &[S, ("JWT_ACCESS_COOKIE_NAME", "__Host-a"), ("JWT_ACCESS_COOKIE_PATH", "/a")],
        &["`JWT_ACCESS_COOKIE_NAME`: its cookie: `__Host-` in its name demands `Secure`, the path `/` and no domain"],
    ),
    (
        &[S, ("JWT_REFRESH_COOKIE_PATH", "refresh")],
        &[
            "`JWT_REFRESH_COOKIE_PATH`: its cookie: its path must begin with `/` and be printable ASCII without `;`, at most 1024 characters",
        ],
    ),
    (
        &[S, ("JWT_REFRESH_CSRF_COOKIE_NAME", "")],
        &[
            "`JWT_REFRESH_CSRF_COOKIE_NAME`: its csrf cookie: its name must be one word of 1 to 128 letters, digits and marks (RFC 6265 section 4.1.1)",
        ],
    ),
    (
        &[S, ("JWT_ACCESS_CSRF_COOKIE_PATH", "a")],
        &[
            "`JWT_ACCESS_CSRF_COOKIE_PATH`: its csrf cookie: its path must begin with `/` and be printable ASCII without `;`, at most 1024 characters",
        ],
    ),
    (
        &[S, ("JWT_ACCESS_COOKIE_NAME", "a"), ("JWT_REFRESH_COOKIE_NAME", "a")],
        &[
            "`JWT_ACCESS_COOKIE_NAME`: two of them are named `a`: access, refresh and csrf cookies must have names of their own",
        ],
    ),
    (
        &[S, ("JWT_ACCESS_CSRF_HEADER_NAME", "Authorization")],
        &[
            "`JWT_ACCESS_CSRF_HEADER_NAME`: its csrf header must be the name of a header, neither `Cookie` nor that of tokens",
        ],
    ),
    (
        &[S, ("JWT_REFRESH_CSRF_FIELD_NAME", "")],
        &["`JWT_REFRESH_CSRF_FIELD_NAME`: its csrf field must have 1 to 64 bytes"],
    ),
    (
        &[S, ("JWT_CSRF_HEADER_NAME", "x-csrf")],
        &["`JWT_CSRF_HEADER_NAME`: it is no option: did you mean `JWT_ACCESS_CSRF_HEADER_NAME`?"],
    ),
    (
        &[S, ("JWT_QUERY_STRING_NAME", "a b")],
        &["`JWT_QUERY_STRING_NAME`: it must be 1 to 128 printable ASCII characters"],
    ),
    (&[S, ("JWT_JSON_KEY", "")], &["`JWT_JSON_KEY`: it must be 1 to 128 printable ASCII characters"]),
    (
        &[S, ("JWT_MAX_BODY_SIZE", "1")],
        &[
            "`JWT_MAX_BODY_SIZE`: 1 bytes: it must be 1024 to 67108864, and at least `JWT_MAX_TOKEN_SIZE`, which is 8192",
        ],
    ),
    (
        &[S, ("JWT_WEBSOCKET_PROTOCOL", "two words")],
        &[
            "`JWT_WEBSOCKET_PROTOCOL`: it must be one word of 1 to 128 letters, digits and marks (RFC 9110 section 5.6.2)",
        ],
    ),
    (
        &[S, ("JWT_TRUSTED_ORIGINS", "https://a.example.org, app.example.org")],
        &[
            "`JWT_TRUSTED_ORIGINS`: number 2: it must be `http://` or `https://`, a host and perhaps a port, nothing else",
        ],
    ),
    (
        &[S, ("JWT_SESSION_COOKIE", "true")],
        &["`JWT_SESSION_COOKIE`: it means nothing here: `JWT_COOKIE_LIFETIME` is `token`, `session` or a duration"],
    ),
    (
        &[S, ("JWT_CSRF_METHODS", "POST")],
        &["`JWT_CSRF_METHODS`: it means nothing here: every method but GET, HEAD and OPTIONS needs the csrf value"],
    ),
    (
        &[S, ("JWT_IMPLICIT_REFRESH_DELTATIME", "10m")],
        &["`JWT_IMPLICIT_REFRESH_DELTATIME`: it needs access tokens in cookies, and `JWT_ACCESS_LOCATIONS` has none"],
    ),
];

fn refused(config: Config) -> ConfigError {
    FastJwt::builder().clock(|| at(NOW)).config(config).build().expect_err("it must be refused")
}

fn told(error: &ConfigError) -> Vec<String> {
    error.faults().iter().map(ToString::to_string).collect()
}

#[test]
fn r_18_r_25_r_34_every_bad_environment_is_told_in_full() {
    assert!(TABLE.len() >= 100);
    for (variables, expected) in TABLE {
        let error = refused(Config::from_vars("JWT_", variables.iter().copied()));
        assert_eq!(told(&error), *expected);
        let lines: String = expected.iter().map(|line| format!("\n  - {line}")).collect();
        assert_eq!(error.to_string(), format!("the fastjwt configuration is refused{lines}"));
    }
}

#[test]
fn a_fault_says_option_and_name() {
    let variables = [("JWT_DECODE_LEEWAY", "1h"), ("JWT_SECRET", "hunter2"), ("JWT_ISUER", "us")];
    let error = refused(Config::from_vars("JWT_", variables));
    let places: Vec<_> = error.faults().iter().map(|fault| (fault.option(), fault.name())).collect();
    assert_eq!(places, [("config", "JWT_ISUER"), ("key", "JWT_SECRET"), ("leeway", "JWT_DECODE_LEEWAY")]);
}

/// What the same options are refused for in a file.
#[test]
fn every_bad_file_is_told_in_full() {
    const DURATION: &str = "it must be a duration such as 15m, 20d or 1h30m, or a number of seconds";
    let table = [
        ("{}", vec!["`secret_key`: there is none: give `secret_key`, `private_key` or `public_key`".to_owned()]),
        (r#""isuer": "us""#, vec!["`isuer`: it is no option: did you mean `issuer`?".to_owned()]),
        (r#""ISSUER": "us""#, vec!["`ISSUER`: it is no option: did you mean `issuer`?".to_owned()]),
        (r#""accessTokenExpiresIn": 5"#, vec!["`accessTokenExpiresIn`: it is no option: did you mean `access_token_expires_in`?".to_owned()]),
        (r#""workers": 4"#, vec!["`workers`: it is no option of fastjwt".to_owned()]),
        (r#""issuer": "us", "issuer": "them""#, vec!["`issuer`: it stands twice".to_owned()]),
        (r#""issuer": 42"#, vec!["`issuer`: 42: it must be a text".to_owned()]),
        (r#""issuer": ["us"]"#, vec!["`issuer`: a list: it must be a text".to_owned()]),
        (r#""issuer": {"name": "us"}"#, vec!["`issuer`: a table: it must be a text".to_owned()]),
        (r#""audience": 1"#, vec!["`audience`: 1: it must be a list of texts, or one text with commas between them".to_owned()]),
        (r#""audience": ["a", 1]"#, vec!["`audience`: 1: it must be a text, as every member".to_owned()]),
        (r#""audience": []"#, vec!["`audience`: it is empty: it must name one or more, or be left out".to_owned()]),
        (r#""leeway": -1"#, vec![format!("`leeway`: -1: {DURATION}")]),
        (r#""leeway": true"#, vec![format!("`leeway`: true: {DURATION}")]),
        (r#""leeway": 1e300"#, vec![format!("`leeway`: 1{}: {DURATION}", "0".repeat(300))]),
        (r#""leeway": 300.5"#, vec!["`leeway`: 300.5s: it must be at most 300s".to_owned()]),
        (r#""not_before": 2"#, vec!["`not_before`: 2: it must be true or false".to_owned()]),
        (r#""max_token_size": 1.5"#, vec!["`max_token_size`: 1.5: it must be a whole number".to_owned()]),
        (r#""max_token_size": -1"#, vec!["`max_token_size`: -1: it must be a whole number".to_owned()]),
        (r#""algorithm": 256"#, vec!["`algorithm`: 256: it must be a text".to_owned()]),
        (r#""next_key": 5"#, vec!["`next_key`: it must be a text".to_owned()]),
        (r#""passive_key": [5], "passive_key_until": -1"#, vec![
            "`passive_key_until`: -1: it must be a moment such as 2027-01-31T12:00:00Z, or seconds since 1970".to_owned(),
            "`passive_key`: it must be a text".to_owned(),
        ]),
        (r#""decode_algorithms": ["HS256"]"#, vec!["`decode_algorithms`: it means nothing here: a key belongs to one algorithm, and a token never chooses; set `algorithm`".to_owned()]),
    ];
    for (members, expected) in table {
        let text =
            if members == "{}" { members.to_owned() } else { format!("{{ \"secret_key\": \"{SECRET}\", {members} }}") };
        assert_eq!(told(&refused(serde_json::from_str(&text).unwrap())), expected, "{text}");
    }
    for text in ["[]", "5", "\"secret\"", "null"] {
        assert!(serde_json::from_str::<Config>(text).is_err(), "{text}");
    }
}

#[test]
fn a_secret_that_is_no_text_is_refused_without_being_shown() {
    for value in ["123456789", "[1,2,3,4,5,6,7,8,9]", "{}", "true", "1.5"] {
        let error = refused(serde_json::from_str(&format!("{{ \"secret_key\": {value} }}")).unwrap());
        assert_eq!(told(&error), ["`secret_key`: it must be a text"]);
    }
}

#[test]
fn a_key_in_the_place_of_its_files_name_is_not_shown() {
    for (option, key) in [
        ("JWT_SECRET_KEY_FILE", SECRET),
        ("JWT_SECRET_KEY_FILE", "/Zz5Q/kuJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa+w="),
        ("JWT_SECRET_KEY_FILE", "/kuJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa+w="),
        ("JWT_PRIVATE_KEY_FILE", P256),
        ("JWT_PRIVATE_KEY_FILE", &P256.replace('\n', "\\n")),
        ("JWT_PRIVATE_KEY_FILE", &format!("/tmp/{P256}")),
    ] {
        let error = refused(Config::from_vars("JWT_", [(option, key), ("JWT_ALGORITHM", "ES256")]));
        let shown = format!("{error} {error:?}");
        let start = format!("`{option}`: the file whose name is a text of {} bytes", key.len());
        assert!(shown.contains(&start), "{shown}");
        for part in key.split(['\n', '/', '\\']).filter(|part| part.len() > 8) {
            assert!(!shown.contains(part), "{shown}");
        }
    }
    // Neither where a program says the file.
    for key in [SECRET, "/kuJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa+w="] {
        for error in [
            SigningKey::from_file(Algorithm::HS256, key).unwrap_err().to_string(),
            VerifyingKey::from_file(Algorithm::ES256, key).unwrap_err().to_string(),
        ] {
            assert!(error.starts_with("the key file whose name is a text of "), "{error}");
            assert!(!shows(&error, SECRET.as_bytes()), "{error}");
        }
    }
    let missing = std::env::temp_dir().join("fastjwt-not-there.pem");
    let error = SigningKey::from_file(Algorithm::ES256, &missing).unwrap_err().to_string();
    assert!(error.starts_with(&format!("the key file {missing:?} can't be read: ")), "{error}");
    // A short name is shown: no key is that short.
    let error = refused(Config::from_vars("JWT_", [("JWT_SECRET_KEY_FILE", "not-there.key")]));
    assert!(told(&error)[0].contains("the file \"not-there.key\" can't be read"), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_name() {
    let missing = std::env::temp_dir().join(format!("fastjwt-missing-{}", unique()));
    let reason = std::fs::read(&missing).unwrap_err();
    let error = refused(Config::from_vars("JWT_", [("JWT_SECRET_KEY_FILE", &missing)]));
    assert_eq!(told(&error), [format!("`JWT_SECRET_KEY_FILE`: the file {missing:?} can't be read: {reason}")]);
    let large = std::env::temp_dir().join(format!("fastjwt-large-{}-{}", std::process::id(), unique()));
    std::fs::write(&large, vec![b'x'; 1024 * 1024 + 1]).unwrap();
    let error = refused(Config::from_vars("JWT_", [("JWT_SECRET_KEY_FILE", &large)]));
    std::fs::remove_file(&large).unwrap();
    let expected = "is too long to be a key: it must have at most 1048576 bytes";
    assert_eq!(told(&error), [format!("`JWT_SECRET_KEY_FILE`: the file {large:?} {expected}")]);
}

#[test]
fn what_belongs_to_others_is_ignored() {
    let others = [
        "JWT_",
        "JWT",
        "JWT_TOKEN",
        "JWT_USER",
        "JWT_SERVER",
        "JWT_URL",
        "JWT_COOKIE",
        "JWT_ENABLED",
        "JWT_EXPIRY_NOTICE",
        "JWT_ROLE_CLAIM",
        "JWT_STAFF_SECRET_KEY",
        "STAFF_JWT_LEEWAY",
        "STAFF_JWT_ISUER",
        "MY_JWT_SECRET_KEY",
        "SECRET_KEY",
        "LEEWAY",
        "jwt_thing",
        "JWT_\u{e4}",
        "\u{e4}\u{e4}JWT_ISSUER",
    ];
    let variables = others.into_iter().map(|name| (name, "no such value")).chain([S]);
    assert!(FastJwt::builder().config(Config::from_vars("JWT_", variables)).build().is_ok());
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf_8_is_told_if_it_is_ours() {
    use std::os::unix::ffi::OsStringExt as _;
    let odd = || OsString::from_vec(b"\xff-not-utf-8".to_vec());
    let variables =
        ["JWT_ISSUER", "JWT_SECRET_KEY", "JWT_SOMETHING_ELSE", "HOME"].map(|name| (OsString::from(name), odd()));
    let odd_name = (OsString::from_vec(b"JWT_ISSU\xffER".to_vec()), odd());
    let error = refused(Config::from_vars("JWT_", variables.into_iter().chain([odd_name])));
    let must = "its value must be UTF-8";
    assert_eq!(told(&error), [format!("`JWT_ISSUER`: {must}"), format!("`JWT_SECRET_KEY`: {must}")]);
}

#[test]
fn a_prefix_is_capitals_and_ends_with_an_underscore() {
    for prefix in ["", "JWT", "jwt_", "JWT-", "J T_", "\u{c4}_"] {
        let error = refused(Config::from_vars(prefix, [S]));
        let message = "the prefix must be made of capitals, digits and underscores, and end with an underscore";
        assert_eq!(told(&error)[0], format!("`{prefix}`: {message}"));
    }
}

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[test]
fn a_realm_has_variables_of_its_own() {
    let variables = || [S, ("JWT_ISSUER", "us"), ("STAFF_JWT_SECRET_KEY", OTHER), ("STAFF_JWT_ISSUER", "staff")];
    let customers = FastJwt::builder().config(Config::from_vars("JWT_", variables())).build().unwrap();
    let staff = FastJwt::<Staff>::realm_builder().config(Config::from_vars("STAFF_JWT_", variables())).build().unwrap();
    let issuer = |iss: Option<&str>| iss.map(str::to_owned);
    let token = customers.create_access_token("u").sign().unwrap();
    assert_eq!(customers.verify_access_token::<NoClaims>(token.as_str()).unwrap().iss, issuer(Some("us")));
    let token = staff.create_access_token("u").sign().unwrap();
    assert_eq!(staff.verify_access_token::<NoClaims>(token.as_str()).unwrap().iss, issuer(Some("staff")));
    let bad = [("STAFF_JWT_SECRET_KEY", "hunter2"), ("STAFF_JWT_ISUER", "us"), ("JWT_LEEWAY", "1h")];
    let error = FastJwt::<Staff>::realm_builder().config(Config::from_vars("STAFF_JWT_", bad)).build().unwrap_err();
    assert_eq!(
        told(&error),
        [
            "`STAFF_JWT_ISUER`: it is no option: did you mean `STAFF_JWT_ISSUER`?",
            "`STAFF_JWT_SECRET_KEY`: the secret has 7 bytes: HS256 needs at least 32 random ones (for example with `openssl rand -base64 48`)",
        ]
    );
}

#[test]
fn what_is_set_on_the_builder_afterwards_takes_the_place_of_what_was_read() {
    let config = || Config::from_vars("JWT_", [S, ("JWT_ISSUER", "environment"), ("JWT_LEEWAY", "1h")]);
    let jwt = FastJwt::builder().issuer("before").config(config()).leeway(Duration::ZERO).build().unwrap();
    assert!(format!("{jwt:?}").contains("environment"), "{jwt:?}");
    let jwt = FastJwt::builder().config(config()).leeway(Duration::ZERO).issuer("after").build().unwrap();
    assert!(format!("{jwt:?}").contains("after"), "{jwt:?}");
    // A file first, then the environment.
    let file: Config = serde_json::from_str(r#"{ "issuer": "file", "leeway": "2h", "audience": "" }"#).unwrap();
    let error = FastJwt::builder().config(file).config(config()).build().unwrap_err();
    assert_eq!(
        told(&error),
        [
            "`audience`: it is empty: it must name one or more, or be left out",
            "`JWT_LEEWAY`: 3600s: it must be at most 300s"
        ]
    );
}

#[test]
fn r_26_no_message_and_no_debug_form_shows_a_key() {
    let bodies = [P256, ED25519, P256_ENCRYPTED].map(|pem| pem.lines().nth(1).unwrap());
    let secrets = [SECRET, OTHER, "hunter2"].into_iter().chain(bodies).map(|text| text.as_bytes().to_vec());
    let secrets: Vec<Vec<u8>> = secrets.chain([der(P256), der(ED25519)]).collect();
    for (variables, _) in TABLE {
        let config = Config::from_vars("JWT_", variables.iter().copied());
        let error = refused(config.clone());
        let shown = format!("{config:?} {error} {:?} {:?}", error.faults(), FastJwt::builder().config(config.clone()));
        assert!(!secrets.iter().any(|secret| shows(&shown, secret)) && !shown.contains("hunter2"), "{shown}");
    }
    let shown =
        format!("{:?}", Config::from_vars("JWT_", [S, ("JWT_ISSUER", "us"), ("JWT_NEXT_KEY_FILE", "/run/next")]));
    assert_eq!(shown, "Config { JWT_ISSUER: \"us\", JWT_NEXT_KEY_FILE: \"/run/next\", JWT_SECRET_KEY: (hidden), .. }");
}

/// Another issuer's options have names that are options of this service, too.
#[test]
fn what_the_builder_says_of_a_trusted_issuer_stays_as_it_is() {
    let issuer = || TrustedIssuer::discover("https://login.example.org").audience([""; 0]);
    let alone = FastJwt::builder().trusted_issuer(issuer()).build().unwrap_err();
    let beside =
        FastJwt::builder().config(Config::from_vars("JWT_", [S])).trusted_issuer(issuer()).build().unwrap_err();
    assert!(alone.faults()[0].message().contains("`audience`"), "{alone}");
    assert_eq!(told(&beside), told(&alone));
}
