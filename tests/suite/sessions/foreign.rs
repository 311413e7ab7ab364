//! Tokens of trusted issuers: they can be revoked here, and have no sessions here.

use axum::Router;
use fastjwt::{Algorithm, FastJwt, Locations, Login, NoClaims, Policy, SigningKey, session::MemoryStore};
use serde_json::{Value, json};

use super::{Hands, app, builder, good, invalid, log_in, see, told, with_bearer};
use crate::{
    issuer_server::{ISSUER, Server, issuing_with, jwk_set},
    support::{NOW, ask},
    test_keys::{P256, Signer},
};

async fn trusting(hands: &Hands) -> (Server, FastJwt) {
    let issuer = issuing_with(SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap());
    let server = Server::serving(jwk_set(&[&issuer]).await).await;
    let jwt = builder(MemoryStore::default(), hands).trusted_issuer(server.issuer().untyped_tokens()).build().unwrap();
    (server, jwt)
}

fn token(changes: &Value) -> String {
    let mut claims = json!({ "iss": ISSUER, "sub": "USER_ID", "exp": NOW + 900, "iat": NOW, "sid": "theirs" });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Signer::Es256.forge(&json!({ "alg": "ES256", "kid": "a", "typ": "JWT" }), &claims)
}

#[tokio::test]
async fn r_80_a_foreign_token_is_revoked_by_its_issuer_and_id() {
    let hands = Hands::new();
    let (_server, jwt) = trusting(&hands).await;
    let app = app(&jwt);
    let (one, other) = (token(&json!({ "jti": "one" })), token(&json!({ "jti": "other" })));
    for token in [&one, &other] {
        assert_eq!(see(&app, "/me", token).await, good(), "its session is the issuer's matter");
    }
    let payload = jwt.authenticate::<NoClaims>(&one, &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    assert_eq!(see(&app, "/me", &one).await, invalid());
    assert_eq!(see(&app, "/me", &other).await, good());
    assert_eq!(told(&with_bearer(&app, "POST", "/logout", &other).await), (204, String::new()));
    assert_eq!(see(&app, "/me", &other).await, invalid());
    assert!(jwt.end_other_sessions(&payload).await.is_err(), "its session is not here");
}

#[tokio::test]
async fn a_login_over_a_foreign_token_ends_no_session_here() {
    let issuer = issuing_with(SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap());
    let server = Server::serving(jwk_set(&[&issuer]).await).await;
    let jwt = builder(MemoryStore::default(), &Hands::new()).locations(Locations::COOKIES);
    let jwt = jwt.trusted_issuer(server.issuer().untyped_tokens()).build().unwrap();
    let login = Router::new().route("/login", jwt.login_route(async || Login::new("USER_ID")));
    let pair = jwt.create_token_pair("USER_ID").open().await.unwrap();
    let copied = token(&json!({ "jti": "copied", "sid": pair.session_id() }));
    for (cookie, left) in [(copied.as_str(), 2), (pair.access().as_str(), 2)] {
        let cookie = format!("__Host-access_token={cookie}");
        assert_eq!(ask(&login, "POST", "/login", &[("cookie", &cookie)], "").await.status.as_u16(), 200);
        assert_eq!(jwt.sessions("USER_ID").await.unwrap().len(), left);
    }
    jwt.authenticate::<NoClaims>(&copied, &Policy::access()).await.expect("nor is the token revoked");
}

#[tokio::test]
async fn a_foreign_session_id_is_nobodys_here() {
    let hands = Hands::new();
    let (_server, jwt) = trusting(&hands).await;
    let app = app(&jwt);
    let pair = jwt.create_token_pair("USER_ID").open().await.unwrap();
    // Whoever may write any `sid` can neither end this service's session nor live in it.
    let copied = token(&json!({ "jti": "copied", "sid": pair.session_id() }));
    assert_eq!(told(&with_bearer(&app, "POST", "/logout", &copied).await), (204, String::new()));
    assert_eq!(see(&app, "/me", pair.access().as_str()).await, good());
    let nameless = token(&json!({}));
    assert_eq!(see(&app, "/me", &nameless).await, good());
    assert_eq!(with_bearer(&app, "POST", "/logout", &nameless).await.status.as_u16(), 500, "it can't be revoked");
    jwt.end_all_sessions("USER_ID").await.unwrap();
    assert_eq!(see(&app, "/me", &nameless).await, invalid(), "but cut off");
    log_in(&jwt, "USER_ID").await;
    assert_eq!(see(&app, "/me", &token(&json!({ "iat": NOW + 1 }))).await, good());
}
