//! The forms in which options may be written: durations, lists, switches, moments, and keys in all their packings.

use std::{collections::BTreeMap, process::Command};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use fastjwt::{Algorithm, Config, FastJwt, NoClaims};
use serde::{
    Deserialize as _,
    de::value::{Error, MapDeserializer},
};
use serde_json::{Value, json};

use crate::{
    key_forms::{ED25519_JWK, P256_JWK},
    support::{NOW, at, unique},
    test_keys::{ED25519, ED25519_PUBLIC, P256, P256_PUBLIC, P256_SEC1, RSA_PUBLIC, der},
};

const SECRET: &str = "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa";
const OTHER: &str = "Kq3Vw8Zt1Xs6Ym9Rb4Lc7Nd2Pf5Gh0Jj";

fn from_json(options: &Value) -> FastJwt {
    let config = Config::deserialize(options).unwrap();
    FastJwt::builder().config(config).clock(|| at(NOW)).build().unwrap_or_else(|error| panic!("{options}: {error}"))
}

fn with(name: &str, value: impl Into<Value>) -> FastJwt {
    let mut options = json!({ "secret_key": SECRET });
    options[name] = value.into();
    from_json(&options)
}

#[test]
fn a_duration_is_written_with_units_or_in_seconds() {
    let forms = [
        json!("5m"),
        json!("300"),
        json!(300),
        json!(300.0),
        json!(" 5 m "),
        json!("4m60s"),
        json!("299s1000ms"),
        json!("300.0"),
    ];
    for form in forms {
        let token = with("access_token_expires_in", form.clone()).create_access_token("u").sign().unwrap();
        assert_eq!(token.expires_in().as_secs(), 300, "{form}");
    }
}

#[test]
fn a_list_is_a_list_or_a_text() {
    for form in [json!(["a", "b"]), json!("a,b"), json!(" a , b "), json!("[\"a\", \"b\"]")] {
        let jwt = with("audience", form.clone());
        let token = jwt.create_access_token("u").sign().unwrap();
        assert_eq!(jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap().aud, ["a", "b"], "{form}");
    }
}

#[test]
fn a_switch_is_written_in_several_ways() {
    let written = |form: &Value| {
        let jwt = with("not_before", form.clone());
        let token = jwt.create_access_token("u").sign().unwrap();
        jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap().nbf.is_some()
    };
    for form in [json!(true), json!(1), json!("true"), json!("True"), json!("1"), json!("yes"), json!("on")] {
        assert!(written(&form), "{form}");
    }
    for form in [json!(false), json!(0), json!("false"), json!("FALSE"), json!("0"), json!("no"), json!(" off ")] {
        assert!(!written(&form), "{form}");
    }
}

#[test]
fn nothing_is_as_if_it_were_not_there() {
    let jwt = from_json(
        &json!({ "secret_key": SECRET, "issuer": null, "audience": null, "private_key": null, "leeway": null }),
    );
    assert!(jwt.create_access_token("u").sign().is_ok());
    assert!(format!("{jwt:?}").contains("issuer: None"), "{jwt:?}");
}

#[test]
fn a_loader_of_texts_alone_is_enough() {
    let texts =
        BTreeMap::from([("secret_key", SECRET), ("max_token_size", "512"), ("leeway", "5"), ("not_before", "no")]);
    let config = Config::deserialize(MapDeserializer::<_, Error>::new(texts.into_iter())).unwrap();
    assert!(FastJwt::builder().config(config).build().is_ok());
}

#[test]
fn names_of_both_directions_may_say_the_same() {
    let jwt = from_json(&json!({ "secret_key": SECRET, "encode_issuer": "us", "decode_issuer": "us" }));
    assert!(format!("{jwt:?}").contains("\"us\""), "{jwt:?}");
}

/// The keys that verify, by algorithm, in their order.
fn algorithms(jwt: &FastJwt) -> Vec<Algorithm> {
    jwt.keys().list().iter().map(|key| key.algorithm).collect()
}

fn with_alg(jwk: &str, alg: &str) -> Value {
    let mut jwk: Value = serde_json::from_str(jwk).unwrap();
    jwk["alg"] = alg.into();
    jwk
}

fn public(mut jwk: Value) -> Value {
    jwk.as_object_mut().unwrap().remove("d").unwrap();
    jwk
}

