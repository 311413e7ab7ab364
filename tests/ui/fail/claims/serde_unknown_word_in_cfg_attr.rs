use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[cfg_attr(all(), serde(rename_to = "years"))]
    age: u8,
}

fn main() {}
