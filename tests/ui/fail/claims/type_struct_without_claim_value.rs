use fastjwt::jwt_claims;

struct Address {
    city: String,
}

#[jwt_claims]
struct Profile {
    name: String,
    value: Address,
}

fn main() {}
