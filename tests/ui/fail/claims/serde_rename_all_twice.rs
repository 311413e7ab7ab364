use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(rename_all = "camelCase")]
#[serde(rename_all(deserialize = "lowercase"))]
struct Profile {
    full_name: String,
}

fn main() {}
