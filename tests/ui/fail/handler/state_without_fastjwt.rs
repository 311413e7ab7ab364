use fastjwt::access_token_required;

#[derive(Clone)]
struct App {
    name: String,
}

#[access_token_required(state = App)]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
