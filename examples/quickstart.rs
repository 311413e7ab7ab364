//! Issues tokens with typed claims, and lets nobody into `/profile` and `/protected` without one.

use std::{
    env::{self, VarError},
    error::Error,
};

use axum::{Json, Router, extract::State, routing::get};
use fastjwt::{Algorithm, FastJwt, SigningKey, TokenPayload, TokenResponse, access_token_required, jwt_claims};
use serde_json::{Value, json};

#[jwt_claims]
struct Profile {
    foo: String,
    age: u8,
}

async fn token(State(jwt): State<FastJwt>) -> Result<TokenResponse, fastjwt::Error> {
    let claims = Profile { foo: "bar".into(), age: 22 };
    Ok(TokenResponse::new(jwt.create_access_token("USER_ID").claims(&claims).sign()?))
}

#[access_token_required]
async fn profile(payload: TokenPayload<Profile>) -> Json<Value> {
    Json(json!({ "id": payload.sub, "age": payload.age, "foo": payload.foo }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A key of the process's own if none is given: tokens then end when it does.
    let jwt = match env::var("JWT_SECRET_KEY") {
        Ok(_) => FastJwt::from_env()?,
        Err(VarError::NotPresent) => FastJwt::builder().key(SigningKey::generate(Algorithm::HS256)?).build()?,
        Err(error) => return Err(format!("JWT_SECRET_KEY: {error}").into()),
    };
    let guarded = get(async || "You have access to a protected endpoint").route_layer(jwt.access_token_required());
    let app = Router::new().route("/token", get(token)).route("/profile", get(profile)).route("/protected", guarded);

    let port = env::var("PORT").unwrap_or_else(|_| "8000".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("listening on {url}");
    if env::var_os("JWT_SECRET_KEY").is_none() {
        println!("JWT_SECRET_KEY is not set: the key is random, and tokens end with this process");
    }
    println!("try: TOKEN=$(curl -s {url}/token | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')");
    println!("     curl -i -H \"Authorization: Bearer $TOKEN\" {url}/profile");
    println!("     curl -i -H \"Authorization: Bearer $TOKEN\" {url}/protected");
    println!("     curl -i {url}/profile");
    Ok(axum::serve(listener, app.with_state(jwt)).await?)
}
