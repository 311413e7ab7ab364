use fastjwt::{Scope, access_token_required};

#[derive(Scope)]
enum Orders {
    Read,
    Write,
}

#[access_token_required(scopes(all(Ordres::Read)))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
