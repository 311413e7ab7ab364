use fastjwt::access_token_required;

#[access_token_required(leeway = "6m")]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
