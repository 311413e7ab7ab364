use fastjwt::access_token_required;

#[access_token_required(crsf = false)]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
