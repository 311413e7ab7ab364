use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(alias = "n")]
    name: String,
    #[serde(alias = "n")]
    surname: String,
}

fn main() {}
