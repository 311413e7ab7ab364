use fastjwt::access_token_required;

#[access_token_required(audience("a", "b", "c", "d", "e", "f", "g", "h", "i"))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
