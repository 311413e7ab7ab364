use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile;

fn main() {}
