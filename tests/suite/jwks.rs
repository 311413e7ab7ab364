//! The key set that others verify with: what is in it at each moment, what never is (R-21, R-84), and how it is cached.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Method, Request, StatusCode, header::IF_NONE_MATCH},
    routing::get,
};
use fastjwt::{Algorithm, Clock as _, FastJwt, KeyState, NoClaims, Realm, VerifyingKey, testing::StillClock};
use jsonwebtoken::jwk::JwkSet;
use serde_json::Value;

use crate::{
    ring::named,
    signers::{LONG_SECRET, jwk, signing_key},
    support::{Answer, NOW, SECRET, at, send, shows},
};

fn app(jwt: &FastJwt) -> Router {
    Router::new().route("/jwks", get(jwt.jwks()))
}

async fn ask(app: &Router, method: Method, known: &[&[u8]]) -> Answer {
    let mut request = Request::builder().method(method).uri("/jwks");
    for value in known {
        request = request.header(IF_NONE_MATCH, HeaderValue::from_bytes(value).unwrap());
    }
    send(app, request.body(Body::empty()).unwrap()).await
}

async fn served(jwt: &FastJwt) -> Vec<Value> {
    let answer = ask(&app(jwt), Method::GET, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let set: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(set.as_object().unwrap().len(), 1);
    set["keys"].as_array().unwrap().clone()
}

async fn ids(jwt: &FastJwt) -> Vec<String> {
    served(jwt).await.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// A ring with a key of every algorithm, each as next, active or passive.
fn every_key() -> FastJwt {
    let mut builder = FastJwt::builder().key(named(Algorithm::HS256, "active")).clock(|| at(NOW));
    for algorithm in Algorithm::ALL {
        let key = signing_key(*algorithm);
        let passive = key.clone().with_id(format!("passive {algorithm}")).unwrap().verifying_key().clone();
        builder = builder.next_key(key.with_id(algorithm.as_str()).unwrap()).passive_key(passive, at(NOW + 60));
    }
    builder.build().unwrap()
}

#[tokio::test]
async fn r_21_no_private_and_no_symmetric_member_is_served_of_any_key() {
    let jwt = every_key();
    let answer = ask(&app(&jwt), Method::GET, &[]).await;
    let keys = served(&jwt).await;
    // The nine algorithms with a public key, twice.
    assert_eq!(keys.len(), 18);
    for key in &keys {
        let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        let numbers: &[&str] = match key["kty"].as_str().unwrap() {
            "EC" => &["crv", "kty", "x", "y"],
            "OKP" => &["crv", "kty", "x"],
            "RSA" => &["e", "kty", "n"],
            other => panic!("{other}"),
        };
        let mut expected: Vec<&str> = [numbers, &["alg", "kid", "use"]].concat();
        expected.sort_unstable();
        let mut sorted = members.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, expected);
        assert_eq!(key["use"], "sig");
    }
    for algorithm in Algorithm::ALL {
        for member in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(!answer.body.contains(&format!("\"{member}\"")), "{member}");
            if let Some(text) = jwk(*algorithm)[member].as_str() {
                assert!(!answer.body.contains(text), "{algorithm}: {member}");
            }
        }
    }
    assert!(!answer.body.contains("oct") && !answer.body.contains("HS") && !shows(&answer.body, LONG_SECRET));
    let text = format!("{answer:?}");
    assert!(!shows(&text, LONG_SECRET), "{text}");
}

#[tokio::test]
async fn r_21_a_ring_of_secrets_serves_an_empty_set() {
    let jwt = FastJwt::builder().secret(SECRET).clock(|| at(NOW)).build().unwrap();
    let answer = ask(&app(&jwt), Method::GET, &[]).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, r#"{"keys":[]}"#));
}

