use fastjwt::access_token_required;

#[access_token_required(scopes(all))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
