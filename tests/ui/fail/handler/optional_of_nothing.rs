use fastjwt::{TokenPayload, access_token_required};

#[access_token_required(optional())]
async fn orders(_: Option<TokenPayload>) -> &'static str {
    "orders"
}

fn main() {}
