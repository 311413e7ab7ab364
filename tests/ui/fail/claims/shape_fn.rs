use fastjwt::jwt_claims;

#[jwt_claims]
fn profile() {}

fn main() {}
