use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(alias = "name")]
    surname: String,
}

fn main() {}
