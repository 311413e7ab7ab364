//! One fetch of an issuer's keys: over HTTPS, within a time, within a size, from nowhere else than where it was told.

use std::{error::Error as _, fmt, time::Duration};

use reqwest::{
    Client, ClientBuilder, StatusCode, Url,
    header::{ACCEPT, HeaderMap},
    redirect,
};
use serde::Deserialize;

use super::{
    address,
    foreign::{self, Foreign, SetFault},
    freshness,
};
use crate::key::{Algorithm, ring::MOST_SET_SIZE};

/// The longest body that is read, in bytes.
const MOST_BODY: usize = MOST_SET_SIZE;

/// Where an issuer's keys are.
pub(crate) enum Place {
    /// The address of the JWK set.
    Set(Url),
    /// The addresses of documents that name it (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3), tried in turn.
    Documents { issuer: String, url: Url, documents: Vec<Url> },
}

/// Fetches the keys of one issuer.
pub(crate) struct Fetcher {
    pub(crate) client: Client,
    pub(crate) place: Place,
    pub(crate) algorithms: Vec<Algorithm>,
    /// How long a fetch may take in all.
    pub(crate) timeout: Duration,
    /// Whether this machine's own addresses need no TLS.
    pub(crate) loopback: bool,
}

/// What came of a fetch.
pub(super) struct Fetched {
    pub(super) set: Foreign,
    /// How long the answer says that it may be kept.
    pub(super) fresh_for: Option<Duration>,
}

/// A client that goes where it is told and nowhere else, for fetches that may take so long in all.
///
/// What cargo's unification of features could switch on in it is switched off here.
pub(crate) fn client(timeout: Duration) -> Option<Client> {
    builder(timeout).build().ok()
}

fn builder(timeout: Duration) -> ClientBuilder {
    Client::builder()
        .tls_backend_rustls()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .http1_only()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .no_hickory_dns()
        // A fetch is minutes from the next one, and may be on another runtime than it.
        .pool_max_idle_per_host(0)
        // The host's addresses share it, so that one that says nothing leaves time for the next.
        .connect_timeout(timeout / 4 * 3)
}

impl Fetcher {
    pub(super) async fn fetch(&self) -> Result<Fetched, FetchFault> {
        // One time for everything: an issuer that sends a byte a second gains nothing by it.
        tokio::time::timeout(self.timeout, self.fetch_all()).await.unwrap_or(Err(FetchFault::TimedOut))
    }

    async fn fetch_all(&self) -> Result<Fetched, FetchFault> {
        let (headers, body) = match &self.place {
            Place::Set(url) => self.get(url).await?,
            Place::Documents { issuer, url, documents } => {
                self.get(&self.discover(issuer, url, documents).await?).await?
            }
        };
        let set = foreign::read(&body, &self.algorithms)?;
        Ok(Fetched { set, fresh_for: freshness::remaining(&headers) })
    }

    /// The address of the set, from the issuer's document.
    async fn discover(&self, issuer: &str, url: &Url, documents: &[Url]) -> Result<Url, FetchFault> {
        let mut found = Err(FetchFault::Status(StatusCode::NOT_FOUND));
        for document in documents {
            found = self.get(document).await;
            if !found.as_ref().is_err_and(FetchFault::is_no_document) {
                break;
            }
        }
        let (_, body) = found?;
        let document = Document::read(&body).ok_or(FetchFault::NotADocument)?;
        // Else one issuer could vouch for another's tokens (RFC 8414 section 3.3).
        if document.issuer != issuer {
            return Err(FetchFault::OtherIssuer);
        }
        address::parse_named(&document.jwks_uri, url, self.loopback).ok_or(FetchFault::BadAddress)
    }

