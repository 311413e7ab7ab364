use fastjwt::access_token_required;

#[access_token_required(csrf(false))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
