//! A WebSocket that ends with its token, over a real socket: at its expiry and not before, whatever the handler and the client do.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{
        FromRef, State,
        ws::{CloseFrame, Message, WebSocketUpgrade},
    },
    response::Response,
    routing::any,
};
use fastjwt::{
    Builder, ErrorKind, ExpiringSocket, FastJwt, Locations, TokenFault, TokenPayload, access_token_required,
    testing::StillClock,
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::{
    net::TcpSocket,
    sync::{Notify, mpsc},
    time::{sleep, timeout},
};

use crate::{
    support::{SECRET, segment_text},
    websocket_client::{BINARY, CONTINUATION, Client, Frame, PING, PONG, TEXT, patiently},
};

const EXPIRED: &str = "token_expired";
/// Tokens of the tests are this old when they end, and are taken for as much longer.
const LIFE: Duration = Duration::from_secs(900);
const LEEWAY: Duration = Duration::from_secs(10);
/// Shortly before a session's end, so that what waits for it looks again soon.
const SHORTLY: Duration = Duration::from_millis(200);

/// What a handler saw, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Opened,
    Received(String),
    /// `recv` gave none.
    Ended,
    /// `send` failed because the token has expired.
    SendRefused,
    SendFailed,
}

#[derive(Clone, FromRef)]
struct App {
    jwt: FastJwt,
    events: mpsc::UnboundedSender<Event>,
    /// Tells `push` to send.
    go: Arc<Notify>,
}

impl App {
    fn tell(&self, event: Event) {
        // The test may be over.
        let _ = self.events.send(event);
    }

    async fn send(&self, socket: &mut ExpiringSocket, message: Message) -> bool {
        match socket.send(message).await {
            Ok(()) => true,
            Err(error) => {
                self.tell(failure(error));
                false
            }
        }
    }
}

fn failure(error: axum::Error) -> Event {
    match error.into_inner().downcast_ref::<fastjwt::Error>().map(fastjwt::Error::kind) {
        Some(ErrorKind::Token(TokenFault::Expired { .. })) => Event::SendRefused,
        _ => Event::SendFailed,
    }
}

fn text(message: &Message) -> String {
    message.to_text().unwrap().to_owned()
}

async fn echoes(mut socket: ExpiringSocket, app: App) {
    app.tell(Event::Opened);
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(_) | Message::Binary(_) = message {
            app.tell(Event::Received(text(&message)));
            if !app.send(&mut socket, message).await {
                return;
            }
        }
    }
    app.tell(Event::Ended);
}

#[access_token_required]
async fn echo(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.protocols(["fastjwt", "fastjwt-csrf"]).on_upgrade(async move |socket| {
        echoes(ExpiringSocket::new(socket, &payload), app).await;
    })
}

/// With a leeway of its own.
#[access_token_required(leeway = "30s")]
async fn lenient(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| echoes(ExpiringSocket::new(socket, &payload), app).await)
}

/// The payload comes from the extractor.
async fn extracted(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| echoes(ExpiringSocket::new(socket, &payload), app).await)
}

#[access_token_required]
async fn graphql(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let frame = CloseFrame { code: 4401, reason: "Unauthorized".into() };
        echoes(ExpiringSocket::new(socket, &payload).close_with(frame), app).await;
    })
}

/// Busy with something else, for ever.
#[access_token_required]
async fn busy(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let _socket = ExpiringSocket::new(socket, &payload);
        app.tell(Event::Opened);
        std::future::pending().await
    })
}

/// Reads in one task and writes in another.
#[access_token_required]
async fn split(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let (mut sink, mut stream) = ExpiringSocket::new(socket, &payload).split();
        let (pass_on, mut messages) = mpsc::channel(8);
        app.tell(Event::Opened);
        let writer = app.clone();
        tokio::spawn(async move {
            while let Some(message) = messages.recv().await {
                if let Err(error) = sink.send(message).await {
                    return writer.tell(failure(error));
                }
            }
        });
        while let Some(Ok(message)) = stream.next().await {
            app.tell(Event::Received(text(&message)));
            pass_on.send(message).await.unwrap();
        }
        app.tell(Event::Ended);
        let _ = pass_on.send("too late".into()).await;
    })
}

/// Sends more than the connection takes, and never reads.
const LARGE: usize = 1 << 20;

#[access_token_required]
async fn flood(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let mut socket = ExpiringSocket::new(socket, &payload);
        app.tell(Event::Opened);
        while app.send(&mut socket, vec![7; LARGE].into()).await {}
    })
}

/// Sends when it is told to, and never reads.
#[access_token_required]
async fn push(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let mut socket = ExpiringSocket::new(socket, &payload);
        app.tell(Event::Opened);
        loop {
            app.go.notified().await;
            if !app.send(&mut socket, "word".into()).await {
                return;
            }
        }
    })
}

