use fastjwt::access_token_required;

#[access_token_required]
const fn profile() -> &'static str {
    "profile"
}

fn main() {}
