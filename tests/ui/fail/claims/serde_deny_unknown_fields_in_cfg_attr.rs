use fastjwt::jwt_claims;

#[jwt_claims]
#[cfg_attr(all(), serde(deny_unknown_fields))]
struct Profile {
    name: String,
}

fn main() {}
