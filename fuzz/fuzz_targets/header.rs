//! The bytes of a token's header, signed with the right key: what is accepted names the key's algorithm, no extension, a type
//! of ours, and nothing twice; and what does so is accepted.
#![no_main]

use std::sync::LazyLock;

use fastjwt::{Algorithm, ErrorKind, FastJwt, NoClaims, TokenFault};
use fastjwt_fuzz::{
    json::Object,
    support::{encode, good_claims},
    test_keys::{Signer, every_algorithm},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static KEYS: LazyLock<Vec<(Signer, FastJwt)>> =
    LazyLock::new(|| every_algorithm().into_iter().filter(|(signer, _)| !matches!(signer, Signer::Es256)).collect());

static PAYLOAD: LazyLock<String> = LazyLock::new(|| encode(good_claims().to_string()));

const TYPES: [&str; 3] = ["jwt", "at+jwt", "application/at+jwt"];

/// Whether a header is one that a verifier with this key may take: the rules once more, in another form.
fn is_good(json: &[u8], algorithm: Algorithm) -> bool {
    let Some(header) = str::from_utf8(json).ok().and_then(Object::read) else { return false };
    if !header.repeated().is_empty() || ["crit", "enc", "zip", "b64"].into_iter().any(|name| header.has(name)) {
        return false;
    }
    let is = |name: &str, accepts: &dyn Fn(&Value) -> bool| {
        !header.has(name) || header.value(name).is_some_and(|value| accepts(&value))
    };
    let names = |value: &Value, accepted: &[&str]| value.as_str().is_some_and(|value| accepted.contains(&value));
    let algorithms = if algorithm == Algorithm::EdDSA { vec!["EdDSA", "Ed25519"] } else { vec![algorithm.as_str()] };
    header.has("alg")
        && is("alg", &|value| names(value, &algorithms))
        && is("typ", &|value| value.as_str().is_some_and(|value| TYPES.contains(&value.to_ascii_lowercase().as_str())))
        && ["kid", "cty", "jku", "x5u", "x5t", "x5t#S256"].into_iter().all(|name| is(name, &Value::is_string))
        && is("jwk", &Value::is_object)
        && is("x5c", &|value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string)))
}

fuzz_target!(|header: &[u8]| {
    let segment = encode(header);
    for (signer, jwt) in &*KEYS {
        let token = signer.sign(&segment, &PAYLOAD);
        let good = is_good(header, signer.algorithm());
        match jwt.verify_access_token::<NoClaims>(&token) {
            Ok(_) => assert!(good, "accepted"),
            Err(error) => match error.kind() {
                // Of the keys, only the configured one counts, whatever else its name is.
                ErrorKind::Token(TokenFault::UnknownKey) => {}
                ErrorKind::Token(TokenFault::Header(_) | TokenFault::WrongAlgorithm | TokenFault::Malformed) => {
                    assert!(!good, "refused: {error}");
                }
                ErrorKind::Request(_) => assert!(token.len() > 8 * 1024),
                other => panic!("{other:?}"),
            },
        }
    }
});
