use axum::{Router, extract::Path, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required};
use utoipa::OpenApi;

#[access_token_required]
#[utoipa::path(get, path = "/below/{id}", responses((status = 200, body = String)))]
async fn below(payload: TokenPayload, Path(id): Path<u64>) -> String {
    format!("{id} {}", payload.sub)
}

#[utoipa::path(get, path = "/above/{id}", responses((status = 200, body = String)))]
#[access_token_required]
async fn above(payload: TokenPayload, Path(id): Path<u64>) -> String {
    format!("{id} {}", payload.sub)
}

#[access_token_required]
#[utoipa::path(get, path = "/below-guarded", responses((status = 200)))]
async fn below_guarded() -> &'static str {
    "guarded"
}

#[utoipa::path(get, path = "/above-guarded", responses((status = 200)))]
#[access_token_required]
async fn above_guarded() -> &'static str {
    "guarded"
}

#[derive(OpenApi)]
#[openapi(paths(below, above, below_guarded, above_guarded))]
struct Api;

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/below/{id}", get(below))
        .route("/above/{id}", get(above))
        .route("/below-guarded", get(below_guarded))
        .route("/above-guarded", get(above_guarded));
    assert_eq!(Api::openapi().paths.paths.len(), 4);
}
