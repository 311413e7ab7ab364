use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: Vec<,
}

fn main() {}
