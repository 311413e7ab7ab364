use fastjwt::{Algorithm, SigningKey};

fn change(key: &mut SigningKey) {
    key.algorithm = Algorithm::HS256;
}

fn main() {}
