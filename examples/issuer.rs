//! Issues tokens and changes its key every few seconds; `resource_server` verifies them, and knows nothing but this server's address.

use std::{env, error::Error, time::Duration};

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use fastjwt::{Algorithm, Builder, FastJwt, SigningKey, TokenResponse};

/// So short that a rotation can be watched; leave the defaults in place in a service.
const MAX_AGE: Duration = Duration::from_secs(2);
const COOLDOWN: Duration = Duration::from_secs(1);
/// For how long a new key is published before it signs.
pub const PUBLICATION: Duration = MAX_AGE.saturating_add(COOLDOWN);
/// A key stays in the set for as long as a token of its may live, and five minutes: with the 30 days that are usual, keys that change
/// every three seconds would make it larger than a verifier reads. So there are some 120.
const LIFETIME: Duration = Duration::from_secs(60);

pub fn configuration() -> Builder {
    FastJwt::builder()
        .audience(["https://api.example.com"])
        .jwks_max_age(MAX_AGE)
        .jwks_cooldown(COOLDOWN)
        .access_token_expires_in(LIFETIME)
        .refresh_token_expires_in(LIFETIME)
        .max_token_lifetime(LIFETIME)
}

async fn token(State(jwt): State<FastJwt>) -> Result<TokenResponse, fastjwt::Error> {
    Ok(TokenResponse::new(jwt.create_access_token("USER_ID").sign()?))
}

/// A new key is published first, and signs once every verifier has had the time to fetch it.
async fn rotate(jwt: FastJwt) -> Result<(), Box<dyn Error + Send + Sync>> {
    loop {
        let key = SigningKey::generate(Algorithm::ES256)?;
        let id = key.id().to_owned();
        jwt.keys().publish(key)?;
        println!("published {id}");
        // A clock that is set back by a moment meanwhile would make it too early.
        tokio::time::sleep(PUBLICATION + Duration::from_millis(100)).await;
        jwt.keys().activate(&id)?;
        println!("signs with {id}");
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = env::var("PORT").unwrap_or_else(|_| "8000".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);

    let key = SigningKey::generate(Algorithm::ES256)?;
    let first = key.id().to_owned();
    let jwt = configuration().key(key).issuer(&url).build()?;
    println!("listening on {url}");
    println!("signs with {first}");
    let rotated = jwt.clone();
    tokio::spawn(async move {
        if let Err(error) = rotate(rotated).await {
            eprintln!("the rotation has ended: {error}");
        }
    });

    let app = Router::new().route("/token", post(token)).route("/.well-known/jwks.json", get(jwt.jwks()));
    Ok(axum::serve(listener, app.with_state(jwt)).await?)
}
