use fastjwt::jwt_claims;

struct Profile;

#[jwt_claims]
impl Profile {}

fn main() {}
