//~ 7 errors: seven mistakes, each told once
use fastjwt::{TokenPayload, access_token_required};

#[access_token_required(role = "admin", realm = "staff", subject_param = "")]
fn profile(#[cfg(any())] _first: &TokenPayload, _second: Option<TokenPayload>) -> &'static str {
    "profile"
}

fn main() {}
