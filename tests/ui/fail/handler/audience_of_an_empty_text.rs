use fastjwt::access_token_required;

#[access_token_required(audience(""))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
