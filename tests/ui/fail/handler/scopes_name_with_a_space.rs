use fastjwt::access_token_required;

#[access_token_required(scopes("orders:read orders:write"))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
