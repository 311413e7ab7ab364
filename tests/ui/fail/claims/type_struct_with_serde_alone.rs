use fastjwt::jwt_claims;

#[derive(serde::Serialize, serde::Deserialize)]
struct Address {
    city: String,
}

#[jwt_claims]
struct Profile {
    name: String,
    value: Address,
}

fn main() {}
