//! A WebSocket whose token is asked about while it is open, over a real socket: a logout closes it, a key that is gone does, and an outage
//! not at once.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::{
        FromRef, State,
        ws::{CloseFrame, Message, WebSocketUpgrade},
    },
    response::Response,
    routing::{MethodRouter, any},
};
use fastjwt::{
    Algorithm, Builder, Clock, ErrorKind, ExpiringSocket, FastJwt, MachineFault, NoClaims, Policy, SigningKey,
    TokenFault, TokenPair, TokenPayload, access_token_required, session::StoreFault, testing::StillClock,
};
use serde_json::json;
use tokio::{net::TcpListener, sync::mpsc};

use crate::{
    issuer_server::{ISSUER, Sets, Time, builder, issuing, issuing_with, jwk_set, token},
    sessions::ill::{Fate, Ill},
    support::{NOW, SECRET},
    test_keys::{P256, Signer},
    websocket_client::{Client, Frame, patiently},
};

#[derive(Clone, FromRef)]
struct App {
    jwt: FastJwt,
    /// Why each session ended.
    ends: mpsc::UnboundedSender<ErrorKind>,
}

/// Reads until there is nothing more, and says why it can't send any more.
async fn serve(mut socket: ExpiringSocket, app: App) {
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(_) = message {
            socket.send(message).await.unwrap();
        }
    }
    let error = socket.send("word".into()).await.unwrap_err().into_inner();
    let _ = app.ends.send(error.downcast_ref::<fastjwt::Error>().unwrap().kind().clone());
}

const SECOND: Duration = Duration::from_secs(1);

#[access_token_required]
async fn rechecked(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        // No more often than once a second, whatever is asked for.
        let socket = ExpiringSocket::new(socket, &payload).recheck_every(Duration::ZERO, &app.jwt, &payload);
        serve(socket, app).await;
    })
}

#[access_token_required]
async fn graphql(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let frame = CloseFrame { code: 4401, reason: "Unauthorized".into() };
        let socket = ExpiringSocket::new(socket, &payload).recheck_every(SECOND, &app.jwt, &payload).close_with(frame);
        serve(socket, app).await;
    })
}

#[access_token_required]
async fn unasked(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| serve(ExpiringSocket::new(socket, &payload), app).await)
}

/// Keeps a socket that has ended.
#[access_token_required]
async fn busy(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let _socket = ExpiringSocket::new(socket, &payload).recheck_every(SECOND, &app.jwt, &payload);
        std::future::pending().await
    })
}

struct Scene {
    address: SocketAddr,
    jwt: FastJwt,
    store: Ill,
    clock: StillClock,
    ends: mpsc::UnboundedReceiver<ErrorKind>,
}

impl Scene {
    async fn new(configure: impl FnOnce(Builder) -> Builder) -> Self {
        let (store, clock) = (Ill::default(), StillClock::default());
        let builder =
            FastJwt::builder().secret(SECRET).clock(clock.clone()).session_store(store.clone()).store_attempts(1);
        let jwt = configure(builder).build().unwrap();
        let (tell, ends) = mpsc::unbounded_channel();
        let app = Router::new()
            .route("/rechecked", any(rechecked))
            .route("/graphql", any(graphql))
            .route("/unasked", any(unasked))
            .route("/busy", any(busy))
            .with_state(App { jwt: jwt.clone(), ends: tell });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        Self { address, jwt, store, clock, ends }
    }

    async fn log_in(&self) -> TokenPair {
        self.jwt.create_token_pair("USER_ID").open().await.unwrap()
    }

    async fn open(&self, path: &str, pair: &TokenPair) -> Client {
        let authorization = format!("Bearer {}", pair.access().as_str());
        Client::open(self.address, path, &[("authorization", &authorization)]).await.unwrap()
    }

