use fastjwt::jwt_claims;

#[jwt_claims]
#[cfg_attr(all(), serde(rename_all = "camelCase"))]
struct Profile {
    realm_: String,
}

fn main() {}
