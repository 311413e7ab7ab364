use fastjwt::access_token_required;

#[axum::debug_handler(state = fastjwt::FastJwt)]
#[access_token_required]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
