use fastjwt::access_token_required;

#[access_token_required(revocation)]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
