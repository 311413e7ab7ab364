use fastjwt::access_token_required;

#[access_token_required]
async fn secret() -> &'static str {
    "secret"
}

async fn elsewhere() -> &'static str {
    secret().await
}

fn main() {}
