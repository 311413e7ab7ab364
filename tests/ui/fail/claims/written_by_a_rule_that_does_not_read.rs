use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(rename_all(serialize = "camelCase"))]
struct Profile {
    name: String,
    first_name: String,
}

fn main() {}
