use fastjwt::access_token_required;

#[access_token_required(csrf)]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
