use fastjwt::access_token_required;

#[access_token_required(csrf = true)]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
