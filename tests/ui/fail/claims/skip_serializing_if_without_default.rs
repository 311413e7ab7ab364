use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

fn main() {}