/// Says one word, hears one, and is done.
#[access_token_required]
async fn brief(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let mut socket = ExpiringSocket::new(socket, &payload);
        app.send(&mut socket, "word".into()).await;
        // What watches the session has begun by then.
        let _ = socket.recv().await;
        app.tell(Event::Opened);
    })
}

/// Takes the socket to a thread that no runtime knows.
#[access_token_required]
async fn elsewhere(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        std::thread::spawn(move || {
            assert!(tokio::runtime::Handle::try_current().is_err());
            block_on(echoes(ExpiringSocket::new(socket, &payload), app));
        });
    })
}

/// What any executor does.
fn block_on(future: impl Future<Output = ()>) {
    struct Thread(std::thread::Thread);
    impl std::task::Wake for Thread {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Thread(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    while future.as_mut().poll(&mut context).is_pending() {
        std::thread::park();
    }
}

/// A server on loopback, its clock, and what its handlers saw.
struct Scene {
    address: SocketAddr,
    clock: StillClock,
    /// How often the clock was asked.
    asked: Arc<AtomicUsize>,
    jwt: FastJwt,
    events: mpsc::UnboundedReceiver<Event>,
    go: Arc<Notify>,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    async fn with(configure: impl FnOnce(Builder) -> Builder) -> Self {
        let (clock, asked) = (StillClock::default(), Arc::<AtomicUsize>::default());
        let (its_clock, count) = (clock.clone(), Arc::clone(&asked));
        let builder = FastJwt::builder().secret(SECRET).leeway(LEEWAY).access_token_expires_in(LIFE).clock(move || {
            count.fetch_add(1, Ordering::SeqCst);
            fastjwt::Clock::now(&its_clock)
        });
        let jwt = configure(builder).build().unwrap();
        let (tell, events) = mpsc::unbounded_channel();
        let go = Arc::<Notify>::default();
        let app = Router::new()
            .route("/echo", any(echo))
            .route("/lenient", any(lenient))
            .route("/extracted", any(extracted))
            .route("/graphql", any(graphql))
            .route("/busy", any(busy))
            .route("/split", any(split))
            .route("/flood", any(flood))
            .route("/push", any(push))
            .route("/brief", any(brief))
            .route("/elsewhere", any(elsewhere))
            .with_state(App { jwt: jwt.clone(), events: tell, go: Arc::clone(&go) });
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(4096).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(16).unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        Self { address, clock, asked, jwt, events, go }
    }

    fn token(&self) -> String {
        self.jwt.create_access_token("USER_ID").sign().unwrap().as_str().to_owned()
    }

    async fn open(&self, path: &str) -> Client {
        let authorization = format!("Bearer {}", self.token());
        Client::open(self.address, path, &[("authorization", &authorization)]).await.unwrap()
    }

    /// The same with a session that ends shortly, as soon as the clock goes on.
    async fn open_shortly_before_its_end(&mut self, path: &str) -> Client {
        let authorization = format!("Bearer {}", self.token());
        self.clock.advance(LIFE + LEEWAY - SHORTLY);
        let client = Client::open(self.address, path, &[("authorization", &authorization)]).await.unwrap();
        assert_eq!(self.event().await, Event::Opened);
        client
    }

    async fn event(&mut self) -> Event {
        patiently(self.events.recv()).await.unwrap()
    }

    /// Waits until what watches the sessions has looked at the clock a few times.
    async fn let_it_look(&self) {
        let before = self.asked.load(Ordering::SeqCst);
        patiently(async {
            while self.asked.load(Ordering::SeqCst) < before + 3 {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }
}

/// The session goes on.
async fn assert_open(client: &mut Client, scene: &mut Scene, word: &str) {
    assert!(client.send(Frame::text(word)).await);
    assert_eq!(client.receive().await, Some(Frame::text(word)));
    assert_eq!(scene.event().await, Event::Received(word.into()));
}

/// The farewell, answered as a client does: and then the connection ends.
async fn assert_closes(client: &mut Client, frame: Frame) {
    assert_eq!(client.receive().await, Some(frame.clone()));
    client.send(frame).await;
    assert_eq!(client.receive().await, None);
}

fn farewell() -> Frame {
    // "Unauthorized" in IANA's registry of close codes.
    Frame::close(3000, EXPIRED)
}

#[tokio::test]
async fn r_59_a_websocket_is_guarded_as_any_other_handler() {
    let scene = Scene::with(|it| it.locations(Locations::HEADERS | Locations::WEBSOCKET)).await;
    let refused = async |headers: &[(&str, &str)]| Client::open(scene.address, "/echo", headers).await.err();
    assert_eq!(refused(&[]).await, Some(401));
    let refresh = scene.jwt.create_refresh_token("USER_ID").sign().unwrap();
    assert_eq!(refused(&[("authorization", &format!("Bearer {}", refresh.as_str()))]).await, Some(401));
    let token = scene.token();
    assert_eq!(refused(&[("authorization", &format!("Bearer {token}A"))]).await, Some(401));
    // As a browser's script does it; the token is not in the answer.
    let client =
        Client::open(scene.address, "/echo", &[("sec-websocket-protocol", &format!("fastjwt, {token}"))]).await;
    let head = client.unwrap().head;
    assert!(head.to_ascii_lowercase().contains("\r\nsec-websocket-protocol: fastjwt\r\n") && !head.contains(&token));
}

/// A browser fails a WebSocket of which it has offered protocols and none is in the answer (WHATWG WebSockets section 4.1). The recipe of
/// the README is that of `echo`.
#[tokio::test]
async fn r_59_the_readmes_handler_answers_a_browser_whichever_way_it_came() {
    let recipe = r#"upgrade.protocols(["fastjwt", "fastjwt-csrf"]).on_upgrade("#;
    assert!(include_str!("../../README.md").contains(recipe), "the README has another");
    // Here, and in `echo`.
    assert_eq!(include_str!("sockets.rs").matches(recipe).count(), 2);
    let everywhere = Locations::HEADERS | Locations::COOKIES | Locations::WEBSOCKET;
    let scene = Scene::with(|it| it.locations(everywhere)).await;
    let token = scene.token();
    let claims: Value = serde_json::from_str(&segment_text(&token, 1)).unwrap();
    let csrf = claims["csrf"].as_str().unwrap();
    let cookie = format!("__Host-access_token={token}");
    for (offered, headers, answered) in [
        (format!("fastjwt-csrf, {csrf}"), vec![("cookie", &cookie)], "fastjwt-csrf"),
        (format!("fastjwt, {token}"), vec![], "fastjwt"),
    ] {
        let mut headers: Vec<(&str, &str)> = headers.into_iter().map(|(name, value)| (name, value.as_str())).collect();
        headers.push(("sec-websocket-protocol", &offered));
        let head = Client::open(scene.address, "/echo", &headers).await.unwrap().head.to_ascii_lowercase();
        assert!(head.contains(&format!("\r\nsec-websocket-protocol: {answered}\r\n")), "{head}");
    }
}

#[tokio::test]
async fn r_59_a_session_is_open_until_its_token_has_ended_and_the_leeway_of_its_door() {
    for (path, leeway) in [("/echo", 10), ("/extracted", 10), ("/lenient", 30), ("/split", 10)] {
        let mut scene = Scene::new().await;
        let mut client = scene.open(path).await;
        assert_eq!(scene.event().await, Event::Opened);
        assert_open(&mut client, &mut scene, "at once").await;
        scene.clock.advance(LIFE);
        assert_open(&mut client, &mut scene, "expired").await;
        scene.clock.advance(Duration::from_secs(leeway) - Duration::from_millis(1));
        assert_open(&mut client, &mut scene, "the last millisecond").await;
        scene.clock.advance(Duration::from_millis(1));
        assert!(client.send(Frame::text("too late")).await);
        assert_closes(&mut client, farewell()).await;
        assert_eq!(scene.event().await, Event::Ended, "{path}: and nothing of the last message");
    }
}

#[tokio::test]
async fn r_59_without_leeway_it_ends_at_the_expiry() {
    let mut scene = Scene::with(|it| it.leeway(Duration::ZERO)).await;
    let mut client = scene.open("/echo").await;
    assert_eq!(scene.event().await, Event::Opened);
    scene.clock.advance(LIFE - Duration::from_millis(1));
    assert_open(&mut client, &mut scene, "the last millisecond").await;
    scene.clock.advance(Duration::from_millis(1));
    assert!(client.send(Frame::text("too late")).await);
    assert_closes(&mut client, farewell()).await;
}

/// The timer wakes what watches a session, and the clock decides: it stands, so that looking at it ends nothing.
#[tokio::test]
async fn r_59_a_session_ends_by_itself_whatever_its_handler_does() {
    for path in ["/echo", "/busy", "/split"] {
        let mut scene = Scene::new().await;
        let mut client = scene.open_shortly_before_its_end(path).await;
        scene.let_it_look().await;
        assert!(client.is_quiet(), "{path}: it is not over before the clock says so");
        scene.clock.advance(SHORTLY);
        assert_closes(&mut client, farewell()).await;
        if path != "/busy" {
            assert_eq!(scene.event().await, Event::Ended, "{path}: its handler is told");
        }
        if path == "/split" {
            assert_eq!(scene.event().await, Event::SendRefused, "the other half as well");
        }
    }
}

#[tokio::test]
async fn r_59_the_close_frame_can_be_that_of_a_protocol() {
    let mut scene = Scene::new().await;
    let mut client = scene.open_shortly_before_its_end("/graphql").await;
    scene.clock.advance(SHORTLY);
    assert_closes(&mut client, Frame::close(4401, "Unauthorized")).await;
}

#[tokio::test]
async fn r_59_a_message_that_is_not_whole_in_time_is_not_received() {
    let mut scene = Scene::new().await;
    let mut client = scene.open_shortly_before_its_end("/echo").await;
    let part = |opcode, is_last| Frame { is_last, opcode, payload: b"half".to_vec() };
    assert!(client.send(part(TEXT, false)).await);
    // It has arrived: what came behind it is answered.
    assert!(client.send(Frame { is_last: true, opcode: PING, payload: Vec::new() }).await);
    assert_eq!(client.receive().await.map(|frame| frame.opcode), Some(PONG));
    scene.clock.advance(SHORTLY);
    assert!(client.send(part(CONTINUATION, true)).await);
    assert_closes(&mut client, farewell()).await;
    assert_eq!(scene.event().await, Event::Ended);
}

#[tokio::test]
async fn r_59_a_message_on_its_way_out_is_whole_and_the_next_is_not_sent() {
    let mut scene = Scene::new().await;
    let mut client = scene.open_shortly_before_its_end("/flood").await;
    scene.let_it_look().await;
    // It waits for the client to read.
    assert!(scene.events.try_recv().is_err());
    scene.clock.advance(SHORTLY);
    assert_eq!(scene.event().await, Event::SendRefused);
    assert_eq!(client.receive().await, Some(Frame { is_last: true, opcode: BINARY, payload: vec![7; LARGE] }));
    assert_closes(&mut client, farewell()).await;
}

/// Nobody has looked at the clock since it was set to the end.
#[tokio::test]
async fn r_59_nothing_is_sent_after_the_end() {
    let mut scene = Scene::new().await;
    let mut client = scene.open("/push").await;
    assert_eq!(scene.event().await, Event::Opened);
    scene.go.notify_one();
    assert_eq!(client.receive().await, Some(Frame::text("word")));
    scene.clock.advance(LIFE + LEEWAY);
    scene.go.notify_one();
    assert_eq!(scene.event().await, Event::SendRefused);
    assert_closes(&mut client, farewell()).await;
}

#[tokio::test]
async fn r_59_a_client_that_is_talking_is_let_finish() {
    let mut scene = Scene::new().await;
    let mut client = scene.open_shortly_before_its_end("/busy").await;
    scene.clock.advance(SHORTLY);
    assert_eq!(client.receive().await, Some(farewell()));
    for _ in 0..256 {
        assert!(client.send(Frame::text(&"and another thing ".repeat(6))).await);
    }
    client.send(farewell()).await;
    assert_eq!(client.receive().await, None);
}

#[tokio::test]
async fn r_59_a_client_that_neither_reads_nor_answers_is_disconnected() {
    // What is sent to it fills the connection, so that not even the close frame gets through.
    let mut scene = Scene::new().await;
    let mut client = scene.open_shortly_before_its_end("/flood").await;
    scene.clock.advance(SHORTLY);
    patiently(async {
        while client.send(Frame { is_last: true, opcode: PING, payload: Vec::new() }).await {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn r_59_a_client_that_goes_on_talking_is_not_heard_and_disconnected() {
    let mut scene = Scene::new().await;
    let mut client = scene.open_shortly_before_its_end("/echo").await;
    scene.clock.advance(SHORTLY);
    assert_eq!(client.receive().await, Some(farewell()));
    patiently(async {
        while client.send(Frame::text("and another thing")).await {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    assert_eq!(scene.event().await, Event::Ended);
}

#[tokio::test]
async fn a_handler_that_is_done_ends_the_session_and_leaves_nothing_behind() {
    let mut scene = Scene::new().await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let mut client = scene.open("/brief").await;
    assert_eq!(client.receive().await, Some(Frame::text("word")));
    assert!(client.send(Frame::text("word")).await);
    assert_eq!(client.receive().await, None);
    assert_eq!(scene.event().await, Event::Opened);
    // What watched the session would end by itself after a minute.
    let ended = timeout(Duration::from_secs(30), async {
        while tasks() > before {
            sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(ended.await.is_ok(), "{} tasks more", tasks() - before);
}

#[tokio::test]
async fn r_59_without_a_runtime_nothing_goes_through_either() {
    let mut scene = Scene::new().await;
    let mut client = scene.open("/elsewhere").await;
    assert_eq!(scene.event().await, Event::Opened);
    assert_open(&mut client, &mut scene, "word").await;
    scene.clock.advance(LIFE + LEEWAY);
    assert!(client.send(Frame::text("too late")).await);
    // Nobody is there to say farewell.
    assert_eq!(client.receive().await, None);
    assert_eq!(scene.event().await, Event::Ended);
}