    async fn payload(&self, pair: &TokenPair) -> TokenPayload {
        self.jwt.authenticate::<NoClaims>(pair.access().as_str(), &Policy::access()).await.unwrap()
    }

    /// Waits until the store was asked so often more.
    async fn asked(&self, times: u32) {
        let before = self.store.calls("check");
        patiently(async {
            while self.store.calls("check") < before + times {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }
}

/// Serves one route on a port of its own.
async fn serve_at(path: &str, route: MethodRouter<App>, app: App) -> SocketAddr {
    let app = Router::new().route(path, route).with_state(app);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    address
}

async fn assert_open(client: &mut Client) {
    assert!(client.send(Frame::text("still there?")).await);
    assert_eq!(client.receive().await, Some(Frame::text("still there?")));
}

async fn assert_closes(client: &mut Client, frame: Frame) {
    assert_eq!(client.receive().await, Some(frame.clone()));
    client.send(frame).await;
    assert_eq!(client.receive().await, None);
}

#[tokio::test]
async fn r_59_a_session_that_ends_closes_its_sockets_and_no_others() {
    let mut scene = Scene::new(|it| it).await;
    let (pair, other) = (scene.log_in().await, scene.log_in().await);
    let mut client = scene.open("/rechecked", &pair).await;
    let mut graphql = scene.open("/graphql", &pair).await;
    let mut neighbour = scene.open("/rechecked", &other).await;
    let mut unasked = scene.open("/unasked", &pair).await;
    scene.asked(4).await;
    assert_open(&mut client).await;
    let payload = scene.payload(&pair).await;
    scene.jwt.end_session("USER_ID", payload.sid.as_deref().unwrap()).await.unwrap();
    assert_closes(&mut client, Frame::close(3000, "invalid_token")).await;
    assert_closes(&mut graphql, Frame::close(4401, "Unauthorized")).await;
    for _ in 0..2 {
        assert_eq!(patiently(scene.ends.recv()).await, Some(TokenFault::SessionEnded.into()));
    }
    scene.asked(2).await;
    assert_open(&mut neighbour).await;
    assert_open(&mut unasked).await;
}

#[tokio::test]
async fn r_59_a_token_that_is_revoked_closes_its_socket() {
    let mut scene = Scene::new(|it| it).await;
    let pair = scene.log_in().await;
    let mut client = scene.open("/rechecked", &pair).await;
    scene.jwt.revoke(&scene.payload(&pair).await).await.unwrap();
    assert_closes(&mut client, Frame::close(3000, "invalid_token")).await;
    assert_eq!(patiently(scene.ends.recv()).await, Some(TokenFault::Revoked.into()));
    // Nobody asks about it any more.
    let asked = scene.store.calls("check");
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!(scene.store.calls("check"), asked);
}

#[tokio::test]
async fn nobody_asks_about_a_socket_that_has_ended() {
    let scene = Scene::new(|it| it.leeway(Duration::ZERO)).await;
    let pair = scene.log_in().await;
    let mut client = scene.open("/busy", &pair).await;
    scene.asked(1).await;
    scene.clock.advance(Duration::from_secs(900));
    assert_closes(&mut client, Frame::close(3000, "token_expired")).await;
    let asked = scene.store.calls("check");
    tokio::time::sleep(2 * SECOND + SECOND / 2).await;
    assert_eq!(scene.store.calls("check"), asked);
}

#[tokio::test]
async fn r_79_a_store_that_is_out_of_reach_closes_a_socket_and_not_at_once() {
    let mut scene = Scene::new(|it| it).await;
    let pair = scene.log_in().await;
    let mut client = scene.open("/rechecked", &pair).await;
    // An outage that ends in time makes no difference, however often.
    for fault in [StoreFault::Unavailable, StoreFault::Garbage] {
        scene.store.befalls("check", Fate::Fails(fault));
        scene.asked(2).await;
        scene.store.is_well();
        scene.asked(1).await;
        assert_open(&mut client).await;
    }
    scene.store.befalls("check", Fate::Lost);
    let before = scene.store.calls("check");
    assert_closes(&mut client, Frame::close(1013, "unavailable")).await;
    assert_eq!(scene.store.calls("check"), before + 3);
    assert_eq!(patiently(scene.ends.recv()).await, Some(MachineFault::Unavailable.into()));
}

/// The client can't mend it by logging in again.
#[tokio::test]
async fn r_79_an_outage_has_its_own_code_whatever_frame_the_service_chose() {
    let scene = Scene::new(|it| it).await;
    let pair = scene.log_in().await;
    let mut client = scene.open("/graphql", &pair).await;
    scene.store.befalls("check", Fate::Lost);
    assert_closes(&mut client, Frame::close(1013, "unavailable")).await;
}

#[tokio::test]
async fn r_79_with_fail_open_an_outage_closes_nothing() {
    let scene = Scene::new(|it| it.store_fail_open(true)).await;
    let pair = scene.log_in().await;
    let mut client = scene.open("/rechecked", &pair).await;
    scene.store.befalls("check", Fate::Lost);
    scene.asked(4).await;
    assert_open(&mut client).await;
}

#[tokio::test]
async fn r_59_the_tokens_own_end_stays_what_it_is() {
    let mut scene = Scene::new(|it| it.leeway(Duration::ZERO)).await;
    let pair = scene.log_in().await;
    let mut client = scene.open("/rechecked", &pair).await;
    scene.clock.advance(Duration::from_secs(900));
    // Nothing but asking looks at the clock that soon.
    assert_closes(&mut client, Frame::close(3000, "token_expired")).await;
    assert!(matches!(patiently(scene.ends.recv()).await, Some(ErrorKind::Token(TokenFault::Expired { .. }))));
}

/// A thief who has the key signs what he likes, for as long as he likes.
#[tokio::test]
async fn r_87_a_key_that_is_removed_closes_the_sockets_of_its_tokens() {
    for has_store in [true, false] {
        let (clock, stolen, own) = (
            StillClock::default(),
            SigningKey::generate(Algorithm::EdDSA).unwrap(),
            SigningKey::generate(Algorithm::ES256).unwrap(),
        );
        let builder = FastJwt::builder().key(own).clock(clock.clone());
        let builder = builder.passive_key(stolen.verifying_key().clone(), clock.now() + 3600 * SECOND);
        let builder = if has_store { builder.session_store(Ill::default()) } else { builder };
        let jwt = builder.build().unwrap();
        let (tell, mut ends) = mpsc::unbounded_channel();
        let app = Router::new()
            .route("/rechecked", any(rechecked))
            .route("/unasked", any(unasked))
            .with_state(App { jwt: jwt.clone(), ends: tell });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        let thief = FastJwt::builder().key(stolen.clone()).clock(clock.clone()).build().unwrap();
        let open = async |jwt: &FastJwt, path: &str| {
            let token = jwt.create_access_token("USER_ID").sign().unwrap();
            let authorization = format!("Bearer {}", token.as_str());
            Client::open(address, path, &[("authorization", &authorization)]).await.unwrap()
        };
        let (mut thiefs, mut unasked) = (open(&thief, "/rechecked").await, open(&thief, "/unasked").await);
        let mut own = open(&jwt, "/rechecked").await;
        // A ring that changes is no reason yet.
        jwt.keys().publish(SigningKey::generate(Algorithm::ES256).unwrap()).unwrap();
        tokio::time::sleep(2 * SECOND).await;
        assert_open(&mut thiefs).await;
        jwt.keys().remove(stolen.id()).unwrap();
        assert_closes(&mut thiefs, Frame::close(3000, "invalid_token")).await;
        assert_eq!(patiently(ends.recv()).await, Some(TokenFault::UnknownKey.into()));
        tokio::time::sleep(2 * SECOND).await;
        assert_open(&mut own).await;
        assert_open(&mut unasked).await;
    }
}

#[tokio::test]
async fn r_86_a_passive_key_that_ends_closes_the_sockets_of_its_tokens() {
    let (clock, retired) = (StillClock::default(), SigningKey::generate(Algorithm::EdDSA).unwrap());
    let builder = FastJwt::builder().secret(SECRET).clock(clock.clone());
    let jwt = builder.passive_key(retired.verifying_key().clone(), clock.now() + 60 * SECOND).build().unwrap();
    let elsewhere = FastJwt::builder().key(retired).clock(clock.clone()).build().unwrap();
    let (tell, mut ends) = mpsc::unbounded_channel();
    let address = serve_at("/rechecked", any(rechecked), App { jwt, ends: tell }).await;
    let authorization = format!("Bearer {}", token(&elsewhere));
    let mut client = Client::open(address, "/rechecked", &[("authorization", &authorization)]).await.unwrap();
    clock.advance(60 * SECOND);
    assert_closes(&mut client, Frame::close(3000, "invalid_token")).await;
    assert_eq!(patiently(ends.recv()).await, Some(TokenFault::UnknownKey.into()));
}

/// What a trusted issuer says of its keys while sockets are open, in the order in which it says it.
#[tokio::test]
async fn r_87_a_key_that_its_issuer_withdraws_closes_the_sockets_of_its_tokens() {
    const HOUR: u64 = 3600;
    let (stolen, other) = (issuing(Algorithm::ES256, "stolen"), issuing(Algorithm::ES256, "other"));
    let (sets, server) = Sets::server(Some(jwk_set(&[&stolen, &other]).await)).await;
    let time = Time::new();
    let outage = Duration::from_secs(2 * HOUR);
    let jwt = builder(&time).trusted_issuer(server.issuer().outage_tolerance(outage)).build().unwrap();
    let (tell, mut ends) = mpsc::unbounded_channel();
    let app = Router::new()
        .route("/rechecked", any(rechecked))
        .route("/unasked", any(unasked))
        .with_state(App { jwt: jwt.clone(), ends: tell });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    let open = async |jwt: &FastJwt, path: &str| {
        let authorization = format!("Bearer {}", token(jwt));
        Client::open(address, path, &[("authorization", &authorization)]).await.unwrap()
    };
    let (mut thiefs, mut unasked) = (open(&stolen, "/rechecked").await, open(&stolen, "/unasked").await);
    let mut good = open(&other, "/rechecked").await;

    // The set comes anew, and is the same.
    time.set(2 * HOUR);
    server.visited(2).await;
    tokio::time::sleep(2 * SECOND).await;
    assert_open(&mut thiefs).await;

    sets.put(Some(jwk_set(&[&other]).await));
    time.set(4 * HOUR);
    assert_closes(&mut thiefs, Frame::close(3000, "invalid_token")).await;
    assert_eq!(patiently(ends.recv()).await, Some(TokenFault::UnknownKey.into()));
    tokio::time::sleep(2 * SECOND).await;
    assert_open(&mut good).await;
    assert_open(&mut unasked).await;

    // Keys past their time are good for as long as the outage is tolerated, and then nobody can tell any more.
    sets.put(None);
    time.set(5 * HOUR + HOUR / 2);
    server.visited(4).await;
    tokio::time::sleep(2 * SECOND).await;
    assert_open(&mut good).await;
    time.set(6 * HOUR + HOUR / 2);
    assert_closes(&mut good, Frame::close(1013, "unavailable")).await;
    assert_eq!(patiently(ends.recv()).await, Some(MachineFault::Unavailable.into()));
}

/// A session that is the issuer's own is none of ours that has ended.
#[tokio::test]
async fn r_87_the_session_of_another_issuer_is_not_looked_for_here() {
    let key = SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap();
    let (_sets, server) = Sets::server(Some(jwk_set(&[&issuing_with(key)]).await)).await;
    let issuer = server.issuer().untyped_tokens();
    let jwt =
        builder(&Time::new()).secret(SECRET).session_store(Ill::default()).trusted_issuer(issuer).build().unwrap();
    let (tell, _ends) = mpsc::unbounded_channel();
    let address = serve_at("/rechecked", any(rechecked), App { jwt, ends: tell }).await;
    let claims = json!({ "iss": ISSUER, "sub": "USER_ID", "exp": NOW + 900, "iat": NOW, "sid": "theirs" });
    let token = Signer::Es256.forge(&json!({ "alg": "ES256", "kid": "a", "typ": "JWT" }), &claims);
    let authorization = format!("Bearer {token}");
    let mut client = Client::open(address, "/rechecked", &[("authorization", &authorization)]).await.unwrap();
    tokio::time::sleep(2 * SECOND + SECOND / 2).await;
    assert_open(&mut client).await;
}

/// Its key goes between the door and the handler's wish.
#[tokio::test]
async fn r_87_a_key_that_is_removed_before_it_is_looked_for_closes_the_socket() {
    #[access_token_required]
    async fn late(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
        upgrade.on_upgrade(async move |socket| {
            let id = app.jwt.keys().list()[0].id.clone();
            app.jwt.keys().remove(&id).unwrap();
            let socket = ExpiringSocket::new(socket, &payload).recheck_every(SECOND, &app.jwt, &payload);
            serve(socket, app).await;
        })
    }

    let jwt = FastJwt::builder().secret(SECRET).build().unwrap();
    let token = jwt.create_access_token("USER_ID").sign().unwrap();
    let (tell, mut ends) = mpsc::unbounded_channel();
    let address = serve_at("/late", any(late), App { jwt, ends: tell }).await;
    let authorization = format!("Bearer {}", token.as_str());
    let mut client = Client::open(address, "/late", &[("authorization", &authorization)]).await.unwrap();
    assert_closes(&mut client, Frame::close(3000, "invalid_token")).await;
    assert_eq!(patiently(ends.recv()).await, Some(TokenFault::UnknownKey.into()));
}

/// It only moves, or another one comes beside it. With a cache the key was always known.
#[tokio::test]
async fn r_86_a_key_that_stays_through_a_rotation_before_it_is_looked_for_closes_nothing() {
    #[access_token_required]
    async fn late(payload: TokenPayload, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
        upgrade.on_upgrade(async move |socket| {
            app.jwt.keys().activate_unpublished(SigningKey::generate(Algorithm::EdDSA).unwrap()).unwrap();
            let first = app.jwt.keys().list()[0].id.clone();
            app.jwt.keys().remove(&first).unwrap();
            let socket = ExpiringSocket::new(socket, &payload).recheck_every(SECOND, &app.jwt, &payload);
            serve(socket, app).await;
        })
    }

    for cached in [0, 64] {
        let (clock, other) = (StillClock::default(), SigningKey::generate(Algorithm::EdDSA).unwrap());
        let builder = FastJwt::builder().key(other).clock(clock.clone()).token_cache_entries(cached);
        let retired = SigningKey::generate(Algorithm::ES256).unwrap();
        let until = clock.now() + 3600 * SECOND;
        let jwt = builder.passive_key(retired.verifying_key().clone(), until).build().unwrap();
        let elsewhere = FastJwt::builder().key(retired).clock(clock.clone()).build().unwrap();
        let (tell, _ends) = mpsc::unbounded_channel();
        let address = serve_at("/late", any(late), App { jwt, ends: tell }).await;
        let authorization = format!("Bearer {}", token(&elsewhere));
        let mut client = Client::open(address, "/late", &[("authorization", &authorization)]).await.unwrap();
        tokio::time::sleep(2 * SECOND + SECOND / 2).await;
        assert_open(&mut client).await;
    }
}
