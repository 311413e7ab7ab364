use fastjwt::access_token_required;

#[access_token_required(scopes(not("a")))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
