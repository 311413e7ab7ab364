// `#[utoipa::path]` has done its work when the attribute below it begins, so that its document would say nothing of a token.
use axum::extract::Path;
use fastjwt::{TokenPayload, access_token_required};

#[utoipa::path(get, path = "/orders/{id}", responses((status = 200, body = String)))]
#[access_token_required]
async fn order(payload: TokenPayload, Path(id): Path<u64>) -> String {
    format!("{id} {}", payload.sub)
}

fn main() {}
