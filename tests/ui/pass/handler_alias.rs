use axum::{Router, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
struct Profile {
    age: u8,
}

type User = TokenPayload<Profile>;
type Of<C> = TokenPayload<C>;

#[access_token_required]
async fn marked(#[payload] user: User) -> String {
    user.age.to_string()
}

#[access_token_required]
async fn marked_behind(
    #[allow(unused_mut, reason = "shown")]
    #[payload]
    mut user: Of<Profile>,
) -> String {
    user.age.to_string()
}

#[access_token_required]
async fn marked_though_written_out(#[payload] user: TokenPayload<Profile>) -> String {
    user.age.to_string()
}

/// Without the mark the attribute guards, and the extractor finds what the guard has verified.
#[access_token_required]
async fn unmarked(user: User) -> String {
    user.age.to_string()
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/marked", get(marked))
        .route("/behind", get(marked_behind))
        .route("/out", get(marked_though_written_out))
        .route("/unmarked", get(unmarked));
}
