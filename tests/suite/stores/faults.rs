//! What goes wrong between a service and its store: calls that are dropped half-way, and answers that make no sense.

use std::{future::poll_fn, task::Poll};

use fastjwt::session::{
    Check, CutOff, End, List, Open, PostgresStore, RedisStore, Rotate, Rotation, Session, SessionStore, SqliteStore,
    Standing, StoreError, StoreFault, Subject, Which,
};
use sqlx::{AssertSqlSafe, Executor as _};

use super::{
    Place, Where,
    race::{date, token},
    servers::{REDIS, Server},
};
use crate::support::{NOW, unique};

async fn log_in(store: &dyn SessionStore, subject: Subject<'_>) {
    let session = Session::new("sid", date(NOW), date(NOW + 1000));
    store.open(Open::new(subject, &session, &token("P"), date(NOW))).await.unwrap();
}

/// Drops a call after so many polls, at whatever it waits for then; its answer, if it had one before.
async fn dropped_after<T>(polls: u32, mut call: std::pin::Pin<Box<dyn Future<Output = T> + Send + '_>>) -> Option<T> {
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        call.as_mut().poll(context).map(Some)
    })
    .await
}

/// The caller goes away at each await of the store: nothing is half done, and asking again tells what was done.
async fn dropped_at_every_await(kind: Where) {
    let place = Place::new(kind).await;
    let store = place.open().await;
    for polls in 0.. {
        let id = format!("subject-{}", unique());
        let subject = Subject { realm: "", id: &id };
        log_in(&*store, subject).await;
        let (first, second, third) = (token("S"), token("T"), token("U"));
        let rotate = Rotate::new(subject, "sid", "P", &first, date(NOW + 1000), date(NOW));
        let rotated = dropped_after(polls, store.rotate(rotate)).await;
        assert_eq!(store.rotate(rotate).await.unwrap(), Rotation::Installed, "{kind:?} after {polls} polls");
        let next = Rotate::new(subject, "sid", "S", &second, date(NOW + 1000), date(NOW));
        assert_eq!(store.rotate(next).await.unwrap(), Rotation::Installed, "{kind:?} after {polls} polls");
        let reuse = Rotate::new(subject, "sid", "P", &third, date(NOW + 1000), date(NOW));
        let alarmed = dropped_after(polls, store.rotate(reuse)).await;
        assert_eq!(store.rotate(reuse).await.unwrap(), Rotation::Reuse, "{kind:?} after {polls} polls");
        log_in(&*store, Subject { realm: "other", id: &id }).await;
        let end = End::new(Subject { realm: "other", id: &id }, Which::All, date(NOW));
        let ended = dropped_after(polls, store.end(end)).await;
        store.end(end).await.unwrap();
        let list = List::new(Subject { realm: "other", id: &id }, 10, date(NOW));
        assert_eq!(store.sessions(list).await.unwrap(), [], "{kind:?} after {polls} polls");
        if let (Some(rotated), Some(alarmed), Some(ended)) = (rotated, alarmed, ended) {
            assert_eq!((rotated.unwrap(), alarmed.unwrap(), ended.unwrap()), (Rotation::Installed, Rotation::Reuse, 1));
            assert!(polls > 0, "the call was dropped at least once");
            return;
        }
    }
}

#[tokio::test]
async fn r_70_memory_is_dropped_at_every_await() {
    dropped_at_every_await(Where::Memory).await;
}

#[tokio::test]
async fn r_70_sqlite_is_dropped_at_every_await() {
    dropped_at_every_await(Where::Sqlite).await;
}

async fn sqlite_with_one_connection() -> (Place, sqlx::SqlitePool) {
    let place = Place::new(Where::Sqlite).await;
    place.open().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.file());
    let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    (place, pool)
}

/// What an end in SQLite has begun, it brings to its end, but who goes away in the queue leaves nothing behind to be done.
#[tokio::test]
async fn r_70_who_waits_in_vain_for_sqlite_does_not_pile_up() {
    let (_place, pool) = sqlite_with_one_connection().await;
    let store = SqliteStore::new(pool.clone());
    log_in(&store, WHO).await;
    let busy = pool.acquire().await.unwrap();
    for _ in 0..10 {
        let wait = std::time::Duration::from_millis(5);
        let waited = tokio::time::timeout(wait, store.end(End::new(WHO, Which::All, date(NOW)))).await;
        waited.expect_err("another one has the connection");
    }
    drop(busy);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(store.end(End::new(WHO, Which::All, date(NOW))).await, Ok(1));
}

