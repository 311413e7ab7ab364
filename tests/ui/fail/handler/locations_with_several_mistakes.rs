//~ 5 errors: each place that is wrong is told, and the argument beside them
use fastjwt::access_token_required;

#[access_token_required(locations(header, cookies, "query", body, cookies), csrf = off)]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
