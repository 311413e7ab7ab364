//! A host that falls silent: its connections stay, and nothing comes over them any more.

use std::{net::SocketAddr, time::Duration};

use fastjwt::session::{Check, Patient, PostgresStore, SessionStore, Subject};
use sqlx::postgres::PgPoolOptions;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};

use super::{Place, Where, race::date, servers::POSTGRES};
use crate::support::NOW;

/// How many connections the pool may have.
const MOST: u32 = 4;

/// A way to the server that falls silent: what has been connected then hears nothing any more, and what comes later does.
struct Way {
    port: u16,
    silences: watch::Sender<()>,
}

impl Way {
    async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (silences, heard) = watch::channel(());
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut heard = heard.clone();
                heard.mark_unchanged();
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(server).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                        silence = heard.changed() => {
                            // Both ends stay open for as long as the test lasts.
                            if silence.is_ok() {
                                std::future::pending::<()>().await;
                            }
                        }
                    }
                });
            }
        });
        Self { port, silences }
    }

    fn falls_silent(&self) {
        self.silences.send(()).unwrap();
    }
}

async fn comes_back(asked_before_use: bool) {
    let place = Place::new(Where::Postgres).await;
    let way = Way::to(SocketAddr::from(([127, 0, 0, 1], POSTGRES.port))).await;
    let pool = PgPoolOptions::new().max_connections(MOST).test_before_acquire(asked_before_use);
    let pool = pool.connect_with(place.options().port(way.port)).await.unwrap();
    let store = Patient::new(PostgresStore::new(pool.clone()));
    let check = Check::new(Subject { realm: "", id: "USER_ID" }, date(NOW + 100), date(NOW));
    // The pool has all its connections, and then there is silence.
    let mut lent = Vec::new();
    for _ in 0..MOST {
        lent.push(pool.acquire().await.unwrap());
    }
    drop(lent);
    store.check(check).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    way.falls_silent();
    let reached = async {
        while let Err(error) = store.check(check).await {
            assert!(error.is_transient(), "{error:?}");
        }
    };
    timeout(Duration::from_secs(10), reached).await.expect("it is reached anew");
    // Of its connections, none is lost.
    let mut requests = JoinSet::new();
    for _ in 0..MOST {
        let pool = pool.clone();
        requests.spawn(async move { timeout(Duration::from_secs(10), pool.acquire()).await });
    }
    let lent = requests.join_all().await;
    assert!(lent.iter().all(|lent| matches!(lent, Ok(Ok(_)))), "{lent:?}");
}

#[tokio::test]
async fn r_79_a_postgres_that_fell_silent_is_reached_anew() {
    comes_back(false).await;
}

#[tokio::test]
async fn r_79_a_postgres_that_fell_silent_is_reached_anew_with_connections_asked_before_use() {
    comes_back(true).await;
}
