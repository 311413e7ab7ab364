use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    others: serde_json::Value,
}

fn main() {}
