use fastjwt::access_token_required;

#[access_token_required]
async unsafe fn profile() -> &'static str {
    "profile"
}

fn main() {}
