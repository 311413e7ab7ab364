use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    ag
}

fn main() {}
