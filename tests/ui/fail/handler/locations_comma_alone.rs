use fastjwt::access_token_required;

#[access_token_required(locations(,))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
