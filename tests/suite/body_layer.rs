//! The layer that reads bodies: they arrive at the handler as they came, to the byte, and no more is read than must be.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody, to_bytes},
    http::{HeaderMap, Request, StatusCode},
    routing::{any, post},
};
use fastjwt::{FastJwt, Locations, Policy, Realm, TokenPayload};
use http_body::{Frame, SizeHint};
use proptest::prelude::*;
use serde_json::json;
use tower::ServiceExt as _;

use crate::{
    counting::{allocations, held_now},
    support::{NOW, SECRET, ask, at, builder, cases, forge_claims, good_claims, send},
};

fn jwt() -> FastJwt {
    builder().locations(Locations::HEADERS | Locations::JSON).max_body_size(9000).build().unwrap()
}

/// Before anybody has shown a token, a body costs what its bytes do, into however many pieces it is cut.
#[tokio::test]
async fn many_small_pieces_take_no_more_memory_than_their_bytes() {
    let mut json = format!(r#"{{"access_token":"","padding":"{}"}}"#, "x".repeat(8000)).into_bytes();
    json.truncate(8999);
    let (mut pieces, mut empty): (Vec<Vec<u8>>, Vec<Vec<u8>>) =
        (json.iter().map(|byte| vec![*byte]).collect(), Vec::new());
    empty.resize(100_000, Vec::new());
    pieces.extend(empty);
    let app = Router::new().route("/", post("read")).layer(jwt().body_tokens());
    let (request, _) = request("application/json", pieces, End::Plain, false);
    let before = held_now();
    let mut most = 0;
    let mut call = pin!(app.oneshot(request));
    let status = std::future::poll_fn(|context| {
        let polled = call.as_mut().poll(context);
        most = most.max(held_now() - before);
        polled.map(|answer| answer.unwrap().status())
    });
    assert_eq!(status.await, StatusCode::OK);
    assert!(most < 64 * 1024, "{most}");
}

/// Nobody has shown a token yet: what stands where one belongs is read over, whatever it is made of.
#[test]
fn a_value_that_is_no_token_takes_no_memory() {
    let jwt = jwt();
    let app =
        Router::new().route("/", post(async |_: TokenPayload| "in")).layer(jwt.body_tokens()).with_state(jwt.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for member in [r#"{"":0}"#, "0", "[[]]", "null", r#""x""#] {
        let members = vec![member; 8000 / (member.len() + 1)].join(",");
        let body = format!(r#"{{"access_token":[{members}]}}"#);
        let ask = || {
            let (request, _) = request("application/json", vec![body.clone().into_bytes()], End::Plain, false);
            let (taken, answer) = allocations(|| runtime.block_on(send(&app, request)));
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "invalid_request"), "{member}");
            taken.bytes
        };
        ask();
        let taken = ask();
        assert!(taken < 64 * 1024, "{member}: {taken}");
    }
}

/// The layers of two instances, of which one reads less than the other, do no harm to one another.
#[tokio::test]
async fn whose_layer_comes_first_makes_no_difference() {
    let forms = builder().locations(Locations::COOKIES | Locations::JSON).csrf_form(true).build().unwrap();
    let staff = FastJwt::<Staff>::realm_builder()
        .secret(SECRET)
        .clock(|| at(NOW))
        .locations(Locations::JSON)
        .max_token_size(1024)
        .max_body_size(1024)
        .build()
        .unwrap();
    let route = Router::new().route("/", post(async |_: TokenPayload| "in")).with_state::<()>(forms.clone());
    let outer = route.clone().layer(forms.body_tokens()).layer(staff.body_tokens());
    let inner = route.layer(staff.body_tokens()).layer(forms.body_tokens());
    let mut claims = good_claims();
    claims["csrf"] = json!("the-csrf-value");
    let token = forge_claims(&claims);
    let json = format!(r#"{{"access_token":"{token}","padding":"{}"}}"#, "x".repeat(2000));
    let cookie = format!("__Host-access_token={token}");
    let same = ("sec-fetch-site", "same-origin");
    for (order, app) in [("outer", outer), ("inner", inner)] {
        let answer = ask(&app, "POST", "/", &[("content-type", "application/json"), same], &json).await;
        assert_eq!(answer.body, "in", "{order}");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let answer = ask(&app, "POST", "/", &[form, ("cookie", &cookie), same], "csrf_token=the-csrf-value").await;
        assert_eq!(answer.body, "in", "{order}");
    }
}

/// What the outer layer has read is not what the handler gets.
#[tokio::test]
async fn a_body_that_was_exchanged_for_another_is_not_the_one_before() {
    let jwt = jwt();
    let exchange = axum::middleware::map_request(async |request: Request<Body>| {
        let (mut parts, _) = request.into_parts();
        parts.headers.insert("content-type", "text/plain".parse().unwrap());
        Request::from_parts(parts, Body::from("another"))
    });
    let app = Router::new()
        .route("/", post(async |_: TokenPayload| "in"))
        .layer(jwt.body_tokens())
        .layer(exchange)
        .layer(jwt.body_tokens())
        .with_state(jwt);
    let body = json!({ "access_token": forge_claims(&good_claims()) }).to_string();
    let answer = ask(&app, "POST", "/", &[("content-type", "application/json")], &body).await;
    assert_eq!(answer.code(), "missing_token");
}

enum Staff {}

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

/// A body of these pieces, with trailers or a failure behind them; it counts the pieces that somebody took.
struct Pieces {
    pieces: VecDeque<Bytes>,
    end: End,
    taken: Arc<AtomicUsize>,
    is_sized: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Plain,
    Trailers,
    Failure,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        // Every other time it has to be waited for.
        if self.taken.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(piece) = self.pieces.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        Poll::Ready(match std::mem::replace(&mut self.end, End::Plain) {
            End::Plain => None,
            End::Trailers => {
                Some(Ok(Frame::trailers(HeaderMap::from_iter([("x-sum".parse().unwrap(), "1".parse().unwrap())]))))
            }
            End::Failure => Some(Err(std::io::Error::other("the line is dead"))),
        })
    }

    fn size_hint(&self) -> SizeHint {
        let size = self.pieces.iter().map(|piece| piece.len() as u64).sum();
        if self.is_sized { SizeHint::with_exact(size) } else { SizeHint::new() }
    }
}

fn request(content_type: &str, pieces: Vec<Vec<u8>>, end: End, is_sized: bool) -> (Request<Body>, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let pieces = pieces.into_iter().map(Bytes::from).collect();
    let body = Body::new(Pieces { pieces, end, taken: Arc::clone(&taken), is_sized });
    (Request::post("/").header("content-type", content_type).body(body).unwrap(), taken)
}

/// All that a handler sees of a body: its bytes, its trailers, whether it failed, and what it said of its size before.
type Seen = (Vec<u8>, Option<HeaderMap>, bool, (u64, Option<u64>));

async fn see(mut body: Body) -> Seen {
    let hint = body.size_hint();
    let (mut bytes, mut trailers) = (Vec::new(), None);
    loop {
        match std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            None => return (bytes, trailers, false, (hint.lower(), hint.upper())),
            Some(Err(_)) => return (bytes, trailers, true, (hint.lower(), hint.upper())),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => bytes.extend_from_slice(&data),
                Err(frame) => trailers = frame.into_trailers().ok(),
            },
        }
    }
}