    /// The body of a good answer. Nothing of a token is in what is sent: the address is the configuration's, or the issuer's.
    async fn get(&self, url: &Url) -> Result<(HeaderMap, Vec<u8>), FetchFault> {
        let request = self.client.get(url.clone()).header(ACCEPT, "application/json, application/jwk-set+json");
        let mut answer = request.send().await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchFault::Status(answer.status()));
        }
        let mut body = Vec::new();
        // Piece by piece: a `Content-Length` may lie, and a body without one may have no end.
        while let Some(piece) = answer.chunk().await? {
            if body.len() + piece.len() > MOST_BODY {
                return Err(FetchFault::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        Ok((std::mem::take(answer.headers_mut()), body))
    }
}

/// What matters of an issuer's metadata; a member that stands twice is refused.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

impl Document {
    fn read(json: &[u8]) -> Option<Self> {
        // serde reads a struct from a list, too.
        json.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(json).ok()).flatten()
    }
}

/// Why a fetch failed: for the log, without an address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FetchFault {
    TimedOut,
    /// The connection, with the deepest cause that is known.
    Connection(String),
    Status(StatusCode),
    TooLarge,
    Set(SetFault),
    NotADocument,
    OtherIssuer,
    BadAddress,
    /// The runtime, and the fetch with it, has ended.
    Ended,
    /// The runtime stands still, and the fetch with it.
    Unheard,
}

impl FetchFault {
    /// Whether there is no such document: some stores say so with 403. Who asks too often is told just that.
    fn is_no_document(&self) -> bool {
        matches!(self, Self::Status(status) if status.is_client_error() && *status != StatusCode::TOO_MANY_REQUESTS)
    }
}

impl From<reqwest::Error> for FetchFault {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(deeper) = cause {
            text = deeper.to_string();
            cause = deeper.source();
        }
        Self::Connection(text)
    }
}

impl From<SetFault> for FetchFault {
    fn from(fault: SetFault) -> Self {
        Self::Set(fault)
    }
}

impl fmt::Display for FetchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimedOut => "it took too long",
            Self::Connection(cause) => return write!(f, "the connection failed: {cause}"),
            Self::Status(status) if status.is_redirection() => {
                "the answer is a redirect, which is not followed: configure the address that it leads to"
            }
            Self::Status(status) => return write!(f, "the answer's status is {}", status.as_u16()),
            Self::TooLarge => "the answer is longer than 50 KiB",
            Self::Set(SetFault::NotASet) => "the answer is no JWK set",
            Self::Set(SetFault::RepeatedId) => "the JWK set has two usable keys with the same `kid`",
            Self::NotADocument => "the answer is no metadata document with `issuer` and `jwks_uri`",
            Self::OtherIssuer => "the metadata document is another issuer's",
            Self::BadAddress => {
                "the `jwks_uri` of the metadata document must be an `https` address with a host name, or on the issuer's own host"
            }
            Self::Ended => "the runtime has ended",
            Self::Unheard => "the runtime on which they are fetched stands still",
        })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::{Ipv4Addr, SocketAddr, TcpListener},
        time::Duration,
    };

    use super::builder;

    /// A host that is at two addresses, of which the first takes no connection and refuses none, as one behind a firewall.
    #[tokio::test]
    async fn r_89_an_address_that_says_nothing_leaves_time_for_the_next() -> Result<(), Box<dyn std::error::Error>> {
        let good = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = good.local_addr()?.port();
        std::thread::spawn(move || {
            let (mut stream, _) = good.accept()?;
            stream.read_exact(&mut [0; 16])?;
            stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}")
        });
        let silent = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), port));
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(silent)?;
        // Nobody accepts, and so many may wait.
        let _listener = socket.listen(1)?;
        let mut waiting = Vec::new();
        while let Ok(connection) =
            tokio::time::timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(silent)).await
        {
            waiting.push(connection?);
        }

        let timeout = Duration::from_secs(8);
        let addresses = [silent, SocketAddr::from((Ipv4Addr::LOCALHOST, port))];
        let client = builder(timeout).resolve_to_addrs("issuer.example", &addresses).build()?;
        let fetch = client.get(format!("http://issuer.example:{port}/keys")).send();
        let answer = tokio::time::timeout(timeout, fetch).await??;
        assert_eq!(answer.status(), 200);
        Ok(())
    }
}
