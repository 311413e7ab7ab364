//! Logins that can be listed and ended, on every machine: refresh tokens that work once, and sessions in a store of your choice.

use std::{
    env::{self, VarError},
    error::Error,
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    http::{HeaderMap, header::USER_AGENT},
    routing::get,
};
use fastjwt::{
    Algorithm, Config, FastJwt, Locations, Login, SigningKey, TokenPayload, WrongCredentials, access_token_required,
    session::{MemoryStore, PostgresStore, RedisStore, SessionStore, SqliteStore},
};
use redis::{
    IntoConnectionInfo as _,
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;

type AnyError = Box<dyn Error + Send + Sync>;

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

/// Says who it is; the route opens the session and answers with its tokens.
async fn log_in(headers: HeaderMap, Json(given): Json<Credentials>) -> Result<Login, WrongCredentials> {
    // Yours looks the user up and verifies a hash of the password (Argon2id).
    if (given.username.as_str(), given.password.as_str()) != ("test", "test") {
        return Err(WrongCredentials);
    }
    let device = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("unknown");
    Ok(Login::new(given.username).device(device))
}

#[access_token_required]
async fn me(payload: TokenPayload) -> Json<Value> {
    Json(json!({ "username": payload.sub, "session": payload.sid, "fresh": payload.fresh }))
}

/// How long Redis may be silent.
const SILENCE: Duration = Duration::from_secs(5);

/// Where sessions are kept, by `STORE`.
async fn open_store(store: &str) -> Result<Arc<dyn SessionStore>, AnyError> {
    // The text may hold a password: an error must not repeat it.
    if store == "memory" {
        Ok(Arc::new(MemoryStore::default()))
    } else if let Some(file) = store.strip_prefix("sqlite:").filter(|file| !file.is_empty()) {
        Ok(Arc::new(SqliteStore::open(file).await?))
    } else if store.starts_with("redis://") {
        // A server that has ended is reached anew once it is back, and one that fell silent after five seconds.
        let keepalive = TcpKeepalive::new().with_time(SILENCE).with_interval(Duration::from_secs(1));
        let settings = TcpSettings::default().set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let settings = settings.set_user_timeout(SILENCE);
        let address = store.into_connection_info()?.set_tcp_settings(settings);
        let connection = redis::Client::open(address)?.get_connection_manager().await?;
        Ok(Arc::new(RedisStore::connect(connection).await?))
    } else if store.starts_with("postgres://") {
        let store = PostgresStore::new(PgPoolOptions::new().max_connections(16).connect(store).await?);
        store.migrate().await?;
        Ok(Arc::new(store))
    } else {
        Err("STORE must be memory, sqlite:FILE, redis://... or postgres://...".into())
    }
}

fn variable(name: &str, default: &str) -> Result<String, AnyError> {
    match env::var(name) {
        Ok(value) => Ok(value),
        Err(VarError::NotPresent) => Ok(default.to_owned()),
        Err(error) => Err(format!("{name}: {error}").into()),
    }
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let store = variable("STORE", "memory")?;
    let grace = variable("GRACE", "10")?;
    let Some(grace) = grace.parse().ok().filter(|seconds| *seconds <= 60).map(Duration::from_secs) else {
        return Err(format!("GRACE must be a whole number of seconds, 0 to 60; it is `{grace}`").into());
    };
    let has_key = env::var_os("JWT_SECRET_KEY").is_some();

    // A key of the process's own if none is given: tokens then end when it does, and no other process takes them.
    let builder = if has_key {
        FastJwt::builder().config(Config::from_env())
    } else {
        FastJwt::builder().key(SigningKey::generate(Algorithm::HS256)?)
    };
    let jwt = builder
        .session_store(open_store(&store).await.map_err(|error| format!("the store of sessions: {error}"))?)
        .refresh_grace(grace)
        .refresh_locations(Locations::HEADERS | Locations::JSON)
        .build()?;
    let app = Router::new()
        .route("/login", jwt.login_route(log_in))
        .route("/refresh", jwt.refresh_route())
        .route("/me", get(me))
        .route("/sessions", jwt.sessions_route())
        .route("/sessions/{id}", jwt.session_route())
        .route("/logout", jwt.logout_route())
        .route("/logout-everywhere", jwt.logout_everywhere_route());

    let port = variable("PORT", "8000")?;
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("listening on {url}");
    if !has_key {
        println!("JWT_SECRET_KEY is not set: the key is random, and tokens end with this process");
    }
    println!("sessions are kept in: {}", store.split(':').next().unwrap_or_default());
    let json = "-H 'Content-Type: application/json'";
    let find = |name: &str| format!(r#"sed 's/.*"{name}":"\([^"]*\)".*/\1/'"#);
    println!(r#"try: TOKENS=$(curl -s {json} -d '{{"username":"test","password":"test"}}' {url}/login)"#);
    println!(
        r#"     TOKENS=$(curl -s {json} -d "{{\"refresh_token\":\"$(echo "$TOKENS" | {})\"}}" {url}/refresh)"#,
        find("refresh_token")
    );
    println!(r#"     ACCESS=$(echo "$TOKENS" | {})"#, find("access_token"));
    for (method, path) in [("GET", "me"), ("GET", "sessions"), ("POST", "logout"), ("GET", "me")] {
        println!(r#"     curl -i -X {method} -H "Authorization: Bearer $ACCESS" {url}/{path}"#);
    }
    Ok(axum::serve(listener, app.with_state(jwt)).await?)
}
