use fastjwt::access_token_required;

#[access_token_required(scopes = "orders:read")]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