/// SQLite undoes by itself what the disk has no room for, and sqlx does not hear of it.
#[tokio::test]
async fn r_78_sqlite_goes_on_when_its_full_disk_has_room_again() {
    let (_place, pool) = sqlite_with_one_connection().await;
    let store = SqliteStore::new(pool.clone());
    log_in(&store, WHO).await;
    let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count").fetch_one(&pool).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).execute(&pool).await.unwrap();
    // One after the other, until there is no room for a further one.
    let mut filled = 0;
    let fault = loop {
        let who = format!("{filled}{}", "x".repeat(1000));
        let mut end = End::new(Subject { realm: "", id: &who }, Which::All, date(NOW));
        end.cut_off = Some(CutOff { before: date(NOW), keep_until: date(NOW + 100) });
        match store.end(end).await {
            Ok(_) => filled += 1,
            Err(error) => break error.fault(),
        }
        assert!(filled < 1000, "the disk is never full");
    };
    assert_eq!(fault, StoreFault::Full);
    // As much as there was, on any connection that the pool may make.
    sqlx::query("PRAGMA max_page_count = 1000000").execute(&pool).await.unwrap();
    assert_eq!(store.end(End::new(WHO, Which::All, date(NOW))).await, Ok(1));
    assert_eq!(store.purge(date(NOW + 1_000_000)).await, Ok(filled));
}

#[tokio::test]
async fn r_70_postgres_is_dropped_at_every_await() {
    dropped_at_every_await(Where::Postgres).await;
}

#[tokio::test]
async fn r_70_redis_is_dropped_at_every_await() {
    dropped_at_every_await(Where::Redis).await;
}

const WHO: Subject<'_> = Subject { realm: "", id: "USER_ID" };

/// Every operation that reads the session; the errors are all the same.
async fn faults(store: &dyn SessionStore) -> Vec<StoreFault> {
    let mut check = Check::new(WHO, date(NOW + 100), date(NOW));
    check.session = Some("sid");
    let successor = token("S");
    let rotate = Rotate::new(WHO, "sid", "X", &successor, date(NOW + 1000), date(NOW));
    let faults = [
        store.check(check).await.err(),
        store.renew(check, date(NOW + 10)).await.err(),
        store.rotate(rotate).await.err(),
    ];
    faults.into_iter().flatten().map(|error: StoreError| error.fault()).collect()
}

#[tokio::test]
async fn a_database_that_returns_garbage_is_an_error() {
    let postgres = Place::new(Where::Postgres).await;
    let pool = postgres.pool(1).await;
    let sqlite = Place::new(Where::Sqlite).await;
    sqlite.open().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(sqlite.file());
    let file = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let stores: [&dyn SessionStore; 2] = [&PostgresStore::new(pool.clone()), &SqliteStore::new(file.clone())];
    for spoil in ["idle_end = 9223372036854775807", "ends = 900000000000000000"] {
        for store in stores {
            store.end(End::new(WHO, Which::All, date(NOW))).await.ok();
        }
        for delete in ["DELETE FROM fastjwt_sessions"] {
            pool.execute(delete).await.unwrap();
            file.execute(delete).await.unwrap();
        }
        for store in stores {
            log_in(store, WHO).await;
        }
        let spoil = format!("UPDATE fastjwt_sessions SET {spoil}");
        pool.execute(AssertSqlSafe(spoil.clone())).await.unwrap();
        file.execute(AssertSqlSafe(spoil.clone())).await.unwrap();
        for store in stores {
            assert_eq!(faults(store).await.first(), Some(&StoreFault::Garbage), "{spoil}");
        }
    }
    // What no statement would have written: SQLite takes a text for a number.
    file.execute("UPDATE fastjwt_sessions SET ends = 'soon', idle_end = 'later'").await.unwrap();
    assert_eq!(faults(stores[1]).await.first(), Some(&StoreFault::Garbage));
    pool.execute("UPDATE fastjwt_sessions SET ends = idle_end, idle_end = 1767229000000, grace_from = 1")
        .await
        .unwrap();
    pool.execute("UPDATE fastjwt_sessions SET ends = idle_end").await.unwrap();
    assert_eq!(faults(stores[0]).await, [StoreFault::Garbage], "half of a grace period");
    pool.execute("DROP TABLE fastjwt_sessions").await.unwrap();
    let error = stores[0].sessions(List::new(WHO, 1, date(NOW))).await.unwrap_err();
    assert_eq!(error.fault(), StoreFault::Refused);
    assert_eq!(error.to_string(), "the store refused: the tables are missing: `migrate` makes them (42P01)");
}

