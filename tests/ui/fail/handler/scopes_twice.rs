use fastjwt::access_token_required;

#[access_token_required(scopes("a"), scopes("b"))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
