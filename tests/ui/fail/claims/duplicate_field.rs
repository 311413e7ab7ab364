use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    name: u8,
}

fn main() {}
