use fastjwt::access_token_required;

#[access_token_required(scopes("bestellungen:lösen"))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