/// What the service behind the layer sees of a request's body.
async fn behind(jwt: &FastJwt, request: Request<Body>) -> Seen {
    let seen = Arc::new(std::sync::Mutex::new(None));
    let slot = Arc::clone(&seen);
    let service = tower::service_fn(move |request: Request<Body>| {
        let slot = Arc::clone(&slot);
        async move {
            let body = see(request.into_body()).await;
            *slot.lock().unwrap() = Some(body);
            Ok::<_, Infallible>(())
        }
    });
    tower::Layer::layer(&jwt.body_tokens(), service).oneshot(request).await.unwrap();
    let mut seen = seen.lock().unwrap();
    seen.take().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(128, 5_000)))]

    #[test]
    fn a_body_arrives_as_it_came_whatever_its_pieces(
        pieces in prop::collection::vec(prop::collection::vec(prop::num::u8::ANY, 0..4000), 0..6),
        end in prop::sample::select(vec![End::Plain, End::Trailers, End::Failure]),
        content_type in prop::sample::select(vec!["application/json", "text/plain"]),
        is_sized: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let whole = pieces.concat();
        let (request, _) = request(content_type, pieces, end, is_sized);
        let (bytes, trailers, failed, (lower, upper)) = runtime.block_on(behind(&jwt(), request));
        prop_assert_eq!(&bytes, &whole);
        prop_assert_eq!(trailers.is_some(), end == End::Trailers);
        prop_assert_eq!(failed, end == End::Failure);
        // What it says of its size holds.
        prop_assert!(lower <= whole.len() as u64 && upper.is_none_or(|upper| upper >= whole.len() as u64));
        if is_sized && end == End::Plain {
            prop_assert_eq!((lower, upper), (whole.len() as u64, Some(whole.len() as u64)));
        }
    }
}

