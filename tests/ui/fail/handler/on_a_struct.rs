use fastjwt::access_token_required;

#[access_token_required]
struct Profile {
    name: String,
}

fn main() {}
