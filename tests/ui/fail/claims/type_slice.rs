//~ 8 errors: an unsized struct has no impls of serde, and rustc says so for each trait that asks for them
use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: [u8],
}

fn main() {}
