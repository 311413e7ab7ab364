//! Issuers that answer badly: whatever they send, no request hangs, nobody follows them elsewhere, and the last good keys stay (R-89, R-90).

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use fastjwt::{Algorithm, FastJwt, TrustedIssuer};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::issuer_server::{
    GOOD, INVALID, ISSUER, Server, Time, UNAVAILABLE, Visit, builder, issuing, jwk, jwk_set, token, told, trusting,
};

/// How a server answers badly, given the set that would be good.
type Bad = fn(Visit, Value) -> Pin<Box<dyn Future<Output = ()> + Send>>;

macro_rules! bad {
    ($(|$visit:pat_param, $set:pat_param| $answer:expr),* $(,)?) => {
        vec![$({
            let bad: Bad = |$visit, $set| Box::pin(async move { $answer });
            bad
        }),*]
    };
}

/// Holds an answer against a verifier that has no keys yet, and one that has some.
async fn assert_no_keys_come(bad: Bad, timeout: Duration) {
    let issuer = issuing(Algorithm::ES256, "a");
    let good = jwk_set(&[&issuer]).await;
    for good_answers in [0, 1] {
        let set = good.clone();
        let server = Server::start(move |visit| {
            let set = set.clone();
            async move {
                if visit.number <= good_answers {
                    visit.set(&set).await;
                } else {
                    bad(visit, set).await;
                }
            }
        })
        .await;
        let time = Time::new();
        let trusted = server.issuer().timeout(timeout);
        let verifier = builder(&time).trusted_issuer(trusted).build().unwrap();
        if good_answers == 1 {
            assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
            time.set(600);
            assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
        } else {
            assert_eq!(told(&verifier, &token(&issuer)).await, UNAVAILABLE);
        }
        let stranger = issuing(Algorithm::ES256, "b");
        assert_eq!(told(&verifier, &token(&stranger)).await, UNAVAILABLE);
        assert_eq!(server.received().matches(" /keys ").count(), server.count(), "it went elsewhere");
    }
}

