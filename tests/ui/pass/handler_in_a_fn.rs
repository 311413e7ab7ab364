use axum::{Router, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required, jwt_claims};

fn routes() -> Router<FastJwt> {
    #[jwt_claims]
    struct Profile {
        age: u8,
    }

    #[access_token_required]
    async fn outer(payload: TokenPayload<Profile>) -> String {
        #[access_token_required]
        async fn inner(payload: TokenPayload) -> String {
            payload.sub.clone()
        }
        let _: Router<FastJwt> = Router::new().route("/inner", get(inner));
        payload.age.to_string()
    }

    Router::new().route("/outer", get(outer))
}

fn main() {
    let _ = routes();
}
