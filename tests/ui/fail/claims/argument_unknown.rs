use fastjwt::jwt_claims;

#[jwt_claims(rename_all = "camelCase")]
struct Profile {
    name: String,
}

fn main() {}