#[test]
fn a_private_key_may_be_packed_in_any_form() {
    let base64 = BASE64_STANDARD.encode(der(P256));
    let (start, end) = base64.split_at(60);
    let forms = [
        P256.to_owned(),
        P256_SEC1.to_owned(),
        format!("\n  # a key\n{P256}"),
        P256.trim_end().replace('\n', "\\n"),
        P256.replace('\n', "\r\n"),
        P256_JWK.to_owned(),
        format!("  {P256_JWK}\n"),
        with_alg(P256_JWK, "ES256").to_string(),
        json!({ "keys": [with_alg(P256_JWK, "ES256")] }).to_string(),
        base64.clone(),
        format!("{start}\n{end}\n"),
    ];
    let expected = from_json(&json!({ "private_key": P256, "algorithm": "ES256" }));
    for form in forms {
        let jwt = from_json(&json!({ "private_key": form, "algorithm": "ES256" }));
        let token = jwt.create_access_token("u").sign().unwrap();
        assert!(expected.verify_access_token::<NoClaims>(token.as_str()).is_ok(), "{form}");
    }
    // DER as it is, in a file.
    let path = std::env::temp_dir().join(format!("fastjwt-der-{}-{}", std::process::id(), unique()));
    std::fs::write(&path, der(P256)).unwrap();
    let jwt = from_json(&json!({ "private_key_file": path.to_str().unwrap(), "algorithm": "ES256" }));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(algorithms(&jwt), [Algorithm::ES256]);
}

#[test]
fn r_15_the_alg_of_a_jwk_is_enough_and_no_other_key_says_its_own() {
    let jwt = from_json(&json!({ "private_key": with_alg(P256_JWK, "ES256").to_string() }));
    assert_eq!(algorithms(&jwt), [Algorithm::ES256]);
    for form in [P256, P256_JWK, &BASE64_STANDARD.encode(der(P256))] {
        let config = Config::deserialize(&json!({ "private_key": form })).unwrap();
        let error = FastJwt::builder().config(config).build().unwrap_err();
        assert_eq!(error.faults()[0].message(), "its algorithm is not known: set `algorithm`");
    }
    // And a JWK that is for something else is not what is configured.
    let jwk = with_alg(ED25519_JWK, "EdDSA").to_string();
    let config = Config::deserialize(&json!({ "private_key": jwk, "algorithm": "ES256" })).unwrap();
    assert!(FastJwt::builder().config(config).build().is_err());
}

#[test]
fn several_keys_verify_from_a_set_or_a_list() {
    let set =
        json!({ "keys": [public(with_alg(ED25519_JWK, "EdDSA")), public(serde_json::from_str(P256_JWK).unwrap())] });
    let jwt = from_json(&json!({ "public_key": set.to_string(), "algorithm": "ES256" }));
    assert_eq!(algorithms(&jwt), [Algorithm::EdDSA, Algorithm::ES256]);
    let token =
        from_json(&json!({ "private_key": ED25519, "algorithm": "EdDSA" })).create_access_token("u").sign().unwrap();
    assert!(jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok());

    let list = json!([P256_PUBLIC, set["keys"][0].to_string()]);
    let jwt = from_json(&json!({ "verifying_key": list, "algorithm": "ES256" }));
    assert_eq!(algorithms(&jwt), [Algorithm::ES256, Algorithm::EdDSA]);

    let passive = json!({
        "secret_key": SECRET,
        "passive_key": [ED25519_PUBLIC, "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"S3EzVnc4WnQxWHM2WW05UmI0TGM3TmQyUGY1R2gwSmo\"}"],
        "passive_key_algorithm": "EdDSA",
        "passive_key_until": NOW + 1,
    });
    assert_eq!(algorithms(&from_json(&passive)), [Algorithm::HS256, Algorithm::EdDSA, Algorithm::HS256]);
}

#[test]
fn the_public_half_may_stand_beside_the_private_one() {
    let jwt =
        from_json(&json!({ "private_key": P256, "public_key": P256_PUBLIC, "algorithm": "ES256", "key_id": "1" }));
    assert_eq!(jwt.keys().list().len(), 1);
    let config =
        Config::deserialize(&json!({ "private_key": P256, "public_key": RSA_PUBLIC, "algorithm": "ES256" })).unwrap();
    assert!(FastJwt::builder().config(config).build().is_err());
}