#[tokio::test]
async fn a_redis_that_returns_garbage_is_an_error() {
    let mut connection = REDIS.connection().await;
    let prefix = format!("garbage{}", unique());
    let store = RedisStore::connect(connection.clone()).await.unwrap().prefix(&prefix);
    log_in(&store, WHO).await;
    let keys: Vec<String> =
        redis::cmd("KEYS").arg(format!("{prefix}:*:session:*")).query_async(&mut connection).await.unwrap();
    let [key] = &keys[..] else { panic!("{keys:?}") };
    for (field, value) in [("ends", "soon"), ("ends", "99999999999999999"), ("idle_end", ""), ("idle_end", "-")] {
        let _: () = redis::cmd("DEL").arg(key).query_async(&mut connection).await.unwrap();
        log_in(&store, WHO).await;
        let _: () = redis::cmd("HSET").arg(key).arg(field).arg(value).query_async(&mut connection).await.unwrap();
        assert_eq!(faults(&store).await.first(), Some(&StoreFault::Garbage), "{field} {value}");
    }
    let _: () = redis::cmd("DEL").arg(key).query_async(&mut connection).await.unwrap();
    log_in(&store, WHO).await;
    let _: () = redis::cmd("HDEL").arg(key).arg("ends").query_async(&mut connection).await.unwrap();
    assert_eq!(faults(&store).await, [StoreFault::Garbage; 3]);
    let _: () = redis::cmd("SET").arg(key).arg("text").query_async(&mut connection).await.unwrap();
    assert_eq!(faults(&store).await, [StoreFault::Garbage; 3]);
}

#[tokio::test]
async fn r_77_a_redis_that_drops_keys_is_refused() {
    let server = Server::redis();
    let mut connection = server.connection().await;
    let set = async |name: &str, value: &str, connection: &mut redis::aio::ConnectionManager| {
        let mut command = redis::cmd("CONFIG");
        let _: () = command.arg("SET").arg(name).arg(value).query_async(connection).await.unwrap();
    };
    set("maxmemory", "100mb", &mut connection).await;
    assert!(RedisStore::connect(connection.clone()).await.is_ok());
    for policy in ["allkeys-lru", "volatile-ttl"] {
        set("maxmemory-policy", policy, &mut connection).await;
        let refused = RedisStore::connect(connection.clone()).await.expect_err("it drops keys");
        assert_eq!(refused.fault(), StoreFault::Refused);
        assert!(refused.to_string().contains("noeviction"), "{refused}");
    }
    set("maxmemory", "0", &mut connection).await;
    assert!(RedisStore::connect(connection.clone()).await.is_ok(), "without a bound nothing is dropped");
    // Full, and nothing is dropped: a login is refused.
    set("maxmemory-policy", "noeviction", &mut connection).await;
    let store = RedisStore::connect(connection.clone()).await.unwrap();
    set("maxmemory", "1", &mut connection).await;
    let session = Session::new("sid", date(NOW), date(NOW + 1000));
    let full = store.open(Open::new(WHO, &session, &token("P"), date(NOW))).await.unwrap_err();
    assert_eq!(full.fault(), StoreFault::Full, "{full}");
}

/// What gives memory back must not be refused for want of memory.
#[tokio::test]
async fn r_78_sessions_in_a_full_redis_end() {
    let server = Server::redis();
    let mut connection = server.connection().await;
    let store = RedisStore::connect(connection.clone()).await.unwrap();
    log_in(&store, WHO).await;
    let _: () = redis::cmd("CONFIG").arg(&["SET", "maxmemory", "1"]).query_async(&mut connection).await.unwrap();
    let session = Session::new("other", date(NOW), date(NOW + 1000));
    let full = store.open(Open::new(WHO, &session, &token("P"), date(NOW))).await.unwrap_err();
    assert_eq!(full.fault(), StoreFault::Full, "{full}");
    let mut end = End::new(WHO, Which::All, date(NOW));
    end.cut_off = Some(fastjwt::session::CutOff { before: date(NOW), keep_until: date(NOW + 100) });
    assert_eq!(store.end(end).await, Ok(1));
    let mut check = Check::new(WHO, date(NOW + 100), date(NOW));
    assert_eq!(store.check(check).await, Ok(Standing::CutOff));
    check.session = Some("sid");
    assert_eq!(store.check(check).await, Ok(Standing::SessionEnded));
}

#[tokio::test]
async fn redis_keys_of_a_subject_have_one_tag() {
    let mut connection = REDIS.connection().await;
    let number = unique();
    let store = RedisStore::connect(connection.clone()).await.unwrap().prefix(&format!("{{tag}}{number}"));
    let subject = Subject { realm: "st}aff", id: "{a}b{c" };
    log_in(&store, subject).await;
    let revoke = fastjwt::session::Revoke::new(subject, "j}{ti", date(NOW + 10), date(NOW));
    store.revoke(revoke).await.unwrap();
    let mut end = End::new(subject, Which::One("none"), date(NOW));
    end.cut_off = Some(fastjwt::session::CutOff { before: date(NOW), keep_until: date(NOW + 10) });
    store.end(end).await.unwrap();
    let keys: Vec<String> =
        redis::cmd("KEYS").arg(format!("_tag_{number}:*")).query_async(&mut connection).await.unwrap();
    assert_eq!(keys.len(), 4, "{keys:?}");
    for key in keys {
        let (_, rest) = key.split_once('{').unwrap();
        let (tag, _) = rest.split_once('}').unwrap();
        assert_eq!(tag, "c3R9YWZm.e2F9Yntj", "{key}");
        let left: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut connection).await.unwrap();
        assert!(left > 0, "the server forgets {key} by itself");
    }
}
