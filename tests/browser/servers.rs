//! The servers that a test's browser visits: the example, watched, and pages of attackers.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method,
        header::{SET_COOKIE, UPGRADE},
    },
    middleware::{self, Next},
    response::{Html, Response},
    routing::get,
};
use fastjwt::Builder;
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::example;

pub const SECRET: &str = "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa";

/// A request that came, and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub method: Method,
    /// With the query.
    pub path: String,
    /// What the browser said of the page that sent it (`Sec-Fetch-Site`).
    pub site: String,
    /// Whether the cookie with the access token came along.
    pub with_token: bool,
    pub is_websocket: bool,
    pub status: u16,
}

impl Seen {
    /// What there is to see before there is an answer.
    fn of(request: &Request) -> Self {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            method: request.method().clone(),
            path: request.uri().to_string(),
            site: text("sec-fetch-site").to_owned(),
            with_token: text("cookie").split("; ").any(|pair| {
                pair.trim_start_matches("__Host-").trim_start_matches("__Secure-").starts_with("access_token=")
            }),
            is_websocket: request.headers().contains_key(UPGRADE),
            status: 0,
        }
    }
}

/// A server on a free port of the loopback interface. It ends with it.
pub struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// The example's application as it is, but for the configuration.
    pub fn example(change: impl FnOnce(Builder) -> Builder) -> Self {
        let configuration = change(example::configuration().secret(SECRET));
        Self::start(example::app(configuration.build().unwrap()))
    }

    /// An empty page that sets these cookies.
    pub fn attacker(cookies: &[String]) -> Self {
        let cookies = cookies.iter().map(|cookie| (SET_COOKIE, HeaderValue::try_from(cookie).unwrap()));
        let page = (cookies.collect::<HeaderMap>(), Html("<!doctype html><title>attacker</title>"));
        Self::start(Router::new().route("/", get(page)))
    }

    pub fn start(router: Router) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let router = router.layer(middleware::from_fn_with_state(Arc::clone(&seen), watch));
        let (stop, stopped) = oneshot::channel::<()>();
        let (say_port, port) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                say_port.send(listener.local_addr().unwrap().port()).unwrap();
                tokio::select! {
                    served = async { axum::serve(listener, router).await } => served.unwrap(),
                    // Open connections end with the runtime.
                    _ = stopped => {}
                }
            });
        });
        Self { port: port.recv().unwrap(), seen, stop: Some(stop), thread: Some(thread) }
    }

    /// Where it is under one of the names of this machine.
    pub fn at(&self, host: &str) -> String {
        format!("http://{host}:{}", self.port)
    }

    /// The requests that came since it was last asked.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// The same, once there is enough: not all that a browser sends tells its page when it has arrived.
    pub fn seen_until(&self, is_enough: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        let mut seen = Vec::new();
        for _ in 0..1200 {
            seen.extend(self.seen());
            if is_enough(&seen) {
                return seen;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("no more than this came: {seen:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn watch(State(seen): State<Arc<Mutex<Vec<Seen>>>>, request: Request, next: Next) -> Response {
    let mut this = Seen::of(&request);
    let response = next.run(request).await;
    this.status = response.status().as_u16();
    seen.lock().unwrap().push(this);
    response
}
