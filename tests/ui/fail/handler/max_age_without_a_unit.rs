use fastjwt::fresh_token_required;

#[fresh_token_required(max_age = "5")]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
