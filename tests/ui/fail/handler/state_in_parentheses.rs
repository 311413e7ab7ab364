use fastjwt::access_token_required;

#[access_token_required(state(App))]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
