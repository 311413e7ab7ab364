use fastjwt::access_token_required;

#[access_token_required(role = "admin")]
async fn profile() -> &'static str {
    "profile"
}

fn main() {}
