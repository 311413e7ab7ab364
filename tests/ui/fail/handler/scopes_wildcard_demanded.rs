use fastjwt::access_token_required;

#[access_token_required(scopes("orders:*"))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
