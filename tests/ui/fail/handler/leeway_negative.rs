use fastjwt::access_token_required;

#[access_token_required(leeway = "-5s")]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
