//! A key that is taken out: its tokens fail at once at every door, and nobody else notices; and the move from a secret to
//! a key pair.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::Response,
    routing::get,
};
use fastjwt::{
    Algorithm, Clock as _, ErrorKind, FastJwt, KeyState, NoClaims, Policy, RefreshPayload, SigningKey, TokenFault,
    TokenPayload, UsageFault, access_token_required, fresh_token_required, refresh_token_required, testing::StillClock,
};
use serde_json::Value;

use crate::{
    ring::{kid, named},
    support::{self, Answer, NOW, SECRET, at, get_bearer, shows},
};

#[access_token_required]
async fn guarded() -> &'static str {
    "in"
}

#[fresh_token_required]
async fn fresh() -> &'static str {
    "in"
}

#[access_token_required(optional)]
async fn optional(_: Option<TokenPayload>) -> &'static str {
    "in"
}

#[refresh_token_required]
async fn refresh() -> &'static str {
    "in"
}

async fn issue(axum::extract::State(jwt): axum::extract::State<FastJwt>) -> Result<String, fastjwt::Error> {
    Ok(jwt.create_access_token("u").sign()?.into_string())
}

const ACCESS_DOORS: [&str; 5] = ["/guarded", "/fresh", "/optional", "/extractor", "/layer"];
const REFRESH_DOORS: [&str; 3] = ["/refresh", "/refresh_extractor", "/refresh_layer"];

async fn send_get(app: &Router, path: &str) -> Answer {
    support::get(app, path, None).await
}

fn doors(jwt: &FastJwt) -> Router {
    Router::new()
        .route("/layer", get("in").route_layer(jwt.access_token_required()))
        .route("/refresh_layer", get("in").route_layer(jwt.require(Policy::refresh())))
        .route("/guarded", get(guarded))
        .route("/fresh", get(fresh))
        .route("/optional", get(optional))
        .route("/extractor", get(async |_: TokenPayload| "in"))
        .route("/refresh", get(refresh))
        .route("/refresh_extractor", get(async |_: RefreshPayload| "in"))
        .route("/issue", get(issue))
        .route("/jwks", get(jwt.jwks()))
        .with_state(jwt.clone())
}

async fn statuses(app: &Router, paths: &[&str], token: &str) -> Vec<(StatusCode, String)> {
    let mut answers = Vec::new();
    for path in paths {
        let answer = get_bearer(app, path, token).await;
        answers.push((answer.status, answer.code()));
    }
    answers
}

#[tokio::test]
async fn r_87_the_tokens_of_a_removed_key_fail_at_once_at_every_door() {
    let build = || FastJwt::builder().clock(|| at(NOW));
    for active in [true, false] {
        // The stolen key signs, or has been retired.
        let jwt = build().key(named(Algorithm::ES256, "stolen")).build().unwrap();
        let access = jwt.create_access_token("u").fresh().sign().unwrap().into_string();
        let refresh = jwt.create_refresh_token("u").sign().unwrap().into_string();
        if !active {
            jwt.keys().activate_unpublished(named(Algorithm::ES256, "new")).unwrap();
        }
        let app = doors(&jwt);
        let good = |count| vec![(StatusCode::OK, String::new()); count];
        let bad = |count| vec![(StatusCode::UNAUTHORIZED, "invalid_token".to_owned()); count];
        assert_eq!(statuses(&app, &ACCESS_DOORS, &access).await, good(5));
        assert_eq!(statuses(&app, &REFRESH_DOORS, &refresh).await, good(3));

        jwt.keys().remove("stolen").unwrap();
        assert_eq!(statuses(&app, &ACCESS_DOORS, &access).await, bad(5));
        assert_eq!(statuses(&app, &REFRESH_DOORS, &refresh).await, bad(3));
        let unknown = ErrorKind::from(TokenFault::UnknownKey);
        assert_eq!(*jwt.verify_access_token::<NoClaims>(&access).unwrap_err().kind(), unknown);
        assert_eq!(*jwt.verify_refresh_token::<NoClaims>(&refresh).unwrap_err().kind(), unknown);
        assert_eq!(*jwt.authenticate::<NoClaims>(&access, &Policy::access()).await.unwrap_err().kind(), unknown);
        assert!(!send_get(&app, "/jwks").await.body.contains("stolen"));

        // Without a key that signs nothing is issued; a new one mends that.
        let answer = send_get(&app, "/issue").await;
        if active {
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
            let error = jwt.create_access_token("u").sign().unwrap_err();
            assert_eq!(*error.kind(), UsageFault::NoSigningKey.into());
            assert!(jwt.keys().list().is_empty());
            jwt.keys().activate_unpublished(named(Algorithm::EdDSA, "new")).unwrap();
        }
        let token = send_get(&app, "/issue").await.body;
        assert_eq!(kid(&token), "new");
        assert_eq!(get_bearer(&app, "/guarded", &token).await.status, StatusCode::OK);
        assert_eq!(statuses(&app, &ACCESS_DOORS, &access).await, bad(5));
    }
}

