use axum::{Router, extract::State, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required};

struct Api<T>(T);

impl<T: Send + Sync + 'static> Api<T> {
    #[access_token_required]
    async fn profile(payload: TokenPayload) -> String {
        payload.sub.clone()
    }

    /// Guarded only.
    #[access_token_required(state = FastJwt)]
    pub async fn secret(State(_): State<FastJwt>) -> &'static str {
        "secret"
    }

    #[access_token_required]
    async fn of_self(&self, payload: TokenPayload) -> String {
        payload.sub.clone()
    }

    #[access_token_required]
    async fn by_self(self, payload: TokenPayload) -> (T, String) {
        (self.0, payload.sub.clone())
    }
}

trait Routes {
    async fn index() -> &'static str;
}

#[allow(refining_impl_trait, reason = "the guard is a parameter more than the trait's")]
impl Api<u8> {
    #[access_token_required(subject_param = "id")]
    async fn subject() -> &'static str {
        "subject"
    }
}

impl Routes for Api<u8> {
    async fn index() -> &'static str {
        "index"
    }
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/profile", get(Api::<u8>::profile))
        .route("/secret", get(Api::<String>::secret))
        .route("/subject/{id}", get(Api::subject))
        .route("/index", get(Api::<u8>::index));
    let _ = (Api::<u8>::of_self, Api::<u8>::by_self, Api(1_u8));
}
