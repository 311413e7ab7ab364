use fastjwt::jwt_claims;

#[derive(serde::Serialize)]
#[jwt_claims]
struct Profile {
    name: String,
}

fn main() {}
