use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    parent: Option<Box<Profile>>,
}

fn main() {}
