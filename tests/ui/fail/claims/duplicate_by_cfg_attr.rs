use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[cfg_attr(all(), serde(rename = "name"))]
    surname: String,
}

fn main() {}
