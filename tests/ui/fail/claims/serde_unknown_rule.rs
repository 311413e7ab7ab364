use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(rename_all = "camelcase")]
struct Profile {
    first_name: String,
}

fn main() {}
