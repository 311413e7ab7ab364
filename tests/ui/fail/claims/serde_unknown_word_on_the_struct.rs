use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(rename_fields = "camelCase")]
struct Profile {
    name: String,
}

fn main() {}
