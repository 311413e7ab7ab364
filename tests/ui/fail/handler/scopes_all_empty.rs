use fastjwt::access_token_required;

#[access_token_required(scopes("a", all()))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
