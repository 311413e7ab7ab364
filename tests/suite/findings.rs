//! What the fuzz targets of `fuzz/` found, each once and for all.

use fastjwt::{Algorithm, SigningKey, VerifyingKey};
use serde_json::{Value, json};

use crate::support::{SECRET, encode};

/// Target `jwk`: the members in a list, in the order of the library's own fields.
#[test]
fn r_15_a_jwk_is_an_object_and_no_list() {
    let mut list = vec![json!("oct")];
    list.resize(16, Value::Null);
    list.extend([json!(encode(SECRET)), Value::Null]);
    let list = Value::from(list).to_string();
    for text in [list.clone(), format!(" {list}"), format!("[{list}]")] {
        let errors = [
            SigningKey::from_jwk(Algorithm::HS256, &text).err(),
            VerifyingKey::from_jwk(Algorithm::HS256, &text).err(),
        ];
        for error in errors {
            assert!(error.is_some_and(|error| error.to_string().contains("must be one JSON object")), "{text}");
        }
    }
    let object = json!({ "kty": "oct", "k": encode(SECRET) });
    assert!(SigningKey::from_jwk(Algorithm::HS256, format!("\n{object}")).is_ok());
}
