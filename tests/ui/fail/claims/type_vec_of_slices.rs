use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: Vec<[u8]>,
}

fn main() {}
