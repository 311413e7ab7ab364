use fastjwt::access_token_required;

#[access_token_required(optional(expired))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
