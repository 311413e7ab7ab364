use fastjwt::access_token_required;

#[access_token_required(optional)]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
