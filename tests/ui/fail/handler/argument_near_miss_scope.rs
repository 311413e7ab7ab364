use fastjwt::access_token_required;

#[access_token_required(scope("orders:read"))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
