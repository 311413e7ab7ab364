use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    exp: u64,
}

fn main() {}