#[test]
fn a_service_moves_from_hs256_to_es256() {
    let before = from_json(&json!({ "secret_key": SECRET }));
    let token = before.create_access_token("u").sign().unwrap();
    let after = from_json(&json!({
        "private_key": P256,
        "algorithm": "ES256",
        "passive_key": SECRET,
        "passive_key_algorithm": "HS256",
        "passive_key_until": "2026-01-31T00:00:00Z",
    }));
    assert!(after.verify_access_token::<NoClaims>(token.as_str()).is_ok());
    let token = after.create_access_token("u").sign().unwrap();
    assert!(before.verify_access_token::<NoClaims>(token.as_str()).is_err());
}

#[test]
fn what_is_said_twice_in_the_same_way_is_said_once() {
    let same = [
        json!({ "encode_audience": ["a", "b"], "decode_audience": ["a", "b"] }),
        json!({ "encode_audience": "a", "decode_audience": "a" }),
        json!({ "csrf_protection": true, "cookie_csrf_protect": true }),
        json!({ "leeway": 5, "decode_leeway": 5 }),
        json!({ "leeway": 0.5, "decode_leeway": 0.5 }),
        json!({ "issuer": "us", "encode_issuer": "us", "decode_issuer": "us" }),
    ];
    let other = [
        json!({ "encode_audience": ["a", "b"], "decode_audience": ["b", "a"] }),
        json!({ "encode_audience": ["a"], "decode_audience": "a" }),
        json!({ "csrf_protection": true, "cookie_csrf_protect": false }),
        json!({ "leeway": 5, "decode_leeway": 6 }),
        json!({ "leeway": 0.5, "decode_leeway": 0.25 }),
        json!({ "issuer": "us", "encode_issuer": "us", "decode_issuer": "them" }),
        // A key is one, whatever it says.
        json!({ "secret": SECRET }),
    ];
    for (options, is_good) in same.iter().map(|same| (same, true)).chain(other.iter().map(|other| (other, false))) {
        let mut options = options.clone();
        options["secret_key"] = json!(SECRET);
        let built = FastJwt::builder().config(Config::deserialize(&options).unwrap()).build();
        assert_eq!(built.is_ok(), is_good, "{options}");
        let told = built.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(is_good || told.contains("is given as well, and they are one option"), "{told}");
    }
}

/// As the crate `toml` gives it to who takes any value.
#[test]
fn a_moment_of_toml_needs_no_quotes() {
    let until = |moment: Value| {
        let passive = json!({ "secret_key": SECRET, "passive_key": OTHER, "passive_key_until": moment });
        FastJwt::builder().clock(|| at(NOW)).config(Config::deserialize(&passive).unwrap()).build()
    };
    let jwt = until(json!({ "$__toml_private_datetime": "2026-01-01T00:01:40Z" })).unwrap();
    assert_eq!(jwt.keys().list()[1].until, Some(at(NOW + 100)));
    for moment in [
        json!({ "$__toml_private_datetime": "2026-01-01" }),
        json!({ "$__toml_private_datetime": ["2026-01-01T00:01:40Z"] }),
        json!({ "$__toml_private_datetime": "2026-01-01T00:01:40Z", "more": 1 }),
        json!({ "datetime": "2026-01-01T00:01:40Z" }),
    ] {
        let error = until(moment.clone()).unwrap_err().to_string();
        assert!(error.contains("`passive_key_until`") && error.contains("it must be a moment"), "{moment}: {error}");
    }
}

/// Runs in a process of its own, started by the test below; in others it sees no such variables and does nothing.
#[test]
fn child_reads_its_environment() {
    if std::env::var_os("FASTJWT_TEST_CHILD").is_none() {
        return;
    }
    let token = FastJwt::from_env().unwrap().create_access_token("u").sign().unwrap();
    println!("life {:?}", token.expires_in());
    println!("{}", FastJwt::<fastjwt::DefaultRealm>::from_env_prefixed("STAFF_JWT_").unwrap_err());
}

#[test]
fn the_environment_of_the_process_is_read() {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "config_forms::child_reads_its_environment", "--nocapture"])
        .envs([
            ("FASTJWT_TEST_CHILD", "1"),
            ("JWT_SECRET_KEY", SECRET),
            ("JWT_ACCESS_TOKEN_EXPIRES", "7m"),
            ("STAFF_JWT_SECRET_KEY", SECRET),
            ("STAFF_JWT_LEEWAY", "1h"),
        ])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(
        told.contains("life 420s") && told.contains("`STAFF_JWT_LEEWAY`: 3600s: it must be at most 300s"),
        "{told}"
    );
}
