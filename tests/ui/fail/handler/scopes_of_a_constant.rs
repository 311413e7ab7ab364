use fastjwt::access_token_required;

const READ: &str = "orders:read";

#[access_token_required(scopes(READ))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
