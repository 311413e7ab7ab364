use fastjwt::{NoClaims, access_token_required, danger::UnverifiedToken};

#[access_token_required]
async fn profile(#[payload] token: UnverifiedToken<NoClaims>) -> String {
    token.sub.unwrap_or_default()
}

fn main() {}
