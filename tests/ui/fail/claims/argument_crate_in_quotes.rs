use fastjwt::jwt_claims;

#[jwt_claims(crate = "fastjwt")]
struct Profile {
    name: String,
}

fn main() {}
