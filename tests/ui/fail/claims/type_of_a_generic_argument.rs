use std::time::SystemTime;

use fastjwt::{FastJwt, jwt_claims};

#[jwt_claims]
struct Page<T> {
    entry: T,
}

fn verify(jwt: &FastJwt, token: &str) {
    let _ = jwt.verify_access_token::<Page<SystemTime>>(token);
}

fn main() {}
