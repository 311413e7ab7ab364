use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(skip)]
    value: [u8],
}

fn main() {}
