use fastjwt::{FastJwt, SigningKey};

fn other_side(key: &SigningKey) -> fastjwt::Builder {
    FastJwt::builder().key(key.verifying_key().clone())
}

fn main() {}
