use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(deny_unknown_fields)]
    age: u8,
}

fn main() {}
