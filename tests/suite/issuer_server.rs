//! Other issuers for the tests: servers on loopback that answer as they are told, and verifiers that trust them.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::Request, routing::get};
use fastjwt::{Algorithm, Builder, FastJwt, NoClaims, Policy, SigningKey, TokenPayload, TrustedIssuer};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::support::{Answer, NOW, at, get_bearer, send};

pub const ISSUER: &str = "https://issuer.example";

/// One request to a server, still to be answered.
pub struct Visit {
    /// Its place among all requests to this server, from 1.
    pub number: usize,
    pub path: String,
    pub stream: TcpStream,
}

impl Visit {
    /// Answers with these bytes, and closes the connection.
    pub async fn raw(mut self, bytes: impl AsRef<[u8]>) {
        // The client may have gone already.
        drop(self.stream.write_all(bytes.as_ref()).await);
        drop(self.stream.shutdown().await);
    }

    pub async fn answer(self, status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{lines}\r\n", body.len());
        self.raw([head.as_bytes(), body].concat()).await;
    }

    pub async fn set(self, set: &Value) {
        self.answer(200, &[("content-type", "application/json")], set.to_string()).await;
    }

    /// Says nothing until the client goes.
    pub async fn hang(mut self) {
        let mut rest = [0; 64];
        while self.stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    }
}

/// A server on loopback; it ends with the test's runtime.
pub struct Server {
    pub address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server that answers each request by `answer`, all of them at the same time.
    pub async fn start<F>(answer: impl Fn(Visit) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), heads: Arc::default() };
        let (heads, answer) = (Arc::clone(&server.heads), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (heads, answer) = (Arc::clone(&heads), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = stream.read_u8().await else { return };
                        head.push(byte);
                    }
                    let head = String::from_utf8(head).unwrap();
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    let number = {
                        let mut heads = heads.lock().unwrap();
                        heads.push(head);
                        heads.len()
                    };
                    answer(Visit { number, path, stream }).await;
                });
            }
        });
        server
    }

    /// Starts a server that always answers with this set.
    pub async fn serving(set: Value) -> Self {
        Self::start(move |visit| {
            let set = set.clone();
            async move { visit.set(&set).await }
        })
        .await
    }

    pub fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    /// [`ISSUER`], with its keys here.
    pub fn issuer(&self) -> TrustedIssuer {
        TrustedIssuer::jwks(ISSUER, self.url()).http_on_loopback()
    }

    /// How many requests have come.
    pub fn count(&self) -> usize {
        self.heads.lock().unwrap().len()
    }

    /// What was sent here, all of it.
    pub fn received(&self) -> String {
        self.heads.lock().unwrap().concat()
    }

    /// Comes back when so many requests have come; how long that takes is no matter.
    pub async fn visited(&self, count: usize) {
        eventually(async || self.count() >= count).await;
    }
}

/// Comes back when something has come true; how long that takes is no matter, but what never does ends the test.
pub async fn eventually(is_true: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_true().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), waiting).await.expect("it never comes true");
}

/// An answer that a test changes while the server runs.
#[derive(Clone)]
pub struct Sets(Arc<Mutex<Option<Value>>>);

impl Sets {
    /// A server that answers with a set, or with 500.
    pub async fn server(first: Option<Value>) -> (Self, Server) {
        let sets = Self(Arc::new(Mutex::new(first)));
        let served = sets.clone();
        let server = Server::start(move |visit| {
            let set = served.0.lock().unwrap().clone();
            async move {
                match set {
                    Some(set) => visit.set(&set).await,
                    None => visit.answer(500, &[], "").await,
                }
            }
        })
        .await;
        (sets, server)
    }

    pub fn put(&self, set: Option<Value>) {
        *self.0.lock().unwrap() = set;
    }
}

/// A clock that stands until it is moved.
#[derive(Clone)]
pub struct Time(Arc<AtomicU64>);

impl Time {
    pub fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOW)))
    }

    pub fn set(&self, seconds_after_now: u64) {
        self.0.store(NOW + seconds_after_now, Ordering::SeqCst);
    }

    pub fn clock(&self) -> impl Fn() -> std::time::SystemTime + Send + Sync + use<> {
        let time = Arc::clone(&self.0);
        move || at(time.load(Ordering::SeqCst))
    }
}

/// A configuration without keys that trusts one issuer, with a clock that stands.
pub fn trusting(issuer: TrustedIssuer) -> FastJwt {
    builder(&Time::new()).trusted_issuer(issuer).build().unwrap()
}

pub fn builder(time: &Time) -> Builder {
    FastJwt::builder().clock(time.clock())
}

/// [`ISSUER`] itself: it signs with a new key of this id. Its tokens live for 20 days.
pub fn issuing(algorithm: Algorithm, kid: &str) -> FastJwt {
    issuing_with(SigningKey::generate(algorithm).unwrap().with_id(kid).unwrap())
}

pub fn issuing_with(key: SigningKey) -> FastJwt {
    let life = Duration::from_secs(20 * 24 * 60 * 60);
    FastJwt::builder().key(key).issuer(ISSUER).access_token_expires_in(life).clock(|| at(NOW)).build().unwrap()
}

pub fn token(issuer: &FastJwt) -> String {
    issuer.create_access_token("USER_ID").sign().unwrap().as_str().to_owned()
}

/// The public key of an issuer with one key.
pub async fn jwk(issuer: &FastJwt) -> Value {
    let app = Router::new().route("/", get(issuer.jwks()));
    let answer = send(&app, Request::get("/").body(Body::empty()).unwrap()).await;
    let set: Value = serde_json::from_str(&answer.body).unwrap();
    set["keys"][0].clone()
}

pub async fn jwk_set(issuers: &[&FastJwt]) -> Value {
    let mut keys = Vec::new();
    for issuer in issuers {
        keys.push(jwk(issuer).await);
    }
    json!({ "keys": keys })
}

/// What a route of the verifier answers to a token.
pub async fn ask(verifier: &FastJwt, token: &str) -> Answer {
    let app = Router::new().route("/", get(async |payload: TokenPayload| payload.sub.clone()));
    get_bearer(&app.with_state(verifier.clone()), "/", token).await
}

/// Its status and code, `200 ` if the token was good.
pub async fn told(verifier: &FastJwt, token: &str) -> String {
    let answer = ask(verifier, token).await;
    format!("{} {}", answer.status.as_u16(), answer.code())
}

/// Why a token is refused without a route.
pub async fn fault(verifier: &FastJwt, token: &str) -> fastjwt::ErrorKind {
    let result = verifier.authenticate::<NoClaims>(token, &Policy::access()).await;
    result.expect_err("the token must be refused").kind().clone()
}

pub const GOOD: &str = "200 ";
pub const INVALID: &str = "401 invalid_token";
pub const UNAVAILABLE: &str = "503 unavailable";
