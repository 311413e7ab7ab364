use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename(deserialize = "aud"))]
    user: String,
}

fn main() {}
