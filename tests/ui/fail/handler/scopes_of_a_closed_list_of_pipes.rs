use fastjwt::access_token_required;

#[access_token_required(scopes("a" | "b"))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
