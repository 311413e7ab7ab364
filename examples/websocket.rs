//! A WebSocket that is open as long as the token that opened it is valid: ten seconds.

use std::{env, error::Error, time::Duration};

use axum::{
    Router,
    extract::{State, ws::WebSocketUpgrade},
    response::{Html, Response},
    routing::{any, get},
};
use fastjwt::{
    Algorithm, Builder, ExpiringSocket, FastJwt, Locations, SigningKey, TokenPayload, TokenResponse,
    access_token_required,
};

async fn token(State(jwt): State<FastJwt>) -> Result<TokenResponse, fastjwt::Error> {
    Ok(TokenResponse::new(jwt.create_access_token("USER_ID").sign()?))
}

/// Nobody gets a WebSocket without a token, and nobody keeps one for longer than the token lasts.
#[access_token_required]
async fn live(payload: TokenPayload, upgrade: WebSocketUpgrade) -> Response {
    // A browser sends the token behind this protocol's name, and wants one of the protocols that it offered in the answer.
    upgrade.protocols(["fastjwt"]).on_upgrade(async move |socket| {
        let mut socket = ExpiringSocket::new(socket, &payload);
        loop {
            let left = payload.time_until_expiry().as_secs_f64().ceil();
            let message = format!("{left} seconds left for {}\n", payload.sub);
            if socket.send(message.into()).await.is_err() {
                println!("the WebSocket of {} is closed", payload.sub);
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
}

const PAGE: &str = r#"<!doctype html>
<html lang="en"><meta charset="utf-8"><title>A WebSocket that ends with its token</title>
<pre></pre>
<script type="module">
  const log = (text) => document.querySelector("pre").append(text);
  const { access_token } = await (await fetch("/token")).json();
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/live", ["fastjwt", access_token]);
  socket.onmessage = ({ data }) => log(data);
  socket.onclose = ({ code, reason }) => log(`closed: ${code} ${reason}\n`);
</script>
</html>"#;

pub fn configuration() -> Builder {
    FastJwt::builder()
        .locations(Locations::HEADERS | Locations::WEBSOCKET)
        // So short that the end can be watched; leave the defaults in place in a service.
        .access_token_expires_in(Duration::from_secs(10))
        .leeway(Duration::ZERO)
}

pub fn app(jwt: FastJwt) -> Router {
    Router::new()
        .route("/", get(Html(PAGE)))
        .route("/token", get(token))
        // WebSockets begin with GET, and over HTTP/2 with CONNECT.
        .route("/live", any(live))
        .with_state(jwt)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let jwt = configuration().key(SigningKey::generate(Algorithm::HS256)?).build()?;
    let port = env::var("PORT").unwrap_or_else(|_| "8000".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("listening on {url}");
    println!("open it in a browser, and watch; or here, where a byte or two before each message are its frame:");
    println!("try: TOKEN=$(curl -s {url}/token | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')");
    println!(
        "     curl -isN -H \"Authorization: Bearer $TOKEN\" -H 'Connection: upgrade' -H 'Upgrade: websocket' \
         -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' {url}/live"
    );
    println!("     curl -i {url}/live");
    Ok(axum::serve(listener, app(jwt)).await?)
}
