//! Keys over TLS: from a server that the system vouches for, and from no other.

use std::sync::{Arc, Mutex};

use fastjwt::{Algorithm, SigningKey, TrustedIssuer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::{
    issuer_server::{GOOD, ISSUER, UNAVAILABLE, issuing_with, jwk_set, token, told, trusting},
    test_keys::{P256, der},
};

/// For localhost and 127.0.0.1, until 2120; its key signs nothing else.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBSzCB8aADAgECAgEBMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDGZhc3Rqd3Qg\n\
dGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFzEVMBMGA1UE\n\
AwwMZmFzdGp3dCB0ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwA8Z3jCA\n\
5C3WDUFdzXJbYyOjbxS1uweigab1BvgxTNPXWa2D7tymPgYxQ5GfkoTzxQ/bnBxO\n\
t5d2Inlvgx9oy6MsMCowGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAwGA1Ud\n\
EwEB/wQCMAAwCgYIKoZIzj0EAwIDSQAwRgIhANxH/PihXGnC+Cq92I0sAkFgZ541\n\
yQ7RV32i+mh+Qd4YAiEAwPCcbQR3O10cvrM7FuZX9r+Rku/jwVmHpeiioJl3szs=\n\
-----END CERTIFICATE-----\n";
const CERTIFICATE_KEY: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQj0GXi7mhIsabiX5\n\
NIEvHtI/rxrED5upEbZjHsD2BIehRANCAATADxneMIDkLdYNQV3NcltjI6NvFLW7\n\
B6KBpvUG+DFM09dZrYPu3KY+BjFDkZ+ShPPFD9ucHE63l3YieW+DH2jL\n\
-----END PRIVATE KEY-----\n";

/// What became of each connection: the head of its request, or why there was none.
type Seen = Arc<Mutex<Vec<Result<String, String>>>>;

/// A server with TLS that answers everything with this body; its port, and what it saw.
async fn server(body: String) -> (u16, Seen) {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(der(CERTIFICATE_KEY)));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(der(CERTIFICATE))], key)
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Seen::default();
    let see = Arc::clone(&seen);
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let exchange = async {
                let mut stream = acceptor.accept(stream).await?;
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await?);
                }
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                stream.write_all(answer.as_bytes()).await?;
                stream.shutdown().await?;
                std::io::Result::Ok(String::from_utf8(head).unwrap())
            };
            let result = exchange.await.map_err(|error| error.to_string());
            see.lock().unwrap().push(result);
        }
    });
    (port, seen)
}

fn issuer() -> fastjwt::FastJwt {
    issuing_with(SigningKey::from_pem(Algorithm::ES256, P256).unwrap())
}

#[tokio::test]
async fn r_89_a_certificate_that_nobody_vouches_for_is_refused() {
    let (port, seen) = server(jwk_set(&[&issuer()]).await.to_string()).await;
    let verifier = trusting(TrustedIssuer::jwks(ISSUER, format!("https://127.0.0.1:{port}/keys")));
    assert_eq!(told(&verifier, &token(&issuer())).await, UNAVAILABLE);
    while seen.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    // It was reached, and turned away for its certificate before anything was asked.
    let seen = seen.lock().unwrap();
    assert!(
        seen.iter().all(|seen| seen.as_ref().is_err_and(|error| error.to_lowercase().contains("unknownca"))),
        "{seen:?}"
    );
}

/// The system's list of authorities is read once in a process, so that this needs one of its own: this test once more.
#[cfg(target_os = "linux")] // Elsewhere no variable adds to that list.
#[tokio::test(flavor = "multi_thread")]
async fn r_89_a_server_that_the_system_vouches_for_is_asked() {
    const URL: &str = "FASTJWT_TEST_JWKS_URL";
    if let Ok(url) = std::env::var(URL) {
        assert_eq!(told(&trusting(TrustedIssuer::jwks(ISSUER, url)), &token(&issuer())).await, GOOD);
        return;
    }
    let (port, seen) = server(jwk_set(&[&issuer()]).await.to_string()).await;
    let authorities = std::env::temp_dir().join(format!("fastjwt-authorities-{port}.pem"));
    std::fs::write(&authorities, CERTIFICATE).unwrap();
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tls::r_89_a_server_that_the_system_vouches_for_is_asked"])
        .env(URL, format!("https://localhost:{port}/keys"))
        .env("SSL_CERT_FILE", &authorities)
        .env_remove("SSL_CERT_DIR")
        .output()
        .await
        .unwrap();
    std::fs::remove_file(&authorities).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let seen = seen.lock().unwrap();
    assert!(
        seen.iter().any(|seen| seen.as_ref().is_ok_and(|head| head.starts_with("GET /keys HTTP/1.1\r\n"))),
        "{seen:?}"
    );
}
