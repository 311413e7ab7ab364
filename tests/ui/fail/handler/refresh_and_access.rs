use fastjwt::{access_token_required, refresh_token_required};

#[access_token_required]
#[refresh_token_required]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
