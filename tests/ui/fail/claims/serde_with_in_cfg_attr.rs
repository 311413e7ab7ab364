use fastjwt::jwt_claims;

mod seconds {}

#[jwt_claims]
struct Profile {
    #[cfg_attr(all(), serde(with = "seconds"))]
    last: std::time::Duration,
}

fn main() {}