/// Another library's eyes, and ours: each key is read as the one that it is, and verifies what its other half signs.
#[tokio::test]
async fn r_15_r_84_every_served_key_is_read_and_verifies() {
    let jwt = every_key();
    let body = ask(&app(&jwt), Method::GET, &[]).await.body;
    let theirs: JwkSet = serde_json::from_str(&body).unwrap();
    assert_eq!(theirs.keys.len(), 18);
    for key in served(&jwt).await {
        let (alg, kid) = (key["alg"].as_str().unwrap(), key["kid"].as_str().unwrap());
        let algorithm: Algorithm = alg.parse().unwrap();
        let ours = VerifyingKey::from_jwk(algorithm, key.to_string()).unwrap();
        assert_eq!((ours.id(), ours.algorithm()), (kid, algorithm));
        // It says what it is for, so that nobody has to ask a token.
        for other in Algorithm::ALL.iter().filter(|other| **other != algorithm) {
            assert!(VerifyingKey::from_jwk(*other, key.to_string()).is_err(), "{kid} as {other}");
        }
        let issuer = FastJwt::builder().key(signing_key(algorithm).with_id(kid).unwrap()).clock(|| at(NOW)).build();
        let token = issuer.unwrap().create_access_token("u").sign().unwrap();
        let verifier = FastJwt::builder().verifying_key(ours).clock(|| at(NOW)).build().unwrap();
        assert!(verifier.verify_access_token::<NoClaims>(token.as_str()).is_ok(), "{kid}");

        let theirs = theirs.find(kid).unwrap();
        assert_eq!(theirs.common.key_algorithm.map(|algorithm| algorithm.to_string()).as_deref(), Some(alg));
        let mut rules = jsonwebtoken::Validation::new(alg.parse().unwrap());
        rules.validate_exp = false;
        let decoding = jsonwebtoken::DecodingKey::from_jwk(theirs).unwrap();
        let decoded = jsonwebtoken::decode::<Value>(token.as_str(), &decoding, &rules).unwrap();
        assert_eq!(decoded.claims["sub"], "u", "{kid}");
    }
}

#[tokio::test]
async fn r_84_the_set_follows_every_step_of_a_rotation() {
    let clock = StillClock::default();
    let jwt = FastJwt::builder()
        .key(named(Algorithm::ES256, "a"))
        .clock(clock.clone())
        .max_token_lifetime(Duration::from_secs(3600))
        .refresh_token_expires_in(Duration::from_secs(3600))
        .build()
        .unwrap();
    let app = app(&jwt);
    let keys = jwt.keys();
    let mut tags = vec![];
    let mut tag = async || {
        let tag = ask(&app, Method::GET, &[]).await.header("etag").unwrap().to_owned();
        assert!(!tags.contains(&tag), "{tag}");
        tags.push(tag);
    };
    assert_eq!(ids(&jwt).await, ["a"]);
    tag().await;
    keys.publish(named(Algorithm::EdDSA, "b")).unwrap();
    assert_eq!(ids(&jwt).await, ["a", "b"]);
    tag().await;
    // A secret comes and goes unseen.
    keys.publish(named(Algorithm::HS256, "secret")).unwrap();
    assert_eq!(ids(&jwt).await, ["a", "b"]);
    clock.advance(Duration::from_secs(630));
    keys.activate("b").unwrap();
    // Whoever verifies does not care which of them signs.
    assert_eq!(ids(&jwt).await, ["a", "b"]);
    let end = keys.list()[0].until.unwrap();
    clock.set(end - Duration::from_nanos(1));
    assert_eq!(ids(&jwt).await, ["a", "b"]);
    // Its end needs no change of the ring.
    clock.set(end);
    assert_eq!(ids(&jwt).await, ["b"]);
    tag().await;
    keys.add_passive(named(Algorithm::ES384, "c").verifying_key().clone(), clock.now() + Duration::from_secs(1))
        .unwrap();
    assert_eq!(ids(&jwt).await, ["b", "c"]);
    tag().await;
    keys.remove("b").unwrap();
    assert_eq!(ids(&jwt).await, ["c"]);
    tag().await;
    keys.activate_unpublished(named(Algorithm::ES256, "d")).unwrap();
    assert_eq!(ids(&jwt).await, ["c", "d"]);
    tag().await;
    assert!(keys.list().iter().any(|key| key.id == "secret" && key.state == KeyState::Next));
}

