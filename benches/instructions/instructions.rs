//! A fixed amount of work for callgrind to count: `tests/checks/instructions` runs it and compares the counts with the last ones.
//!
//! Key, clock and randomness are fixed, so that every run does the same. What counts is the function of the case that is named, with
//! all that it calls; nothing of the preparation. Without a name it says which cases there are.

use std::{
    hint::black_box,
    pin::pin,
    process::ExitCode,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use axum::{
    body::Body,
    extract::FromRequestParts,
    handler::Handler,
    http::{Request, header::AUTHORIZATION, request::Parts},
};
use fastjwt::{Algorithm, Entropy, FastJwt, OutOfEntropy, SigningKey, TokenPayload, access_token_required, jwt_claims};

/// Whether it came out as it should.
type Case = fn(&Fixture) -> bool;

/// What is counted, by the names that the counts have.
const CASES: [(&str, Case); 8] = [
    ("sign", case_sign),
    ("verify", case_verify),
    ("verify_cached", case_verify_cached),
    ("refuse_signature", case_refuse_signature),
    ("refuse_key", case_refuse_key),
    ("request", request),
    ("request_cached", request_cached),
    ("handler_cached", handler_cached),
];

const SECRET: &[u8] = b"qZ3vT8nKx1LwR6bYc0MfHs9JdPu4GeA7iVoXtEj2SkBrNlDy";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (name, calls) = (arguments.next(), arguments.next().map(|calls| calls.parse::<usize>()));
    let case = name.as_deref().map(|name| CASES.into_iter().find(|(known, _)| *known == name));
    match (case, calls) {
        (Some(Some((_, case))), Some(Ok(calls))) => {
            let fixture = Fixture::new();
            for _ in 0..calls {
                assert!(case(black_box(&fixture)), "a case does not do what it should");
            }
            ExitCode::SUCCESS
        }
        (None, None) => {
            for (name, _) in CASES {
                println!("{name}");
            }
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: instructions [CASE CALLS]");
            ExitCode::from(2)
        }
    }
}

#[jwt_claims]
struct Extra {
    tenant: String,
    level: u32,
    groups: Vec<String>,
}

struct Fixture {
    jwt: FastJwt,
    /// The same with a cache of verified tokens.
    caching: FastJwt,
    extra: Extra,
    token: String,
    forged: String,
    foreign_header: String,
}

impl Fixture {
    fn new() -> Self {
        let build = |entries| {
            FastJwt::builder()
                .key(SigningKey::from_secret(Algorithm::HS256, SECRET).expect("a good secret"))
                .issuer("https://auth.example.com")
                .audience(["api.example.com"])
                .clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
                .entropy(Fixed)
                .token_cache_entries(entries)
                .build()
                .expect("a good configuration")
        };
        let (jwt, caching) = (build(0), build(64));
        let groups = ["ops", "dev", "sales"].map(str::to_owned).to_vec();
        let extra = Extra { tenant: "acme".to_owned(), level: 3, groups };
        let token = sign(&jwt, &extra);
        let (message, signature) = token.rsplit_once('.').expect("a signature");
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{message}.{other}{}", signature.split_at(1).1);
        let (_, rest) = token.split_once('.').expect("a header");
        let foreign_header = format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6Im5vYm9keSJ9.{rest}");
        Self { jwt, caching, extra, token, forged, foreign_header }
    }

    fn request(&self) -> Parts {
        let request = Request::get("/me").header(AUTHORIZATION, format!("Bearer {}", self.token)).body(());
        request.expect("a request").into_parts().0
    }
}

struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), OutOfEntropy> {
        bytes.fill(7);
        Ok(())
    }
}

fn sign(jwt: &FastJwt, extra: &Extra) -> String {
    let token = jwt
        .create_access_token("5f0c7a3e-8a4b-4c57-9d0c-2b1f6e3d9a71")
        .scopes(["read", "write", "admin"])
        .fresh()
        .claims(extra)
        .sign();
    token.expect("a token").into_string()
}

#[inline(never)]
fn case_sign(fixture: &Fixture) -> bool {
    !black_box(sign(&fixture.jwt, &fixture.extra)).is_empty()
}

#[inline(never)]
fn case_verify(fixture: &Fixture) -> bool {
    black_box(fixture.jwt.verify_access_token::<Extra>(&fixture.token)).is_ok()
}

#[inline(never)]
fn case_verify_cached(fixture: &Fixture) -> bool {
    black_box(fixture.caching.verify_access_token::<Extra>(&fixture.token)).is_ok()
}

#[inline(never)]
fn case_refuse_signature(fixture: &Fixture) -> bool {
    black_box(fixture.jwt.verify_access_token::<Extra>(&fixture.forged)).is_err()
}

#[inline(never)]
fn case_refuse_key(fixture: &Fixture) -> bool {
    black_box(fixture.jwt.verify_access_token::<Extra>(&fixture.foreign_header)).is_err()
}

/// The extractor with a new request, as a server calls it; making the request is not counted.
fn request(fixture: &Fixture) -> bool {
    case_request(&mut fixture.request(), &fixture.jwt)
}

fn request_cached(fixture: &Fixture) -> bool {
    case_request_cached(&mut fixture.request(), &fixture.caching)
}

/// A handler with an attribute, in which axum has its share.
fn handler_cached(fixture: &Fixture) -> bool {
    case_handler_cached(axum::extract::Request::from_parts(fixture.request(), Body::empty()), &fixture.caching)
}

#[access_token_required]
async fn me(payload: TokenPayload<Extra>) -> String {
    payload.sub.clone()
}

#[inline(never)]
fn case_handler_cached(request: axum::extract::Request, jwt: &FastJwt) -> bool {
    let answer = pin!(Handler::call(me, request, jwt.clone()));
    matches!(answer.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(answer) if answer.status().is_success())
}

#[inline(never)]
fn case_request(request: &mut Parts, jwt: &FastJwt) -> bool {
    lets_in(request, jwt)
}

#[inline(never)]
fn case_request_cached(request: &mut Parts, jwt: &FastJwt) -> bool {
    black_box(lets_in(request, jwt))
}

fn lets_in(request: &mut Parts, jwt: &FastJwt) -> bool {
    let payload = pin!(TokenPayload::<Extra>::from_request_parts(request, jwt));
    matches!(payload.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(_)))
}
