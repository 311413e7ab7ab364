use fastjwt::{FastJwt, claim_value};

#[claim_value]
struct Profile {
    name: String,
}

fn verify(jwt: &FastJwt, token: &str) {
    let _ = jwt.verify_access_token::<Profile>(token);
}

fn main() {}
