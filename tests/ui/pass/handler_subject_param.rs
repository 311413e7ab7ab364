use axum::{Router, extract::Path, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required, fresh_token_required};

#[access_token_required(subject_param = "user_id")]
async fn profile(Path(user_id): Path<String>, payload: TokenPayload) -> String {
    (user_id == payload.sub).to_string()
}

#[fresh_token_required(subject_param = "user_id", state = FastJwt)]
async fn guarded() -> &'static str {
    "guarded"
}

#[access_token_required(subject_param = "a-name-of-sixty-four-bytes-which-is-as-long-as-a-name-may-be-max")]
async fn longest() -> &'static str {
    "longest"
}

#[access_token_required(subject_param = r"größe")]
async fn beyond_ascii() -> &'static str {
    "beyond"
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/user/{user_id}", get(profile))
        .route("/user/{user_id}/guarded", get(guarded))
        .route("/longest/{a-name-of-sixty-four-bytes-which-is-as-long-as-a-name-may-be-max}", get(longest))
        .route("/beyond/{größe}", get(beyond_ascii));
}
