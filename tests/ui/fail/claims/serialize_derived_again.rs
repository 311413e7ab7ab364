use fastjwt::jwt_claims;

#[jwt_claims]
#[derive(serde::Serialize)]
struct Profile {
    name: String,
}

fn main() {}
