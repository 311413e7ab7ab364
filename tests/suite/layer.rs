//! The layer around services that are not axum's: any body, any answer, readiness respected (`tower::Service`'s contract).

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::to_bytes,
    http::{Request, StatusCode},
    response::{IntoResponse, Response},
};
use fastjwt::Policy;
use tower::{Layer as _, Service, ServiceBuilder, ServiceExt as _, service_fn};

use crate::support::{forge_claims, good_claims, jwt};

/// An answer of a service's own.
struct Answer(String);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        ([("x-answer", "mine")], self.0).into_response()
    }
}

/// A body of a service's own.
struct Payload(Vec<u8>);

/// A service that must be found ready before each call, and whose clones are not ready because it is.
struct Strict {
    ready: bool,
    calls: Arc<AtomicUsize>,
}

impl Strict {
    fn new() -> (Self, Arc<AtomicUsize>) {
        let calls = Arc::default();
        (Self { ready: false, calls: Arc::clone(&calls) }, calls)
    }
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self { ready: false, calls: Arc::clone(&self.calls) }
    }
}

impl Service<Request<Payload>> for Strict {
    type Response = Answer;
    type Error = &'static str;
    type Future = Ready<Result<Answer, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Payload>) -> Self::Future {
        assert!(self.ready, "called without being ready");
        self.ready = false;
        self.calls.fetch_add(1, Ordering::Relaxed);
        ready(Ok(Answer(format!("{} bytes", request.into_body().0.len()))))
    }
}

fn request(token: Option<&str>) -> Request<Payload> {
    let mut request = Request::builder().uri("/any/thing");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Payload(vec![0; 7])).unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_service_with_a_body_and_an_answer_of_its_own_is_guarded() {
    let (inner, calls) = Strict::new();
    let service = jwt().access_token_required().layer(inner);
    let token = forge_claims(&good_claims());
    let response = service.clone().oneshot(request(Some(&token))).await.unwrap();
    assert_eq!((response.status(), response.headers()["x-answer"].to_str().unwrap()), (StatusCode::OK, "mine"));
    assert_eq!(text(response).await, "7 bytes");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    for token in [None, Some("garbage")] {
        let response = service.clone().oneshot(request(token)).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.headers().contains_key("www-authenticate"));
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn the_very_instance_that_was_found_ready_is_called_again_and_again() {
    let (inner, calls) = Strict::new();
    let mut service = jwt().access_token_required().layer(inner);
    let token = forge_claims(&good_claims());
    for round in 1..=3 {
        let response = service.ready().await.unwrap().call(request(Some(&token))).await.unwrap();
        assert_eq!((response.status(), calls.load(Ordering::Relaxed)), (StatusCode::OK, round));
        // A refused request uses nothing up: the service is polled again before the next call in any case.
        let response = service.ready().await.unwrap().call(request(None)).await.unwrap();
        assert_eq!((response.status(), calls.load(Ordering::Relaxed)), (StatusCode::UNAUTHORIZED, round));
    }
}

#[tokio::test]
async fn a_service_that_is_not_ready_or_fails_is_heard() {
    #[derive(Clone)]
    struct Never;
    impl Service<Request<()>> for Never {
        type Response = Response;
        type Error = &'static str;
        type Future = Ready<Result<Response, &'static str>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            Poll::Ready(Err("closed"))
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            ready(Err("failed"))
        }
    }
    let mut service = jwt().access_token_required().layer(Never);
    assert_eq!(service.ready().await.err(), Some("closed"));
    let token = format!("Bearer {}", forge_claims(&good_claims()));
    let good = Request::builder().header("authorization", token).body(()).unwrap();
    assert_eq!(service.call(good).await.err(), Some("failed"));
}

#[tokio::test]
async fn the_inner_service_sees_the_request_as_it_came() {
    let inner = service_fn(async |request: Request<String>| {
        let header = request.headers()["x-kept"].to_str().unwrap().to_owned();
        let extension = *request.extensions().get::<u8>().unwrap();
        let line = format!("{} {} {header} {extension}", request.method(), request.uri());
        Ok::<_, Infallible>(format!("{line} {}", request.into_body()))
    });
    let token = forge_claims(&good_claims());
    let request = Request::builder()
        .method("PUT")
        .uri("/a?b=c")
        .header("authorization", format!("Bearer {token}"))
        .header("x-kept", "kept")
        .extension(7_u8)
        .body("the body".to_owned())
        .unwrap();
    let service = ServiceBuilder::new().layer(jwt().require(Policy::access())).service(inner);
    assert_eq!(text(service.oneshot(request).await.unwrap()).await, "PUT /a?b=c kept 7 the body");
}

#[tokio::test]
async fn an_optional_layer_lets_in_who_has_no_token_and_nobody_with_a_bad_one() {
    let (inner, calls) = Strict::new();
    let service = jwt().require(Policy::access().optional()).layer(inner);
    assert_eq!(service.clone().oneshot(request(None)).await.unwrap().status(), StatusCode::OK);
    assert_eq!(service.clone().oneshot(request(Some("garbage"))).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn where_there_is_no_route_a_subject_param_is_a_mistake_of_the_service() {
    let (inner, calls) = Strict::new();
    let service = jwt().require(Policy::access().subject_param("user_id")).layer(inner);
    let token = forge_claims(&good_claims());
    let response = service.oneshot(request(Some(&token))).await.unwrap();
    assert_eq!((response.status(), calls.load(Ordering::Relaxed)), (StatusCode::INTERNAL_SERVER_ERROR, 0));
}
