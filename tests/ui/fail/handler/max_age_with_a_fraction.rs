use fastjwt::fresh_token_required;

#[fresh_token_required(max_age = "1.5h")]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
