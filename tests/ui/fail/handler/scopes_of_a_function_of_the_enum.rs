use fastjwt::{Scope, access_token_required};

#[derive(Scope)]
enum Orders {
    Read,
    Write,
}

impl Orders {
    fn read() -> Self {
        Self::Read
    }
}

#[access_token_required(scopes(Orders::read))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {}