#[tokio::test]
async fn the_answer_says_what_it_is_and_how_long_it_may_be_kept() {
    for (max_age, seconds) in [(600_000, 600), (0, 0), (1999, 1), (86_400_000, 86_400)] {
        let jwt = FastJwt::builder().key(named(Algorithm::ES256, "a")).jwks_max_age(Duration::from_millis(max_age));
        let answer = ask(&app(&jwt.build().unwrap()), Method::GET, &[]).await;
        assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
        assert_eq!(answer.header("cache-control"), Some(format!("public, max-age={seconds}").as_str()));
        let tag = answer.header("etag").unwrap();
        let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap();
        assert!(inner.len() == 43 && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}

#[tokio::test]
async fn a_client_that_has_this_set_is_told_so() {
    let jwt = FastJwt::builder().key(named(Algorithm::ES256, "a")).build().unwrap();
    let app = app(&jwt);
    let whole = ask(&app, Method::GET, &[]).await;
    let tag = whole.header("etag").unwrap().to_owned();
    let weak = format!("W/{tag}");
    let listed = |before: &str, after: &str| format!("{before}{tag}{after}").into_bytes();
    let known: Vec<Vec<Vec<u8>>> = vec![
        vec![tag.clone().into()],
        vec![weak.clone().into()],
        vec![b"*".to_vec()],
        vec![listed("\"x\", ", "")],
        vec![listed("", ",\"x\"")],
        vec![listed("\"x\",W/\"y\" ,\t", " , \"z\"")],
        vec![listed(" ", " ")],
        vec![listed(",,", ",")],
        // Several lines are one list; one that is no text does not hide another.
        vec![b"\"x\"".to_vec(), tag.clone().into()],
        vec![weak.into(), b"\"x\"".to_vec()],
        vec![b"\"\xFF\"".to_vec(), tag.clone().into()],
    ];
    for values in known {
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let answer = ask(&app, Method::GET, &values).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{values:?}");
        for name in ["etag", "cache-control"] {
            assert_eq!(answer.header(name), whole.header(name));
        }
        assert_eq!(answer.header("content-type"), None);
        assert_eq!(ask(&app, Method::HEAD, &values).await.status, StatusCode::NOT_MODIFIED);
    }

    let bare = tag.trim_matches('"');
    let unknown: Vec<Vec<u8>> = vec![
        vec![],
        b"\"\"".to_vec(),
        bare.into(),
        format!("\"{bare}").into(),
        format!("{bare}\"").into(),
        format!("'{bare}'").into(),
        format!("w/{tag}").into(),
        format!("W/W/{tag}").into(),
        format!("W/ {tag}").into(),
        format!("\"{bare}x\"").into(),
        tag.to_lowercase().into(),
        format!("\"x\" {tag}").into(),
        format!("{tag};{tag}").into(),
        b"**".to_vec(),
        b"\"*\"".to_vec(),
        b"\"\xFF\"".to_vec(),
        b",".repeat(5000),
        b"\"".repeat(5000),
    ];
    for value in unknown {
        let answer = ask(&app, Method::GET, &[&value]).await;
        assert_eq!((answer.status, &answer.body), (StatusCode::OK, &whole.body), "{value:?}");
    }
    // A set that has changed is sent.
    jwt.keys().publish(named(Algorithm::ES256, "b")).unwrap();
    assert_eq!(ask(&app, Method::GET, &[tag.as_bytes()]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn head_has_the_headers_and_no_body_and_other_methods_are_not_there() {
    let app = app(&FastJwt::builder().key(named(Algorithm::ES256, "a")).build().unwrap());
    let (whole, head) = (ask(&app, Method::GET, &[]).await, ask(&app, Method::HEAD, &[]).await);
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(head.headers, whole.headers);
    assert_eq!(head.header("content-length"), Some(whole.body.len().to_string().as_str()));
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        assert_eq!(ask(&app, method, &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

/// It needs nothing of the router's state, and a realm serves its own keys.
#[tokio::test]
async fn every_realm_serves_its_own_set_in_any_router() {
    let users = FastJwt::builder().key(named(Algorithm::ES256, "users")).build().unwrap();
    let staff = FastJwt::<Staff>::realm_builder().key(named(Algorithm::ES256, "staff")).build().unwrap();
    let app = Router::new()
        .route("/users", get(users.jwks()))
        .route("/staff", get(staff.jwks().clone()))
        .with_state("some other state");
    for id in ["users", "staff"] {
        let body = crate::support::get(&app, &format!("/{id}"), None).await.body;
        assert!(body.contains(&format!(r#""kid":"{id}""#)) && body.matches("kid").count() == 1, "{body}");
    }
    assert!(!shows(&format!("{:?}", staff.jwks()), SECRET));
}
