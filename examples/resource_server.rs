//! Lets in whoever has a token of `issuer`: it has no key, and shares nothing with the issuer but its address.

use std::{env, error::Error, time::Duration};

use axum::{Router, routing::get};
use fastjwt::{FastJwt, TokenPayload, TrustedIssuer, access_token_required};

#[access_token_required]
async fn profile(payload: TokenPayload) -> String {
    format!("this is {}\n", payload.sub)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = env::var("ISSUER").unwrap_or_else(|_| "http://127.0.0.1:8000".into());
    let trusted = TrustedIssuer::jwks(&issuer, format!("{issuer}/.well-known/jwks.json"))
        .audience(["https://api.example.com"])
        // Both for this example: the issuer is on this machine, and changes its keys every few seconds.
        .http_on_loopback()
        .cooldown(Duration::from_secs(1));
    let jwt = FastJwt::builder().trusted_issuer(trusted).build()?;

    let port = env::var("PORT").unwrap_or_else(|_| "8001".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("listening on {url}");
    println!("try: TOKEN=$(curl -s -X POST {issuer}/token | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')");
    println!("     curl -i -H \"Authorization: Bearer $TOKEN\" {url}/profile");
    Ok(axum::serve(listener, Router::new().route("/profile", get(profile)).with_state(jwt)).await?)
}
