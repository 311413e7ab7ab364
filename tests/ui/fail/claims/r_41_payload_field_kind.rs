use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    kind: String,
}

fn main() {}
