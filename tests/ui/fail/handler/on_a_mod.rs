use fastjwt::access_token_required;

#[access_token_required]
mod routes {}

fn main() {}
