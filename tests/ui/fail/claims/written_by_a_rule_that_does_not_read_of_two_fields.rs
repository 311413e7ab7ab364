use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(rename_all(serialize = "camelCase"))]
struct Profile {
    first_name: String,
    last_name: String,
    age: u8,
}

fn main() {}
