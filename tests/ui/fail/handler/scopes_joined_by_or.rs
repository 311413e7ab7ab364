use fastjwt::access_token_required;

#[access_token_required(scopes("ADMIN", "a" || "b"))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
