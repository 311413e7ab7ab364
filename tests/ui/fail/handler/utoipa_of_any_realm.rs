// A document is one for all realms that the handler may have.
use fastjwt::{NoClaims, Realm, TokenPayload, access_token_required};

#[access_token_required]
#[utoipa::path(get, path = "/whoami", responses((status = 200, body = String)))]
async fn whoami<R: Realm>(payload: TokenPayload<NoClaims, R>) -> String {
    payload.sub.clone()
}

fn main() {}
