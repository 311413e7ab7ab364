use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: Box<Option<u8>>,
}

fn main() {}
