use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[cfg_attr(all(), serde(rename = "sub"))]
    user: String,
}

fn main() {}
