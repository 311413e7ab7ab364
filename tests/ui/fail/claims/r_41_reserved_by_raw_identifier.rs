use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    r#type: String,
}

fn main() {}
