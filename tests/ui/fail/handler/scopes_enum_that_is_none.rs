use fastjwt::access_token_required;

enum Orders {
    Read,
}

#[access_token_required(scopes(all(Orders::Read)))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
