use axum::{Router, http::HeaderMap, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
struct Profile {
    age: u8,
}

macro_rules! handler {
    ($name:ident, $payload:ty, $body:block) => {
        #[access_token_required]
        async fn $name(payload: $payload) -> String {
            let _ = payload.sub.len();
            $body.to_string()
        }
    };
}

macro_rules! handler_with_parts {
    ($(#[$meta:meta])* $vis:vis $name:ident($($pat:pat => $ty:ty),*) -> $out:ty: $body:expr) => {
        $(#[$meta])*
        #[access_token_required(subject_param = "id")]
        $vis async fn $name($($pat: $ty),*) -> $out {
            $body
        }
    };
}

macro_rules! whole_item {
    ($item:item) => {
        #[access_token_required]
        $item
    };
}

handler!(typed, TokenPayload<Profile>, { 22 });
handler!(untyped, TokenPayload, { "text" });
handler_with_parts! {
    /// With parts of every kind.
    pub(crate) parts(payload => TokenPayload<Profile>, _ => HeaderMap) -> String: payload.age.to_string()
}
whole_item! {
    async fn whole(payload: TokenPayload<Profile>) -> String {
        payload.age.to_string()
    }
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/typed", get(typed))
        .route("/untyped", get(untyped))
        .route("/parts/{id}", get(parts))
        .route("/whole", get(whole));
}
