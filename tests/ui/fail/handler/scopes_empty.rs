use fastjwt::access_token_required;

#[access_token_required(scopes())]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
