use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(deny_unknown_fields)]
struct Profile {
    name: String,
}

fn main() {}
