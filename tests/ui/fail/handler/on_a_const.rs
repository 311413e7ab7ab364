use fastjwt::access_token_required;

#[access_token_required]
const PROFILE: &str = "profile";

fn main() {}
