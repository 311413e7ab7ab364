//! A rotation between two services that share nothing but an address, in real time: no valid token is refused.

use std::time::{Duration, SystemTime};

use axum::{Router, routing::get};
use fastjwt::{Algorithm, FastJwt, KeyState, NoClaims, Policy, SigningKey, TrustedIssuer};
use tokio::net::TcpListener;

use crate::{issuer_server::ISSUER, support::cases};

const SECOND: Duration = Duration::from_secs(1);

fn new_key() -> SigningKey {
    SigningKey::generate(Algorithm::ES256).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "both services run by the system's clock here, as services do")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// When a token ends, as it says itself.
fn end(token: &str) -> SystemTime {
    let claims: serde_json::Value = serde_json::from_str(&crate::support::segment_text(token, 1)).unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(claims["exp"].as_u64().unwrap())
}

/// Every two seconds another key signs tokens that live for two, while a verifier may keep the set for one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r_86_no_valid_token_is_refused_while_keys_rotate_over_http() {
    let issuer = FastJwt::builder()
        .key(new_key())
        .next_key(new_key())
        .issuer(ISSUER)
        .jwks_max_age(SECOND)
        .jwks_cooldown(SECOND)
        .access_token_expires_in(2 * SECOND)
        .refresh_token_expires_in(2 * SECOND)
        .max_token_lifetime(2 * SECOND)
        .leeway(Duration::ZERO)
        .build()
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let app = Router::new().route("/keys", get(issuer.jwks()));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    // A slow machine must not make a fetch fail.
    let trusted = TrustedIssuer::jwks(ISSUER, url).http_on_loopback().cooldown(SECOND).timeout(30 * SECOND);
    let verifier = FastJwt::builder().trusted_issuer(trusted).build().unwrap();

    let end_of_test = now() + cases(7, 60) * SECOND;
    let tasks: Vec<_> = (0..32_u32)
        .map(|task| {
            let (issuer, verifier) = (issuer.clone(), verifier.clone());
            tokio::spawn(async move {
                let mut verified = 0_u64;
                for round in task.. {
                    if now() >= end_of_test {
                        break;
                    }
                    let token = issuer.create_access_token(task).sign().unwrap();
                    // Some are shown at once, some when they are older.
                    tokio::time::sleep(Duration::from_millis(u64::from(round % 4) * 300)).await;
                    match verifier.authenticate::<NoClaims>(token.as_str(), &Policy::access()).await {
                        Ok(_) => verified += 1,
                        // It may have ended while this thread waited for its turn, and then it is not valid.
                        Err(error) => assert!(end(token.as_str()) <= now(), "{error}"),
                    }
                }
                verified
            })
        })
        .collect();

    let mut signed_with = Vec::new();
    while now() < end_of_test {
        tokio::time::sleep(2 * SECOND).await;
        let keys = issuer.keys();
        let next = keys.list().into_iter().find(|key| key.state == KeyState::Next).unwrap();
        keys.activate(&next.id).unwrap();
        keys.publish(new_key()).unwrap();
        signed_with.push(next.id);
    }
    let mut verified = 0;
    for task in tasks {
        verified += task.await.unwrap();
    }
    assert!(verified >= 32 && signed_with.len() >= 3, "{verified} tokens, {} rotations", signed_with.len());
}
