use std::sync::Arc;

use fastjwt::access_token_required;

struct App {
    name: String,
}

#[access_token_required(state = Arc<App>)]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
