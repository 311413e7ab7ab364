//! The servers whose `GET /me` is measured: one handler behind nothing, behind fastjwt, and behind other libraries.
//!
//! Each answers with the subject, so that all send the same bytes; what differs is what stands before the handler.

use std::{io, path::Path, sync::Arc};

use axum::{
    Router,
    extract::FromRequestParts,
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
    routing::get,
    serve::ListenerExt as _,
};
use axum_jwt_auth::Decoder;
use fastjwt::{Algorithm, FastJwt, TokenPayload, access_token_required};
use jsonwebtoken::{DecodingKey, Validation, decode};

use crate::{
    contenders::{Floor, Map, axum_jwt_auth_decoder},
    keys::Key,
    payload::{AUDIENCE, Extra, Flat, ISSUER, SUBJECT, flat},
};

/// How many tokens there are where there are many.
pub const MANY: usize = 2000;

/// The file with one token, in the folder that a server is given.
pub const ONE_TOKEN: &str = "one";

/// The file with [`MANY`] of them.
pub const MANY_TOKENS: &str = "many";

/// What stands before the handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`name` says what they are")]
pub enum Server {
    Bare,
    Fastjwt,
    FastjwtCaching,
    Map,
    Jsonwebtoken,
    AxumJwtAuth,
}

impl Server {
    /// All of them, what the others are compared with first.
    pub const ALL: [Self; 6] =
        [Self::Bare, Self::Fastjwt, Self::FastjwtCaching, Self::Map, Self::Jsonwebtoken, Self::AxumJwtAuth];

    /// What it is called in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "axum alone",
            Self::Fastjwt => "fastjwt",
            Self::FastjwtCaching => "fastjwt, with its cache of tokens",
            Self::Map => "the floor of a cache: a map",
            Self::Jsonwebtoken => "jsonwebtoken 11, by hand",
            Self::AxumJwtAuth => "axum-jwt-auth 0.7",
        }
    }

    /// Serves on a port that it tells to `listening`, with a key of its own, until the process ends. Tokens for that key are in
    /// two files of the folder before.
    ///
    /// # Errors
    /// If the system refuses a port or a file.
    pub fn serve(self, algorithm: Algorithm, folder: &Path, listening: impl FnOnce(u16)) -> io::Result<()> {
        let key = Key::new(algorithm);
        let floor = Floor::new(&key);
        let tokens: Vec<String> =
            (0..MANY).map(|number| floor.sign(&Flat { jti: format!("{number:036}"), ..flat() })).collect();
        std::fs::write(folder.join(ONE_TOKEN), &tokens[0])?;
        std::fs::write(folder.join(MANY_TOKENS), tokens.join("\n"))?;
        // One thread, so that its time on the processor is the server's.
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
            listening(listener.local_addr()?.port());
            axum::serve(listener.tap_io(|stream| drop(stream.set_nodelay(true))), self.router(&key)).await
        })
    }

    fn router(self, key: &Key) -> Router {
        match self {
            Self::Bare => Router::new().route("/me", get(async || SUBJECT.to_owned())),
            Self::Fastjwt => fastjwt(key, 0),
            Self::FastjwtCaching => fastjwt(key, 2 * MANY),
            Self::Map => map(key),
            Self::Jsonwebtoken => by_hand(key),
            Self::AxumJwtAuth => {
                let decoder: Decoder<Flat> = Arc::new(axum_jwt_auth_decoder(key));
                let me = async |user: axum_jwt_auth::Claims<Flat>| user.claims.sub;
                Router::new().route("/me", get(me)).with_state(decoder)
            }
        }
    }
}

/// As its README shows it; with a cache for so many tokens, if there is any.
fn fastjwt(key: &Key, cached: usize) -> Router {
    #[access_token_required]
    async fn me(payload: TokenPayload<Extra>) -> String {
        payload.sub.clone()
    }

    let builder = FastJwt::builder().key(key.ours.clone()).issuer(ISSUER).audience([AUDIENCE]);
    let jwt = builder.token_cache_entries(cached).build().expect("a good configuration");
    Router::new().route("/me", get(me)).with_state(jwt)
}

/// The text behind `Bearer`.
fn bearer(parts: &Parts) -> Result<&str, StatusCode> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    header.and_then(|header| header.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)
}

/// Behind the floor of a cache.
fn map(key: &Key) -> Router {
    #[derive(Clone)]
    struct Rules(Arc<Map>);

    struct User(Arc<Flat>);

    impl FromRequestParts<Rules> for User {
        type Rejection = StatusCode;

        async fn from_request_parts(parts: &mut Parts, rules: &Rules) -> Result<Self, StatusCode> {
            rules.0.verify(bearer(parts)?).map(Self).ok_or(StatusCode::UNAUTHORIZED)
        }
    }

    let me = async |User(claims): User| claims.sub.clone();
    Router::new().route("/me", get(me)).with_state(Rules(Arc::new(Map::new(key, 2 * MANY))))
}

/// As who takes care writes it: the key and the rules are prepared once, and a request clones nothing but an `Arc`.
fn by_hand(key: &Key) -> Router {
    #[derive(Clone)]
    struct Rules(Arc<(DecodingKey, Validation)>);

    struct User(Flat);

    impl FromRequestParts<Rules> for User {
        type Rejection = StatusCode;

        async fn from_request_parts(parts: &mut Parts, rules: &Rules) -> Result<Self, StatusCode> {
            let token = bearer(parts)?;
            let (key, validation) = &*rules.0;
            decode::<Flat>(token, key, validation).map(|data| Self(data.claims)).map_err(|_| StatusCode::UNAUTHORIZED)
        }
    }

    let (algorithm, decoding) = match key.algorithm {
        Algorithm::HS256 => (jsonwebtoken::Algorithm::HS256, DecodingKey::from_secret(&key.private)),
        Algorithm::ES256 => (jsonwebtoken::Algorithm::ES256, DecodingKey::from_ec_der(&key.public)),
        other => unreachable!("{other} is not measured over HTTP"),
    };
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.validate_nbf = true;
    let me = async |User(claims): User| claims.sub;
    Router::new().route("/me", get(me)).with_state(Rules(Arc::new((decoding, validation))))
}
