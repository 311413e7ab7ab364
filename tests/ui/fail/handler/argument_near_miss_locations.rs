use fastjwt::access_token_required;

#[access_token_required(location(headers))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
