use fastjwt::jwt_claims;

#[derive(serde::Serialize, serde::Deserialize)]
struct Other {
    name: String,
}

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    other: Other,
}

fn main() {}
