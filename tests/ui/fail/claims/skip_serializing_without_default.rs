use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(skip_serializing)]
    note: String,
}

fn main() {}
