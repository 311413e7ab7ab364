use fastjwt::access_token_required;

#[access_token_required]
async extern "C" fn profile() -> &'static str {
    "profile"
}

fn main() {}
