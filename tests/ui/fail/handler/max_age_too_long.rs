use fastjwt::fresh_token_required;

#[fresh_token_required(max_age = "99999d")]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