async fn assert_no_keys_come_of(answers: Vec<Bad>, timeout: Duration) {
    let tasks: Vec<_> = answers.into_iter().map(|bad| tokio::spawn(assert_no_keys_come(bad, timeout))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// For answers that come at once, on the slowest machine, too.
const LONG: Duration = Duration::from_secs(30);
/// For answers of which some never end: enough for the good one.
const SHORT: Duration = Duration::from_secs(3);

#[tokio::test]
async fn r_90_answers_that_are_no_key_set() {
    let answers = bad![
        |visit, _| visit.answer(200, &[], "").await,
        |visit, _| visit.answer(200, &[], "garbage \0\u{1F600}").await,
        |visit, _| visit.answer(200, &[], [0xFF, 0xFE, b'{', 0, b'}', 0]).await,
        |visit, _| visit.answer(200, &[], "null").await,
        |visit, _| visit.answer(200, &[], "[]").await,
        |visit, _| visit.answer(200, &[], "{}").await,
        |visit, _| visit.answer(200, &[], r#"{"keys":null}"#).await,
        |visit, _| visit.answer(200, &[], r#"{"keys":{}}"#).await,
        |visit, _| visit.answer(200, &[], r#"{"Keys":[]}"#).await,
        |visit, set| visit.answer(200, &[], format!("[{}]", set["keys"])).await,
        |visit, set| visit.answer(200, &[], set["keys"].to_string()).await,
        |visit, set| visit.answer(200, &[], format!("{set}{set}")).await,
        |visit, set| visit.answer(200, &[], format!("\u{FEFF}{set}")).await,
        |visit, set| visit.answer(200, &[], &set.to_string().as_bytes()[..40]).await,
        |visit, set| visit.answer(200, &[], format!(r#"{{"keys":[],"keys":{}}}"#, set["keys"])).await,
        |visit, _| visit.answer(200, &[], format!(r#"{{"keys":{}"#, "[".repeat(40_000))).await,
    ];
    assert_no_keys_come_of(answers, LONG).await;
}

#[tokio::test]
async fn r_90_answers_with_another_status() {
    let answers = bad![
        |visit, set| visit.answer(201, &[], set.to_string()).await,
        |visit, set| visit.answer(203, &[], set.to_string()).await,
        |visit, _| visit.raw("HTTP/1.1 204 No Content\r\n\r\n").await,
        // Nobody asked whether it has changed.
        |visit, _| visit.raw("HTTP/1.1 304 Not Modified\r\netag: \"a\"\r\n\r\n").await,
        |visit, set| visit.answer(401, &[("www-authenticate", "Basic")], set.to_string()).await,
        |visit, set| visit.answer(404, &[], set.to_string()).await,
        |visit, set| visit.answer(407, &[("proxy-authenticate", "Basic")], set.to_string()).await,
        |visit, set| visit.answer(429, &[("retry-after", "0")], set.to_string()).await,
        |visit, set| visit.answer(500, &[], set.to_string()).await,
        |visit, set| visit.answer(503, &[], set.to_string()).await,
        |visit, set| visit.answer(999, &[], set.to_string()).await,
    ];
    assert_no_keys_come_of(answers, LONG).await;
}

#[tokio::test]
async fn r_90_servers_that_break_off_or_are_none() {
    let answers = bad![
        |visit, _| drop(visit),
        |visit, _| visit.raw("SSH-2.0-OpenSSH_9.2\r\n").await,
        |visit, _| visit.raw("HTTP/1.1 200 OK\r\n").await,
        |visit, set| {
            let body = set.to_string();
            visit.raw(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len() + 1)).await;
        },
        |visit, set| visit.raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5000\r\n{set}")).await,
        |visit, set| visit.raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n{set}")).await,
        // Compressed, which was not asked for.
        |visit, _| visit.answer(200, &[("content-encoding", "gzip")], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0]).await,
        |visit, _| {
            let mut visit = visit;
            while visit.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.is_ok() {}
        },
        |visit, _| {
            let mut visit = visit;
            drop(visit.stream.write_all(b"HTTP/1.1 200 OK\r\n").await);
            while visit.stream.write_all(b"x-header: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n").await.is_ok() {}
        },
    ];
    assert_no_keys_come_of(answers, SHORT).await;
}

#[tokio::test]
async fn r_89_a_slow_answer_is_not_waited_for() {
    let answers = bad![
        |visit, _| visit.hang().await,
        |visit, set| {
            let mut visit = visit;
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n{set}");
            drop(visit.stream.write_all(answer.as_bytes()).await);
            visit.hang().await;
        },
        // Always just enough to look alive.
        |visit, set| {
            let mut visit = visit;
            let start = format!("HTTP/1.1 200 OK\r\ncontent-length: 40000\r\n\r\n{set}");
            let mut sent = visit.stream.write_all(start.as_bytes()).await;
            while sent.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
                sent = visit.stream.write_all(b" ").await;
            }
        },
    ];
    assert_no_keys_come_of(answers, SHORT).await;
}

#[tokio::test]
async fn r_89_a_body_is_read_to_50_kib_and_no_further() {
    let answers = bad![
        // 10 MB, as announced.
        |visit, set| visit.answer(200, &[], format!("{set}{}", " ".repeat(10_000_000))).await,
        // Announced as short, by nothing at all, or by pieces without an end.
        |visit, set| visit.raw(format!("HTTP/1.1 200 OK\r\n\r\n{set}{}", " ".repeat(10_000_000))).await,
        |visit, set| {
            let mut visit = visit;
            let body = set.to_string();
            let start = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len());
            let mut sent = visit.stream.write_all(start.as_bytes()).await;
            while sent.is_ok() {
                sent = visit.stream.write_all(b"8\r\n        \r\n").await;
            }
        },
    ];
    assert_no_keys_come_of(answers, LONG).await;
    // To the byte.
    let issuer = issuing(Algorithm::ES256, "a");
    let set = jwk_set(&[&issuer]).await.to_string();
    for (length, expected) in [(51_200, GOOD), (51_201, UNAVAILABLE)] {
        let body = format!("{set}{}", " ".repeat(length - set.len()));
        let server = Server::start(move |visit| {
            let body = body.clone();
            async move { visit.answer(200, &[], body).await }
        })
        .await;
        assert_eq!(told(&trusting(server.issuer()), &token(&issuer)).await, expected, "{length}");
    }
}

#[tokio::test]
async fn r_89_no_redirect_is_followed() {
    let issuer = issuing(Algorithm::ES256, "a");
    let set = jwk_set(&[&issuer]).await;
    // Where it would lead to, the keys are good.
    let other = Server::serving(set.clone()).await;
    for status in [300, 301, 302, 303, 307, 308] {
        for target in ["/moved".to_owned(), other.url(), format!("//{}/keys", other.address), "file:///keys".to_owned()]
        {
            let (set, location) = (set.clone(), target.clone());
            let server = Server::start(move |visit| {
                let (set, location) = (set.clone(), location.clone());
                async move {
                    match visit.path.as_str() {
                        "/keys" => visit.answer(status, &[("location", location.as_str())], set.to_string()).await,
                        _ => visit.set(&set).await,
                    }
                }
            })
            .await;
            assert_eq!(told(&trusting(server.issuer()), &token(&issuer)).await, UNAVAILABLE, "{status} {target}");
            assert_eq!(server.count(), 1, "{status} {target}");
        }
    }
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn r_90_an_issuer_that_is_not_there() {
    let issuer = issuing(Algorithm::ES256, "a");
    // A port that was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let trusted = TrustedIssuer::jwks(ISSUER, format!("http://{address}/keys")).http_on_loopback();
    assert_eq!(told(&trusting(trusted), &token(&issuer)).await, UNAVAILABLE);
    // A name that can't be one (RFC 6761 section 6.4).
    let trusted = TrustedIssuer::jwks(ISSUER, "https://issuer.invalid/keys").timeout(Duration::from_millis(500));
    assert_eq!(told(&trusting(trusted), &token(&issuer)).await, UNAVAILABLE);
}

fn discovering(server: &Server) -> TrustedIssuer {
    TrustedIssuer::discover(format!("http://{}", server.address)).http_on_loopback()
}

fn issuing_as(server: &Server, kid: &str) -> FastJwt {
    let key = fastjwt::SigningKey::generate(Algorithm::ES256).unwrap().with_id(kid).unwrap();
    FastJwt::builder().key(key).issuer(format!("http://{}", server.address)).clock(Time::new().clock()).build().unwrap()
}

/// Where a document is and what it says, given the server's address.
type Document = fn(&str) -> (&'static str, String);

/// A server whose document is what `document` makes of its address; its keys come by `set`, once they are there.
async fn with_document(document: Document) -> (Server, Arc<Mutex<Value>>) {
    let set = Arc::new(Mutex::new(json!({ "keys": [] })));
    let (address, served) = (Arc::new(Mutex::new(String::new())), Arc::clone(&set));
    let own = Arc::clone(&address);
    let server = Server::start(move |visit| {
        let (path, text) = document(&own.lock().unwrap());
        let set = served.lock().unwrap().clone();
        async move {
            match visit.path.as_str() {
                "/keys" => visit.set(&set).await,
                asked if asked == path => visit.answer(200, &[], text).await,
                _ => visit.answer(404, &[], "").await,
            }
        }
    })
    .await;
    *address.lock().unwrap() = format!("http://{}", server.address);
    (server, set)
}

const OPENID: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn r_89_a_document_names_the_address_of_the_keys() {
    let good: [Document; 2] = [
        |own| (OPENID, json!({ "issuer": own, "jwks_uri": format!("{own}/keys"), "x": [1] }).to_string()),
        // RFC 8414 alone.
        |own| {
            let document = json!({ "issuer": own, "jwks_uri": format!("{own}/keys") });
            ("/.well-known/oauth-authorization-server", document.to_string())
        },
    ];
    for document in good {
        let (server, set) = with_document(document).await;
        let issuer = issuing_as(&server, "a");
        *set.lock().unwrap() = json!({ "keys": [jwk(&issuer).await] });
        let verifier = trusting(discovering(&server));
        assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
        assert_eq!(told(&verifier, &token(&issuing_as(&server, "b"))).await, INVALID);
    }
}

#[tokio::test]
async fn r_89_a_document_that_names_another_issuer_or_a_bad_address_is_refused() {
    let bad: [fn(&str) -> String; 14] = [
        |own| json!({ "issuer": format!("{own}/"), "jwks_uri": format!("{own}/keys") }).to_string(),
        |own| json!({ "issuer": own.to_uppercase(), "jwks_uri": format!("{own}/keys") }).to_string(),
        |own| json!({ "issuer": ISSUER, "jwks_uri": format!("{own}/keys") }).to_string(),
        |own| json!({ "issuer": [own], "jwks_uri": format!("{own}/keys") }).to_string(),
        |own| json!({ "jwks_uri": format!("{own}/keys") }).to_string(),
        |own| json!({ "issuer": own }).to_string(),
        |own| json!([own, format!("{own}/keys")]).to_string(),
        |own| format!(r#"{{"issuer":"{own}","issuer":"{own}","jwks_uri":"{own}/keys"}}"#),
        |own| json!({ "issuer": own, "jwks_uri": "/keys" }).to_string(),
        |own| json!({ "issuer": own, "jwks_uri": own.replace("127.0.0.1", "127.0.0.2") + "/keys" }).to_string(),
        |own| json!({ "issuer": own, "jwks_uri": own.replace("127.0.0.1", "localhost") + "/keys" }).to_string(),
        |own| json!({ "issuer": own, "jwks_uri": own.replace("//", "//user:password@") + "/keys" }).to_string(),
        |own| json!({ "issuer": own, "jwks_uri": "file:///keys" }).to_string(),
        |_| "garbage".to_owned(),
    ];
    for (index, text) in bad.into_iter().enumerate() {
        // The good document, of which the bad one is a change.
        let own = Arc::new(Mutex::new(String::new()));
        let address = Arc::clone(&own);
        let server = Server::start(move |visit| {
            let text = text(&address.lock().unwrap());
            async move {
                match visit.path.as_str() {
                    OPENID => visit.answer(200, &[], text).await,
                    _ => visit.set(&json!({ "keys": [] })).await,
                }
            }
        })
        .await;
        *own.lock().unwrap() = format!("http://{}", server.address);
        let issuer = issuing_as(&server, "a");
        assert_eq!(told(&trusting(discovering(&server)), &token(&issuer)).await, UNAVAILABLE, "{index}");
        assert_eq!(server.count(), 1, "{index}");
    }
}
