//! Servers that are killed in the middle of traffic and start again, and a second process.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use fastjwt::{
    FastJwt, NoClaims, Policy,
    session::{PostgresStore, RedisStore, SessionStore, SqliteStore},
};
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinSet;

use super::{Hands, app, builder, good, invalid, log_in, renew, see, somebody, try_refresh, unavailable};
use crate::stores::{Place, QUICK, Server, Where};

/// What a crowd of clients was answered while the server went and came.
#[derive(Default)]
struct Seen {
    good: AtomicUsize,
    unavailable: AtomicUsize,
}

/// Tokens that are good are let in or answered with 503, and those that are not are never let in, whatever happens to the server;
/// afterwards the same service works on.
async fn killed_in_traffic(server: Server, store: Arc<dyn SessionStore>) {
    let hands = Hands::new();
    let jwt = builder(store, &hands).store_timeout(Duration::from_secs(2)).build().unwrap();
    let sub = somebody();
    let (alive, ended, refreshed) = (log_in(&jwt, &sub).await, log_in(&jwt, &sub).await, log_in(&jwt, &sub).await);
    let alone = jwt.create_access_token(&sub).sign().unwrap().into_string();
    let payload = jwt.authenticate::<NoClaims>(&alone, &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    let payload = jwt.authenticate::<NoClaims>(&ended.refresh, &Policy::refresh()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();

    let (over, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Seen::default()));
    let mut crowd = JoinSet::new();
    for _ in 0..8 {
        let (app, over, seen) = (app(&jwt), Arc::clone(&over), Arc::clone(&seen));
        let (alive, refused) = (alive.access.clone(), [ended.access.clone(), alone.clone()]);
        crowd.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                match see(&app, "/me", &alive).await {
                    answer if answer == good() => seen.good.fetch_add(1, Ordering::Relaxed),
                    answer if answer == unavailable() => seen.unavailable.fetch_add(1, Ordering::Relaxed),
                    answer => panic!("a good token was answered {answer:?}"),
                };
                for token in &refused {
                    let answer = see(&app, "/me", token).await;
                    assert!(answer == invalid() || answer == unavailable(), "a dead token was answered {answer:?}");
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }
    let until = async |enough: &AtomicUsize| {
        let before = enough.load(Ordering::Relaxed);
        for _ in 0..6000 {
            if enough.load(Ordering::Relaxed) > before + 8 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the service does not recover");
    };
    until(&seen.good).await;
    let server = Arc::new(server);
    let kill = Arc::clone(&server);
    tokio::task::spawn_blocking(move || kill.kill()).await.unwrap();
    until(&seen.unavailable).await;
    assert_eq!(try_refresh(&app(&jwt), &refreshed.refresh).await, unavailable());
    let start = Arc::clone(&server);
    tokio::task::spawn_blocking(move || start.start_again()).await.unwrap();
    until(&seen.good).await;
    over.store(true, Ordering::Relaxed);
    while let Some(ended) = crowd.join_next().await {
        ended.unwrap();
    }
    assert_eq!(see(&app(&jwt), "/me", &alone).await, invalid(), "no revocation is lost");
    assert_eq!(try_refresh(&app(&jwt), &ended.refresh).await, invalid());
    let next = renew(&app(&jwt), &refreshed.refresh).await;
    assert_eq!(see(&app(&jwt), "/me", &next.access).await, good(), "nothing was consumed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r_79_redis_is_killed_in_the_middle_of_traffic() {
    let server = Server::redis();
    let client = redis::Client::open(server.url()).unwrap();
    let connection = client.get_connection_manager().await.unwrap();
    let store = RedisStore::connect(connection).await.unwrap();
    killed_in_traffic(server, Arc::new(store)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r_79_postgres_is_killed_in_the_middle_of_traffic() {
    let server = Server::postgres(QUICK);
    let pool = PgPoolOptions::new().max_connections(8).connect(&server.url()).await.unwrap();
    let store = PostgresStore::new(pool);
    store.migrate().await.unwrap();
    killed_in_traffic(server, Arc::new(store)).await;
}

/// The variables that make a process of this test the other one.
const FILE: &str = "FASTJWT_TEST_SESSIONS_FILE";
const TOKEN: &str = "FASTJWT_TEST_REFRESH_TOKEN";

async fn of_file(file: &str) -> FastJwt {
    builder(SqliteStore::open(file).await.unwrap(), &Hands::new())
        .store_timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

/// A logout in one process is seen by the other at its next question.
#[tokio::test]
async fn r_77_two_processes_see_each_other() {
    if let (Ok(file), Ok(token)) = (std::env::var(FILE), std::env::var(TOKEN)) {
        let jwt = of_file(&file).await;
        let payload = jwt.authenticate::<NoClaims>(&token, &Policy::refresh()).await.unwrap();
        jwt.revoke(&payload).await.unwrap();
        return;
    }
    let place = Place::new(Where::Sqlite).await;
    let file = place.file().to_str().unwrap().to_owned();
    let jwt = of_file(&file).await;
    let app = app(&jwt);
    let sub = somebody();
    let (gone, stays) = (log_in(&jwt, &sub).await, log_in(&jwt, &sub).await);
    assert_eq!(see(&app, "/me", &gone.access).await, good());
    let this_test = "sessions::servers::r_77_two_processes_see_each_other";
    let mut other = Command::new(std::env::current_exe().unwrap());
    other.args([this_test, "--exact"]).env(FILE, &file).env(TOKEN, &gone.refresh);
    let output = tokio::task::spawn_blocking(move || other.output()).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(see(&app, "/me", &gone.access).await, invalid());
    assert_eq!(try_refresh(&app, &gone.refresh).await, invalid());
    assert_eq!(see(&app, "/me", &stays.access).await, good());
}
