use std::path::PathBuf;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: PathBuf,
}

fn main() {}
