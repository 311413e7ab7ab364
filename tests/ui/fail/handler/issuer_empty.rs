use fastjwt::access_token_required;

#[access_token_required(issuer = "")]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
