//~ 2 errors: each misspelt variant is told at its place
use fastjwt::{Policy, Scope, access_token_required, scopes};

#[derive(Scope)]
enum Orders {
    Read,
    Write,
}

const POLICY: Policy = Policy::access().scopes(scopes!(all(Orders::Read, Orders::Wriet)));

#[access_token_required(scopes(all(Orders::Read, Orders::Wirte)))]
async fn orders() -> &'static str {
    "orders"
}

fn main() {
    let _ = (POLICY, Orders::Write);
}
