use fastjwt::access_token_required;

#[access_token_required(revocation = "off")]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
