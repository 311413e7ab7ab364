//! What `build` refuses: every option's faults, all of them at once, with messages that say the mend and hold no secret.

use std::time::Duration;

use fastjwt::{Algorithm, Builder, ConfigError, FastJwt, NoClaims, Realm, SigningKey};

use crate::support::{NOW, SECRET, at, builder, forge_claims, good_claims, jwt};

/// What is refused, as pairs of option and message.
fn faults<R: Realm>(builder: Builder<R>) -> Vec<(&'static str, String)> {
    match builder.build() {
        Ok(_) => Vec::new(),
        Err(error) => error.faults().iter().map(|fault| (fault.option(), fault.message().to_owned())).collect(),
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const YEARS_10: u64 = 3650 * 24 * 60 * 60;

#[test]
fn every_option_says_what_was_found_and_what_is_allowed() {
    let names = "it must have 1 to 255 bytes";
    let quotable = "it must be 1 to 255 printable ASCII characters without `\"` and `\\`";
    let scheme = "it must be one word of letters, digits and `-._~`, or empty for a bare token";
    let header = "it must be the name of an HTTP header other than `Cookie`";
    let table: Vec<(Builder, &str, &str)> = vec![
        (builder().issuer(""), "issuer", names),
        (builder().issuer("x".repeat(256)), "issuer", names),
        (builder().audience(["api", ""]), "audience", "of every member, it must have 1 to 255 bytes"),
        (builder().audience(["x".repeat(256)]), "audience", "of every member, it must have 1 to 255 bytes"),
        (
            builder().access_token_expires_in(seconds(0)),
            "access_token_expires_in",
            "0ns: it must be 1 second to `max_token_lifetime`, which is 2592000s",
        ),
        (
            builder().access_token_expires_in(Duration::from_millis(999)),
            "access_token_expires_in",
            "999ms: it must be 1 second to `max_token_lifetime`, which is 2592000s",
        ),
        (
            builder().access_token_expires_in(seconds(2_592_001)),
            "access_token_expires_in",
            "2592001s: it must be 1 second to `max_token_lifetime`, which is 2592000s",
        ),
        (
            builder().refresh_token_expires_in(seconds(0)),
            "refresh_token_expires_in",
            "0ns: it must be 1 second to `max_token_lifetime`, which is 2592000s",
        ),
        (
            builder().max_token_lifetime(seconds(1_000_000)),
            "refresh_token_expires_in",
            "1728000s: it must be 1 second to `max_token_lifetime`, which is 1000000s",
        ),
        (
            builder().max_token_lifetime(seconds(YEARS_10 + 1)),
            "max_token_lifetime",
            "315360001s: it must be 1 second to 3650 days",
        ),
        (builder().leeway(seconds(301)), "leeway", "301s: it must be at most 300s"),
        (builder().max_token_size(255), "max_token_size", "255 bytes: it must be 256 to 65536"),
        (builder().max_token_size(65_537), "max_token_size", "65537 bytes: it must be 256 to 65536"),
        (builder().token_cache_entries(63), "token_cache_entries", "63: it must be 64 to 16777216, or 0 for no cache"),
        (
            builder().token_cache_entries(16_777_217),
            "token_cache_entries",
            "16777217: it must be 64 to 16777216, or 0 for no cache",
        ),
        (
            builder().token_cache_bytes(1 << 20),
            "token_cache_bytes",
            "there is no cache: give `token_cache_entries`, too",
        ),
        (
            builder().token_cache_entries(64).token_cache_bytes(65_535),
            "token_cache_bytes",
            "65535 bytes: it must be at least 65536 for 64 entries",
        ),
        (
            builder().token_cache_entries(1000).token_cache_bytes(511_999),
            "token_cache_bytes",
            "511999 bytes: it must be at least 512000 for 1000 entries",
        ),
        (builder().header_name(""), "header_name", header),
        (builder().header_name("two words"), "header_name", header),
        (builder().header_name("x:y"), "header_name", header),
        (builder().header_name("x\r\ny"), "header_name", header),
        (builder().header_name("Cookie"), "header_name", header),
        (builder().header_scheme("two words"), "header_scheme", scheme),
        (builder().header_scheme("Bearer "), "header_scheme", scheme),
        (builder().header_scheme("Bear\"er"), "header_scheme", scheme),
        (builder().header_scheme("Bear\r\ner"), "header_scheme", scheme),
        (builder().header_scheme("B\u{e9}arer"), "header_scheme", scheme),
        (builder().challenge_realm(""), "challenge_realm", quotable),
        (builder().challenge_realm("a\"b"), "challenge_realm", quotable),
        (builder().challenge_realm("a\\b"), "challenge_realm", quotable),
        (builder().challenge_realm("a\r\nb"), "challenge_realm", quotable),
        (builder().challenge_realm("\u{e4}"), "challenge_realm", quotable),
        (builder().challenge_realm("x".repeat(256)), "challenge_realm", quotable),
    ];
    for (builder, option, message) in table {
        assert_eq!(faults(builder), [(option, message.to_owned())]);
    }
}

#[test]
fn what_lies_just_within_the_bounds_is_taken() {
    let good = [
        builder().issuer("x").audience(["x".repeat(255)]),
        builder().issuer("x".repeat(255)),
        builder()
            .access_token_expires_in(seconds(1))
            .refresh_token_expires_in(seconds(1))
            .max_token_lifetime(seconds(1)),
        builder().max_token_lifetime(seconds(YEARS_10)).refresh_token_expires_in(seconds(YEARS_10)),
        builder().leeway(seconds(0)),
        builder().leeway(seconds(300)),
        builder().max_token_size(256),
        builder().max_token_size(65_536),
        builder().token_cache_entries(0),
        builder().token_cache_entries(64).token_cache_bytes(65_536),
        builder().token_cache_entries(1000).token_cache_bytes(512_000),
        builder().header_name("x-Token").header_scheme("DPoP"),
        builder().header_scheme(""),
        builder().challenge_realm("The area, of: 'everyone'; #1 ~"),
        builder().challenge_realm("x".repeat(255)),
    ];
    for builder in good {
        assert_eq!(faults(builder), []);
    }
}

#[test]
fn every_fault_is_told_at_once() {
    let broken = FastJwt::builder()
        .issuer("")
        .audience([""])
        .access_token_expires_in(seconds(0))
        .refresh_token_expires_in(seconds(0))
        .max_token_lifetime(Duration::MAX)
        .leeway(Duration::MAX)
        .max_token_size(0)
        .header_name("")
        .header_scheme(" ")
        .challenge_realm("");
    let mut options: Vec<_> = faults(broken).into_iter().map(|(option, _)| option).collect();
    options.sort_unstable();
    let mut expected = [
        "issuer",
        "audience",
        "access_token_expires_in",
        "refresh_token_expires_in",
        "max_token_lifetime",
        "leeway",
        "max_token_size",
        "header_name",
        "header_scheme",
        "challenge_realm",
        "key",
    ];
    expected.sort_unstable();
    assert_eq!(options, expected);
}

#[test]
fn there_is_exactly_one_key_that_signs() {
    let none = ("key", "there is none: give `secret`, `key` or `verifying_key`".to_owned());
    assert_eq!(faults(FastJwt::builder()), [none]);
    let key = || SigningKey::generate(Algorithm::ES256).unwrap();
    let several = |number| {
        format!(
            "{number} were given to sign with: give one with `secret` or `key`, and others with `next_key` or `passive_key`"
        )
    };
    let repeated =
        "two keys have the id `SSV-M-ol_hif08qy3gLoRw`: ids must differ, `with_id` gives a key another".to_owned();
    assert_eq!(faults(builder().secret(SECRET)), [("key", several(2)), ("key", repeated)]);
    assert_eq!(faults(builder().key(key())), [("key", several(2))]);
    let beside =
        "`verifying_key` is for a service that issues nothing: beside a key that signs, give others with `passive_key`";
    assert_eq!(
        faults(FastJwt::builder().key(key()).verifying_key(key().verifying_key().clone()).key(key())),
        [("key", several(2)), ("key", beside.to_owned())]
    );
    assert_eq!(faults(FastJwt::builder().key(key())), []);
    assert_eq!(faults(FastJwt::builder().verifying_key(key().verifying_key().clone())), []);
}

#[test]
fn r_18_a_weak_secret_is_told_by_build_with_the_mend() {
    let weak: [(&[u8], &str); 5] = [
        (b"", "has 0 bytes: HS256 needs at least 32 random ones"),
        (&SECRET[..31], "has 31 bytes: HS256 needs at least 32 random ones"),
        (&[b'x'; 64], "fewer than 8 different bytes"),
        (b"a-string-secret-at-least-256-bits-long", "a well-known example"),
        (b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYI\n-----END PUBLIC KEY-----", "use `from_pem`"),
    ];
    for (secret, message) in weak {
        let found = faults(FastJwt::builder().secret(secret));
        assert!(found.len() == 1 && found[0].0 == "key" && found[0].1.contains(message), "{found:?}");
    }
    assert_eq!(faults(FastJwt::builder().secret(&SECRET[..32])), []);
    // Two secrets, one of them weak: both are told.
    let both = faults(builder().secret("short"));
    assert!(both.len() == 2 && both[1].1.starts_with("2 were given"), "{both:?}");
}

#[test]
fn a_realm_needs_a_name_that_a_header_can_carry() {
    macro_rules! realm_named {
        ($name:expr) => {{
            struct Named;
            impl Realm for Named {
                const NAME: &'static str = $name;
            }
            faults(FastJwt::<Named>::realm_builder().secret(SECRET))
        }};
    }
    // Without a name its tokens would be the default realm's.
    let refused = [
        realm_named!(""),
        realm_named!("sta\"ff"),
        realm_named!("sta\\ff"),
        realm_named!("st\u{e4}ff"),
        realm_named!("sta\nff"),
        realm_named!("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ];
    let message = "it must be 1 to 64 printable ASCII characters without `\"` and `\\`".to_owned();
    for found in refused {
        assert_eq!(found, [("Realm::NAME", message.clone())]);
    }
    assert_eq!(realm_named!("the staff, 2nd floor"), []);
}

/// A secret that is refused, twice in one configuration, and a name that is a secret by mistake.
fn refused_with_a_secret() -> (ConfigError, [&'static str; 2]) {
    let weak = "hunter2-hunter2-hunter2";
    let error = FastJwt::builder()
        .secret(weak)
        .secret("aaaabbbbaaaabbbbaaaabbbbaaaabbbb")
        .leeway(seconds(999))
        .build()
        .unwrap_err();
    (error, ["hunter2", "aaaabbbb"])
}

#[test]
fn r_26_the_error_is_a_list_for_people_and_shows_no_secret() {
    let (error, secrets) = refused_with_a_secret();
    let shown = [error.to_string(), format!("{error:?}"), format!("{error:#?}"), format!("{:?}", error.faults())];
    for text in &shown {
        for secret in secrets {
            assert!(!text.contains(secret), "{text}");
        }
    }
    // A `main` that returns the error prints its `Debug`.
    assert_eq!(shown[0], shown[1]);
    let mut lines = shown[0].lines();
    assert_eq!(lines.next(), Some("the fastjwt configuration is refused"));
    assert_eq!(lines.clone().count(), error.faults().len());
    for (line, fault) in lines.zip(error.faults()) {
        assert_eq!(line, format!("  - `{}`: {}", fault.option(), fault.message()));
        assert_eq!(line, format!("  - {fault}"));
    }
}

#[test]
fn r_26_builder_and_instance_show_no_secret() {
    let secret = std::str::from_utf8(SECRET).unwrap();
    let jwt = builder().issuer("us").build().unwrap();
    let token = jwt.create_access_token("u").sign().unwrap();
    let shown = [
        format!("{:?}", builder().secret(SECRET)),
        format!("{:#?}", builder()),
        format!("{jwt:?}"),
        format!("{jwt:#?}"),
        format!("{:?}", jwt.access_token_required()),
        format!("{:?}", SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap()),
        format!("{token:?}"),
        format!("{:?}", fastjwt::TokenResponse::new(token.clone())),
    ];
    for text in &shown {
        // Nor as the list of its bytes.
        let bytes = format!("{}, {}, {}", SECRET[0], SECRET[1], SECRET[2]);
        for hidden in [secret, &bytes, token.as_str(), &token.as_str()[..20]] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
    assert!(shown[2].contains("us") && shown[2].contains("HS256"), "{}", shown[2]);
}

#[test]
fn the_defaults_are_those_that_are_documented() {
    let jwt = FastJwt::builder().secret(SECRET).clock(|| at(NOW)).build().unwrap();
    let access = jwt.create_access_token("u").sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    assert_eq!((access.expires_in(), refresh.expires_in()), (seconds(15 * 60), seconds(20 * 24 * 60 * 60)));
    let lives = |life| jwt.create_access_token("u").expires_in(seconds(life)).sign().is_ok();
    assert!(lives(30 * 24 * 60 * 60) && !lives(30 * 24 * 60 * 60 + 1));
    let payload = jwt.verify_access_token::<NoClaims>(access.as_str()).unwrap();
    assert_eq!((payload.nbf, payload.iss.clone(), payload.aud.len()), (payload.iat, None, 0));
    // 8 KiB are read and not a byte more.
    let sizes: Vec<usize> = (5_900..6_100)
        .map(|padding| {
            let mut claims = good_claims();
            claims["pad"] = "x".repeat(padding).into();
            let token = forge_claims(&claims);
            assert_eq!(
                jwt.verify_access_token::<NoClaims>(&token).is_ok(),
                token.len() <= 8192,
                "{} bytes",
                token.len()
            );
            token.len()
        })
        .collect();
    assert!(sizes.contains(&8192) && sizes.iter().any(|size| *size > 8192));
}

#[test]
fn an_instance_and_its_clones_are_one() {
    let jwt = jwt();
    let token = jwt.clone().create_access_token("u").sign().unwrap();
    assert_eq!(jwt.clone().verify_access_token::<NoClaims>(token.as_str()).unwrap().sub, "u");
    assert_eq!(format!("{jwt:?}"), format!("{:?}", jwt.clone()));
}
