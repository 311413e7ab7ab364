use fastjwt::access_token_required;

#[access_token_required(locations = headers)]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
