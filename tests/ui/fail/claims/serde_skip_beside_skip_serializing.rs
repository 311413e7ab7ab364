use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(skip, skip_serializing)]
    age: u8,
}

fn main() {}
