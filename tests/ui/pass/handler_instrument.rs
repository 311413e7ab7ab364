use axum::{Router, extract::Path, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required};
use tracing::instrument;

#[access_token_required]
#[instrument]
async fn below(payload: TokenPayload, Path(id): Path<u64>) -> String {
    format!("{id} {}", payload.sub)
}

#[instrument]
#[access_token_required]
async fn above(payload: TokenPayload, Path(id): Path<u64>) -> String {
    format!("{id} {}", payload.sub)
}

#[access_token_required]
#[instrument(skip_all, fields(sub = %payload.sub))]
async fn below_with_fields(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[tracing::instrument(skip_all, fields(sub = %payload.sub))]
#[access_token_required]
async fn above_with_fields(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required]
#[instrument]
async fn below_guarded() -> &'static str {
    "guarded"
}

#[instrument(err)]
#[access_token_required]
async fn above_guarded(Path(_): Path<u64>) -> Result<String, fastjwt::Error> {
    Ok("guarded".into())
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/below/{id}", get(below))
        .route("/above/{id}", get(above))
        .route("/below-fields", get(below_with_fields))
        .route("/above-fields", get(above_with_fields))
        .route("/below-guarded", get(below_guarded))
        .route("/above-guarded/{id}", get(above_guarded));
}
