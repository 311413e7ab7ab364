use fastjwt::access_token_required;

#[access_token_required(scopes(1))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
