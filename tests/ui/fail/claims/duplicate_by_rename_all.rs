use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(rename_all = "camelCase")]
struct Profile {
    first_name: String,
    #[serde(rename = "firstName")]
    name: String,
}

fn main() {}
