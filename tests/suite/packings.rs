//! Public keys and known examples in the place of a secret: none signs, however it is packed (R-13, R-25).

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD},
};
use fastjwt::{Algorithm, Config, FastJwt, NoClaims, SigningKey, VerifyingKey};
use proptest::prelude::*;
use serde_json::json;

use crate::{
    key_forms::{RSA_CERTIFICATE, RSA_PKCS1_PUBLIC},
    support::{NOW, SECRET, at, cases},
    test_keys::{ED25519_PUBLIC, P256_PUBLIC, der},
};

const SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE me@host";
const SSH_P256: &str = "restrict,pty ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJy";
const SSH2: &str =
    "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5AAAAIGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE\n";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key as it is, and as JSON holds it.
fn plain() -> Vec<Vec<u8>> {
    let jwk = VerifyingKey::from_pem(Algorithm::ES256, P256_PUBLIC).unwrap().public_jwk().unwrap();
    let base64_der = BASE64_STANDARD.encode(der(P256_PUBLIC));
    let mut plain: Vec<Vec<u8>> =
        [P256_PUBLIC, ED25519_PUBLIC, RSA_PKCS1_PUBLIC, RSA_CERTIFICATE].iter().map(|pem| der(pem)).collect();
    plain.push([der(P256_PUBLIC).as_slice(), b"\n"].concat());
    let texts = [
        P256_PUBLIC.to_owned(),
        RSA_CERTIFICATE.to_owned(),
        SSH.to_owned(),
        SSH_P256.to_owned(),
        SSH2.to_owned(),
        jwk.clone(),
        format!("\u{feff} {jwk}\n"),
        format!("{jwk}\n{jwk}"),
        format!(r#"{{"kty":"EC",{}"#, &jwk[1..]),
        format!(r#"{{"keys":[{jwk}]}}"#),
        format!("[{jwk}]"),
        format!("[{jwk},{jwk}]"),
        format!(r#"{{"a":[1,{{"b":{jwk}}}]}}"#),
        json!(jwk).to_string(),
        json!([jwk]).to_string(),
        json!(P256_PUBLIC).to_string(),
        json!({ "x5c": [base64_der] }).to_string(),
        json!({ "2026": RSA_CERTIFICATE }).to_string(),
    ];
    plain.extend(texts.map(String::into_bytes));
    plain
}

/// The same, and packed once more.
fn packings() -> Vec<Vec<u8>> {
    let mut packings = plain();
    for bytes in plain() {
        let base64 = BASE64_STANDARD.encode(&bytes);
        let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        let colons: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        let texts = [
            lines.join("\n"),
            base64.clone(),
            BASE64_STANDARD_NO_PAD.encode(&bytes),
            BASE64_URL_SAFE.encode(&bytes),
            BASE64_URL_SAFE_NO_PAD.encode(&bytes),
            hex(&bytes),
            format!("0x{}", hex(&bytes).to_uppercase()),
            colons.join(":"),
        ];
        packings.extend(texts.map(String::into_bytes));
    }
    // What stands in the line of an SSH key.
    packings.push(SSH.split(' ').nth(1).unwrap().as_bytes().to_vec());
    packings
}

#[test]
fn r_13_no_packing_of_a_public_key_is_a_secret() {
    for packed in packings() {
        let shown = String::from_utf8_lossy(&packed);
        for error in [
            SigningKey::from_secret(Algorithm::HS256, &packed).err(),
            VerifyingKey::from_secret(Algorithm::HS512, &packed).err(),
            SigningKey::from_base64_secret(Algorithm::HS256, BASE64_STANDARD.encode(&packed)).err(),
        ] {
            let told = error.unwrap_or_else(|| panic!("it is a secret: {shown}")).to_string();
            assert!(["PEM", "JWK", "DER", "SSH"].iter().any(|form| told.contains(form)), "{told}");
        }
        if let Ok(text) = String::from_utf8(packed.clone()) {
            let vars = [
                ("JWT_SECRET_KEY", str::from_utf8(SECRET).unwrap()),
                ("JWT_PASSIVE_KEY", &text),
                ("JWT_PASSIVE_KEY_UNTIL", "2026-01-02T00:00:00Z"),
            ];
            let config = Config::from_vars("JWT_", vars.map(|(name, value)| (name, value.to_owned())));
            // A JWK says itself what it is, and becomes that.
            let built = FastJwt::builder().clock(|| at(NOW)).config(config).build();
            let secrets =
                |jwt: FastJwt| jwt.keys().list().iter().filter(|key| key.algorithm == Algorithm::HS256).count();
            assert!(built.ok().map(secrets).is_none_or(|secrets| secrets == 1), "{text}");
        }
    }
}

/// What the last test is for: whoever has the public key could sign.
#[test]
fn r_13_a_token_signed_with_the_text_of_a_public_key_is_let_in_nowhere() {
    let secret = BASE64_STANDARD.encode(P256_PUBLIC);
    let config = Config::from_vars(
        "JWT_",
        [
            ("JWT_SECRET_KEY", String::from_utf8(SECRET.to_vec()).unwrap()),
            ("JWT_PASSIVE_KEY", secret.clone()),
            ("JWT_PASSIVE_KEY_UNTIL", "2026-01-02T00:00:00Z".to_owned()),
        ],
    );
    // Were either of them built, the other would sign for it.
    let service = FastJwt::builder().clock(|| at(NOW)).config(config).build();
    let attacker = FastJwt::builder().clock(|| at(NOW)).secret(&secret).build();
    if let (Ok(service), Ok(attacker)) = (&service, &attacker) {
        let token = attacker.create_access_token("admin").sign().unwrap();
        assert!(service.verify_access_token::<NoClaims>(token.as_str()).is_err());
    }
    let told = service.unwrap_err().to_string();
    assert!(told.contains("`JWT_PASSIVE_KEY`: HS256 takes a secret, not a key pair"), "{told}");
    assert!(attacker.unwrap_err().to_string().contains("is a PEM text"));
}

#[test]
fn r_25_secrets_that_are_published_are_refused() {
    let known = [
        "super-secret-jwt-token-with-at-least-32-characters-long",
        "your-super-secret-jwt-token-with-at-least-32-characters-long",
        "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
        "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970\n",
        "09D25E094FAA6CA2556C818166B7A9563B93F7099F6F0F4CAA6CF63B88E8D3E7",
    ];
    let spring = BASE64_STANDARD.decode(known[2]).unwrap();
    let errors = known.map(|known| SigningKey::from_secret(Algorithm::HS256, known).err());
    for error in errors.into_iter().chain([SigningKey::from_secret(Algorithm::HS256, spring).err()]) {
        assert!(error.unwrap().to_string().contains("is a well-known example"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(2000, 100_000)))]

    /// No random secret is taken for a key, in whatever letters it is written.
    #[test]
    fn r_25_a_random_secret_is_taken(secret in prop::collection::vec(any::<u8>(), 32..=96)) {
        let texts = [
            secret.clone(),
            BASE64_STANDARD.encode(&secret).into_bytes(),
            BASE64_URL_SAFE_NO_PAD.encode(&secret).into_bytes(),
            hex(&secret).into_bytes(),
            hex(&secret).to_uppercase().into_bytes(),
            json!([BASE64_STANDARD.encode(&secret), 5, null, true, -1, 0.5]).to_string().into_bytes(),
        ];
        for text in texts {
            let made = SigningKey::from_secret(Algorithm::HS256, &text);
            prop_assert!(made.is_ok(), "{text:?}: {made:?}");
        }
    }

    /// Nothing panics on what is no key at all.
    #[test]
    fn r_12_any_text_is_looked_through(text in r#"[\[{"\\:,a5= -]{0,200}"#) {
        drop(SigningKey::from_secret(Algorithm::HS256, text));
    }
}