/// What the first door of a request has verified stays verified for that request, and for no other.
#[tokio::test]
async fn r_87_a_removal_reaches_the_next_request() {
    let jwt = FastJwt::builder().key(named(Algorithm::ES256, "stolen")).clock(|| at(NOW)).build().unwrap();
    let token = jwt.create_access_token("u").sign().unwrap().into_string();
    let keys = Arc::new(jwt.keys());
    let remove = move |request: Request, next: Next| {
        let keys = Arc::clone(&keys);
        async move {
            let _ = keys.remove("stolen");
            next.run(request).await as Response
        }
    };
    let app = Router::new()
        .route("/", get(guarded))
        .layer(from_fn(remove))
        .layer(jwt.access_token_required())
        .with_state(jwt.clone());
    assert_eq!(get_bearer(&app, "/", &token).await.status, StatusCode::OK);
    assert_eq!(get_bearer(&app, "/", &token).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn r_87_activating_a_waiting_key_at_once_keeps_the_old_one_verifying() {
    let (old, waiting) = (named(Algorithm::ES256, "old"), named(Algorithm::EdDSA, "waiting"));
    let jwt = FastJwt::builder().key(old).next_key(waiting.clone()).clock(|| at(NOW)).build().unwrap();
    let before = jwt.create_access_token("u").sign().unwrap();
    assert!(jwt.keys().activate("waiting").is_err());
    jwt.keys().activate_unpublished(waiting).unwrap();
    let after = jwt.create_access_token("u").sign().unwrap();
    assert_eq!((kid(before.as_str()), kid(after.as_str())), ("old".to_owned(), "waiting".to_owned()));
    for token in [before, after] {
        assert!(jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok());
    }
    let states: Vec<_> = jwt.keys().list().into_iter().map(|key| (key.id, key.state)).collect();
    assert_eq!(states, [("old".to_owned(), KeyState::Passive), ("waiting".to_owned(), KeyState::Active)]);
}

/// The documented path: the secret goes on signing while the public key is fetched, and verifies until its last token has ended.
#[tokio::test]
async fn r_84_r_86_from_a_secret_to_a_key_pair_without_a_token_refused() {
    let clock = StillClock::default();
    let life = Duration::from_secs(3600);
    let configured = |builder: fastjwt::Builder| {
        builder.clock(clock.clone()).max_token_lifetime(life).refresh_token_expires_in(life).build().unwrap()
    };
    let jwt = configured(FastJwt::builder().secret(SECRET).next_key(named(Algorithm::ES256, "pair")));
    let app = doors(&jwt);
    let served = async || {
        let body = send_get(&app, "/jwks").await.body;
        assert!(!body.contains("oct") && !body.contains("\"k\"") && !shows(&body, SECRET), "{body}");
        let set: Value = serde_json::from_str(&body).unwrap();
        set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let issue = || jwt.create_access_token("u").expires_in(life).sign().unwrap().into_string();
    let secret = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap().id().to_owned();

    // Before: the secret signs, the public key is served.
    let mut tokens = vec![issue()];
    assert_eq!(served().await, ["pair"]);
    assert!(jwt.keys().activate("pair").is_err());
    clock.advance(Duration::from_secs(630));
    tokens.push(issue());
    jwt.keys().activate("pair").unwrap();
    tokens.push(issue());
    assert_eq!(tokens.iter().map(|token| kid(token)).collect::<Vec<_>>(), [secret.as_str(), &secret, "pair"]);
    // A verifier that knows nothing but the served key verifies what is issued now.
    let set: Value = serde_json::from_str(&send_get(&app, "/jwks").await.body).unwrap();
    let public = fastjwt::VerifyingKey::from_jwk(Algorithm::ES256, set["keys"][0].to_string()).unwrap();
    let verifier = FastJwt::builder().verifying_key(public).clock(clock.clone()).build().unwrap();
    assert!(verifier.verify_access_token::<NoClaims>(&tokens[2]).is_ok());
    assert!(verifier.verify_access_token::<NoClaims>(&tokens[1]).is_err());

    // After: each token until its own end, and no longer.
    for step in [0, 1, 2979, 1, 629, 1, 10, 600, 3600] {
        clock.advance(Duration::from_secs(step));
        for token in &tokens {
            let claims: Value = serde_json::from_str(&support::segment_text(token, 1)).unwrap();
            let is_valid = clock.now() < at(claims["exp"].as_u64().unwrap() + 10);
            let expected = if is_valid { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            assert_eq!(get_bearer(&app, "/guarded", token).await.status, expected);
        }
        assert_eq!(served().await, ["pair"]);
    }
    assert_eq!(jwt.keys().list().len(), 1);
}
