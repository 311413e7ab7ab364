use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile(String, u8);

fn main() {}