#[tokio::test]
async fn no_more_is_read_than_must_be() {
    let app = |jwt: &FastJwt| Router::new().route("/", post("in")).layer(jwt.body_tokens());
    let pieces = || vec![vec![b' '; 1000]; 100];
    // Another type, a form that nobody asked for, and a body that says itself that it is too large: not a piece.
    for (content_type, is_sized) in
        [("text/plain", false), ("application/x-www-form-urlencoded", false), ("application/json", true)]
    {
        let (request, taken) = request(content_type, pieces(), End::Plain, is_sized);
        assert_eq!(send(&app(&jwt()), request).await.status, StatusCode::OK);
        assert_eq!(taken.load(Ordering::Relaxed), 0, "{content_type}");
    }
    // Up to the limit and the piece that passes it, each asked for twice.
    let (request, taken) = request("application/json", pieces(), End::Plain, false);
    assert_eq!(send(&app(&jwt()), request).await.status, StatusCode::OK);
    assert_eq!(taken.load(Ordering::Relaxed), 19);
}

#[tokio::test]
async fn a_form_is_read_only_with_a_cookie_and_where_it_is_switched_on() {
    let jwt = builder().locations(Locations::COOKIES).csrf_form(true).build().unwrap();
    let app = Router::new().route("/", post("in")).layer(jwt.body_tokens());
    for (cookie, read) in [(None, false), (Some("a=b"), true)] {
        let (mut request, taken) =
            request("application/x-www-form-urlencoded", vec![b"a=b".to_vec()], End::Plain, false);
        if let Some(cookie) = cookie {
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        send(&app, request).await;
        assert_eq!(taken.load(Ordering::Relaxed) > 0, read);
    }
}

#[tokio::test]
async fn r_09_a_large_body_is_refused_only_where_a_token_would_be_looked_for_in_it() {
    let jwt = jwt();
    let token = forge_claims(&good_claims());
    let route = |path: &str, policy: Policy| {
        Router::new().route(path, any(async |body: Bytes| body.len().to_string())).route_layer(jwt.require(policy))
    };
    let app = Router::new()
        .merge(route("/", Policy::access()))
        .merge(route("/header", Policy::access().locations(Locations::HEADERS)))
        .merge(route("/optional", Policy::access().optional()))
        .route("/open", any(async |body: Bytes| body.len().to_string()))
        .layer(jwt.body_tokens());
    let body = |size: usize| {
        let mut body = json!({ "access_token": token }).to_string();
        body.push_str(&" ".repeat(size - body.len()));
        body
    };
    let ask = async |path: &str, size: usize, bearer: bool| {
        let mut request = Request::post(path).header("content-type", "application/json");
        if bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = send(&app, request.body(Body::from(body(size))).unwrap()).await;
        if answer.status == 200 { answer.body } else { format!("{} {}", answer.status.as_u16(), answer.code()) }
    };
    assert_eq!(ask("/", 9000, false).await, "9000");
    assert_eq!(ask("/", 9001, false).await, "413 token_too_large");
    assert_eq!(ask("/optional", 9001, false).await, "413 token_too_large");
    // The token is elsewhere, is not looked for there, or not looked for at all.
    assert_eq!(ask("/", 100_000, true).await, "100000");
    assert_eq!(ask("/header", 100_000, true).await, "100000");
    assert_eq!(ask("/header", 100_000, false).await, "401 missing_token");
    assert_eq!(ask("/open", 100_000, false).await, "100000");
}

#[tokio::test]
async fn half_a_body_holds_no_token() {
    let jwt = jwt();
    let app = Router::new().route("/", any(async |_: TokenPayload| "in")).layer(jwt.body_tokens()).with_state(jwt);
    let body = json!({ "access_token": forge_claims(&good_claims()) }).to_string().into_bytes();
    let (request, _) = request("application/json", vec![body], End::Failure, false);
    assert_eq!(send(&app, request).await.code(), "missing_token");
}

#[tokio::test]
async fn a_token_may_lie_over_several_pieces() {
    let jwt = jwt();
    let app = Router::new()
        .route(
            "/",
            any(async |_: TokenPayload, body: Body| to_bytes(body, usize::MAX).await.unwrap().len().to_string()),
        )
        .layer(jwt.body_tokens())
        .with_state(jwt);
    let body = json!({ "access_token": forge_claims(&good_claims()) }).to_string().into_bytes();
    let length = body.len().to_string();
    for size in [1, 7, 100, 1000] {
        let pieces = body.chunks(size).map(<[u8]>::to_vec).collect();
        let (request, _) = request("application/json", pieces, End::Trailers, false);
        assert_eq!(send(&app, request).await.body, length);
    }
}
