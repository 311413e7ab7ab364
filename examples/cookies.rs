//! A notes application for the browser: logged in with HttpOnly cookies, which no script can read and no other site can use.

use std::{
    collections::HashMap,
    env::{self, VarError},
    error::Error,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{FromRef, State, ws::WebSocketUpgrade},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use fastjwt::{
    Algorithm, Builder, ExpiringSocket, FastJwt, Locations, SameOrigin, SetCookies, SigningKey, TokenPayload,
    access_token_required, refresh_token_required,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::broadcast};

const LONGEST_NOTE: usize = 500;

#[derive(Clone, FromRef)]
struct App {
    jwt: FastJwt,
    notes: Arc<Mutex<HashMap<String, Vec<Note>>>>,
    /// Names the user whose notes have changed.
    changes: broadcast::Sender<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Note {
    text: String,
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

// --- The session ------------------------------------------------------------------------------------------------------

/// No token can demand a CSRF proof yet, so that `SameOrigin` comes first: another site's page must not log its visitor in as
/// somebody else.
async fn login(
    _: SameOrigin,
    State(jwt): State<FastJwt>,
    Json(given): Json<Credentials>,
) -> Result<Response, fastjwt::Error> {
    // Yours looks the user up and verifies a hash of the password (Argon2id).
    if (given.username.as_str(), given.password.as_str()) != ("test", "test") {
        return Ok(refusal(StatusCode::UNAUTHORIZED, "wrong_credentials", "The name or the password is wrong"));
    }
    let access = jwt.create_access_token(&given.username).fresh().sign()?;
    // One CSRF value for the whole session, or a refresh in one tab would break the others.
    let refresh = jwt.create_refresh_token(&given.username).csrf(access.csrf()).sign()?;
    let cookies = (jwt.access_cookies(&access)?, jwt.refresh_cookies(&refresh)?);
    Ok((cookies, Json(json!({ "username": given.username }))).into_response())
}

/// Access tokens end after a quarter of an hour; the page comes here for the next one.
#[refresh_token_required]
async fn refresh(
    State(jwt): State<FastJwt>,
    payload: TokenPayload,
) -> Result<(SetCookies, StatusCode), fastjwt::Error> {
    let access = jwt.create_access_token(&payload.sub).csrf(payload.csrf.as_deref()).sign()?;
    Ok((jwt.access_cookies(&access)?, StatusCode::NO_CONTENT))
}

/// Works when the tokens have ended, too; `SameOrigin` keeps other sites from logging the user out.
async fn logout(_: SameOrigin, State(jwt): State<FastJwt>) -> (SetCookies, StatusCode) {
    (jwt.unset_cookies(), StatusCode::NO_CONTENT)
}

#[access_token_required]
async fn me(payload: TokenPayload) -> Json<Value> {
    Json(json!({ "username": payload.sub }))
}

// --- The notes --------------------------------------------------------------------------------------------------------

#[access_token_required]
async fn read_notes(payload: TokenPayload, State(app): State<App>) -> Json<Vec<Note>> {
    Json(app.notes.lock().unwrap().get(&payload.sub).cloned().unwrap_or_default())
}

/// It changes something, so that the attribute also demands the CSRF proof: the header `X-CSRF-TOKEN`.
#[access_token_required]
async fn add_note(payload: TokenPayload, State(app): State<App>, Json(note): Json<Note>) -> Response {
    let text = note.text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_NOTE {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "bad_note", "A note has 1 to 500 characters");
    }
    let note = Note { text: text.to_owned() };
    app.notes.lock().unwrap().entry(payload.sub.clone()).or_default().push(note.clone());
    // It fails if nobody listens, which is no failure.
    let _ = app.changes.send(payload.sub.clone());
    (StatusCode::CREATED, Json(note)).into_response()
}

/// Tells the user's pages when there is something new. A page of another site could open a WebSocket with the user's cookies
/// and read it, so that the proof is demanded here, too; it comes behind `fastjwt-csrf` in the list of protocols.
#[access_token_required]
async fn live(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    let changes = app.changes.subscribe();
    upgrade.protocols(["fastjwt-csrf"]).on_upgrade(async move |socket| {
        // It was opened with a token, and ends with it; the page then opens another.
        announce(ExpiringSocket::new(socket, &payload), &payload.sub, changes).await;
    })
}

async fn announce(mut socket: ExpiringSocket, user: &str, mut changes: broadcast::Receiver<String>) {
    loop {
        tokio::select! {
            message = socket.recv() => if !matches!(message, Some(Ok(_))) { return },
            change = changes.recv() => match change {
                Ok(other) if other != user => {}
                // Having missed some is a change, too.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                    if socket.send("changed".into()).await.is_err() { return }
                }
                Err(broadcast::error::RecvError::Closed) => return,
            },
        }
    }
}

// --- The application --------------------------------------------------------------------------------------------------

/// Cookies are the one place where tokens travel. All else is the default: `__Host-` names, `Secure`, `HttpOnly`,
/// `SameSite=Lax`. Browsers take such cookies over plain http from this very machine only; everywhere else it has to be https.
pub fn configuration() -> Builder {
    FastJwt::builder().locations(Locations::COOKIES)
}

pub fn app(jwt: FastJwt) -> Router {
    let page = Html(include_str!("cookies/index.html"));
    let script = ([(header::CONTENT_TYPE, "text/javascript")], include_str!("cookies/page.js"));
    let style = ([(header::CONTENT_TYPE, "text/css")], include_str!("cookies/page.css"));
    Router::new()
        .route("/", get(page))
        .route("/page.js", get(script))
        .route("/page.css", get(style))
        .route("/login", post(login))
        .route("/refresh", post(refresh))
        .route("/logout", post(logout))
        .route("/me", get(me))
        .route("/notes", get(read_notes).post(add_note))
        .route("/live", get(live))
        .layer(middleware::map_response(harden))
        .with_state(App { jwt, notes: Arc::default(), changes: broadcast::Sender::new(64) })
}

/// What else keeps a page with a session safe: no foreign script, no frame around it, and nothing that stays in a cache.
async fn harden(mut response: Response) -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// In the shape of fastjwt's own, so that the page has one way to read them.
fn refusal(status: StatusCode, error: &str, message: &str) -> Response {
    (status, Json(json!({ "error": error, "message": message }))).into_response()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A key of the process's own if none is given: everyone is then logged out when it ends.
    let jwt = match env::var("JWT_SECRET_KEY") {
        Ok(secret) => configuration().secret(secret).build()?,
        Err(VarError::NotPresent) => configuration().key(SigningKey::generate(Algorithm::HS256)?).build()?,
        Err(error) => return Err(format!("JWT_SECRET_KEY: {error}").into()),
    };
    let port = env::var("PORT").unwrap_or_else(|_| "8000".into());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    println!("open it in a browser, and log in as test with the password test");
    Ok(axum::serve(listener, app(jwt)).await?)
}
