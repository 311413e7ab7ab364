use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(rename_all(deserialize = "camelCase"))]
struct Profile {
    realm_: String,
}

fn main() {}
