use fastjwt::{NoClaims, access_token_required};

type TokenPayload<C> = Option<fastjwt::TokenPayload<C>>;

#[access_token_required]
async fn handler(payload: TokenPayload<NoClaims>) -> String {
    format!("{}", payload.is_some())
}

fn main() {}
