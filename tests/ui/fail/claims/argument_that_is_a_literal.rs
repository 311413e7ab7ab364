use fastjwt::jwt_claims;

#[jwt_claims("profile")]
struct Profile {
    name: String,
}

fn main() {}
