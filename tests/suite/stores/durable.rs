//! What outlives a process and a server, what two processes see of each other, and what a thief of the data would have.

use std::sync::Arc;

use fastjwt::session::{
    Check, End, Grace, Open, Patient, PostgresStore, RedisStore, Revoke, Rotate, Rotation, Session, SessionStore,
    SqliteStore, Standing, Subject, Which,
};
use sqlx::{Row as _, sqlite::SqlitePool};
use tokio::task::JoinSet;

use super::{
    Place, Where,
    race::{date, token},
    servers::{QUICK, Server},
};
use crate::support::{NOW, jwt};

const WHO: Subject<'_> = Subject { realm: "", id: "USER_ID" };

async fn log_in(store: &dyn SessionStore, id: &str) {
    let session = Session::new(id, date(NOW), date(NOW + 1000));
    store.open(Open::new(WHO, &session, &token("P"), date(NOW))).await.unwrap();
}

async fn rotate(store: &dyn SessionStore, id: &str, presented: &str, successor: &str) -> Rotation {
    let successor = token(successor);
    let mut rotate = Rotate::new(WHO, id, presented, &successor, date(NOW + 1000), date(NOW + 20));
    rotate.grace = Some(Grace { from: date(NOW + 5), until: date(NOW + 10) });
    store.rotate(rotate).await.unwrap()
}

fn of_session(id: &str) -> Check<'_> {
    let mut check = Check::new(WHO, date(NOW + 100), date(NOW + 20));
    check.session = Some(id);
    check.jti = Some("access");
    check
}

/// Everything that must be known after a crash.
async fn before_the_end(store: &dyn SessionStore) {
    for id in ["rotated", "ended", "revoked", "untouched"] {
        log_in(store, id).await;
    }
    assert_eq!(rotate(store, "rotated", "P", "S").await, Rotation::Installed);
    store.end(End::new(WHO, Which::One("ended"), date(NOW + 20))).await.unwrap();
    store.revoke(Revoke::new(WHO, "access", date(NOW + 100), date(NOW + 20))).await.unwrap();
}

async fn after_the_end(store: &dyn SessionStore) {
    assert_eq!(store.check(of_session("untouched")).await.unwrap(), Standing::Revoked);
    let mut other = of_session("untouched");
    other.jti = Some("other");
    assert!(matches!(store.check(other).await.unwrap(), Standing::Good(Some(_))));
    other.session = Some("ended");
    assert_eq!(store.check(other).await.unwrap(), Standing::SessionEnded);
    assert_eq!(rotate(store, "ended", "P", "X").await, Rotation::Ended);
    assert_eq!(rotate(store, "rotated", "P", "X").await, Rotation::Reuse);
    assert_eq!(rotate(store, "rotated", "S", "T").await, Rotation::Ended);
    assert_eq!(rotate(store, "untouched", "P", "S").await, Rotation::Installed);
}

async fn survives_a_restart(kind: Where) {
    let place = Place::new(kind).await;
    let store = place.open().await;
    before_the_end(&*store).await;
    drop(store);
    after_the_end(&*place.open().await).await;
}

#[tokio::test]
async fn r_71_sqlite_knows_reuse_after_a_restart() {
    survives_a_restart(Where::Sqlite).await;
}

#[tokio::test]
async fn r_71_postgres_knows_reuse_after_a_restart() {
    survives_a_restart(Where::Postgres).await;
}

#[tokio::test]
async fn r_71_redis_knows_reuse_after_a_restart() {
    survives_a_restart(Where::Redis).await;
}

/// The same store, with connections that were made before the crash: it must find its way back by itself.
async fn survives_a_crash(server: Server, store: impl SessionStore) {
    before_the_end(&store).await;
    server.kill();
    let down = store.check(of_session("untouched")).await.expect_err("the server is gone");
    assert!(down.is_transient(), "{down:?}");
    let successor = token("lost");
    let lost = Rotate::new(WHO, "untouched", "P", &successor, date(NOW + 1000), date(NOW + 20));
    assert!(store.rotate(lost).await.expect_err("the server is gone").is_transient());
    server.start_again();
    // The first answers after the crash may still be those of dead connections.
    while let Err(error) = store.check(of_session("untouched")).await {
        assert!(error.is_transient(), "{error:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    after_the_end(&store).await;
}

#[tokio::test]
async fn r_71_redis_knows_reuse_after_a_crash_of_the_server() {
    let server = Server::redis();
    let store = RedisStore::connect(server.connection().await).await.unwrap();
    survives_a_crash(server, store).await;
}

#[tokio::test]
async fn r_71_postgres_knows_reuse_after_a_crash_of_the_server() {
    let server = Server::postgres(QUICK);
    let options = sqlx::postgres::PgPoolOptions::new().acquire_timeout(std::time::Duration::from_secs(1));
    let store = PostgresStore::new(options.connect(&server.url()).await.unwrap());
    store.migrate().await.unwrap();
    survives_a_crash(server, store).await;
}

async fn seen_by_the_other(kind: Where) {
    let place = Place::new(kind).await;
    let (one, other) = (place.open().await, place.open().await);
    log_in(&*one, "sid").await;
    assert!(matches!(other.check(of_session("sid")).await.unwrap(), Standing::Good(Some(_))));
    one.revoke(Revoke::new(WHO, "access", date(NOW + 100), date(NOW))).await.unwrap();
    assert_eq!(other.check(of_session("sid")).await.unwrap(), Standing::Revoked);
    assert_eq!(other.end(End::new(WHO, Which::All, date(NOW))).await.unwrap(), 1);
    let mut check = of_session("sid");
    check.jti = None;
    assert_eq!(one.check(check).await.unwrap(), Standing::SessionEnded);
}

#[tokio::test]
async fn r_77_what_one_process_revokes_another_refuses_sqlite() {
    seen_by_the_other(Where::Sqlite).await;
}

#[tokio::test]
async fn r_77_what_one_process_revokes_another_refuses_postgres() {
    seen_by_the_other(Where::Postgres).await;
}

#[tokio::test]
async fn r_77_what_one_process_revokes_another_refuses_redis() {
    seen_by_the_other(Where::Redis).await;
}

/// Real tokens of a session; the store gets what the library gives it.
async fn holds_no_token(kind: Where) {
    let place = Place::new(kind).await;
    let store = place.open().await;
    let jwt = jwt();
    let (access, refresh) =
        (jwt.create_access_token("USER_ID").sign().unwrap(), jwt.create_refresh_token("USER_ID").sign().unwrap());
    let claims = jwt.verify_refresh_token::<fastjwt::NoClaims>(refresh.as_str()).unwrap();
    let jti = claims.jti.clone().unwrap();
    let session = Session::new("sid", date(NOW), date(NOW + 1000));
    let kept = fastjwt::session::RefreshRecord::new(&jti, claims.iat.unwrap(), claims.exp);
    store.open(Open::new(WHO, &session, &kept, date(NOW))).await.unwrap();
    assert_eq!(rotate(&*store, "sid", &jti, "S").await, Rotation::Installed);
    store.revoke(Revoke::new(WHO, "access", date(NOW + 100), date(NOW))).await.unwrap();
    drop(store);
    let dump = place.dump().await;
    let has = |text: &str| dump.windows(text.len()).any(|window| window == text.as_bytes());
    for known in [jti.as_str(), "sid", "S"] {
        assert!(has(known), "the search finds what is there: {known}");
    }
    for token in [access.as_str(), refresh.as_str()] {
        // A header is the same in every token and tells nothing.
        for segment in token.split('.').skip(1) {
            assert!(!has(&segment[..20]), "{kind:?} keeps a part of a token");
        }
    }
    assert!(!has(std::str::from_utf8(crate::support::SECRET).unwrap()));
}

#[tokio::test]
async fn r_76_sqlite_holds_no_token() {
    holds_no_token(Where::Sqlite).await;
}

#[tokio::test]
async fn r_76_postgres_holds_no_token() {
    holds_no_token(Where::Postgres).await;
}

#[tokio::test]
async fn r_76_redis_holds_no_token() {
    holds_no_token(Where::Redis).await;
}

#[tokio::test]
async fn migrations_can_be_repeated_and_run_at_once() {
    let place = Place::new(Where::Postgres).await;
    sqlx::query(
        "DROP TABLE fastjwt_sessions, fastjwt_revoked, fastjwt_cut_offs, fastjwt_forgotten, fastjwt_migrations",
    )
    .execute(&place.pool(1).await)
    .await
    .unwrap();
    let pool = place.pool(8).await;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = PostgresStore::new(pool.clone());
        tasks.spawn(async move { store.migrate().await });
    }
    tasks.join_all().await.into_iter().collect::<Result<(), _>>().unwrap();
    log_in(&PostgresStore::new(pool.clone()), "sid").await;
    PostgresStore::new(pool.clone()).migrate().await.unwrap();
    let kept = sqlx::query("SELECT COUNT(*) FROM fastjwt_sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(kept.get::<i64, _>(0), 1);

    let place = Place::new(Where::Sqlite).await;
    let file = Arc::new(place.file());
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let file = Arc::clone(&file);
        tasks.spawn(async move { SqliteStore::open(&*file).await.map(|_| ()) });
    }
    tasks.join_all().await.into_iter().collect::<Result<(), _>>().unwrap();
}

#[tokio::test]
async fn sqlite_writes_ahead_and_does_not_lose_the_last_write() {
    let place = Place::new(Where::Sqlite).await;
    log_in(&*place.open().await, "sid").await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.file());
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let mode = sqlx::query("PRAGMA journal_mode").fetch_one(&pool).await.unwrap();
    assert_eq!(mode.get::<String, _>(0), "wal");
    // A pool of the user's own serves as well, beside other tables.
    let store = SqliteStore::new(pool);
    store.migrate().await.unwrap();
    assert!(matches!(store.check(of_session("sid")).await.unwrap(), Standing::Good(Some(_))));
}

/// After a long rest of the service there is much to forget: others write in between.
#[tokio::test]
async fn r_83_sqlite_forgets_all_that_has_ended_a_part_at_a_time() {
    let place = Place::new(Where::Sqlite).await;
    let store = place.open().await;
    log_in(&*store, "sid").await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.file());
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)";
    let ended = format!("{numbers} INSERT INTO fastjwt_revoked SELECT '', 'ended', '', 'jti' || n, 5, 1 FROM numbers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(ended)).execute(&pool).await.unwrap();
    assert_eq!(store.purge(date(NOW)).await.unwrap(), 2500);
    assert_eq!(store.purge(date(NOW)).await.unwrap(), 0);
    assert!(matches!(store.check(of_session("sid")).await.unwrap(), Standing::Good(Some(_))));
}

/// And no statement takes longer than a server may let it; of each table as much as of the others.
#[tokio::test]
async fn r_83_postgres_forgets_all_that_has_ended_a_part_at_a_time() {
    let place = Place::new(Where::Postgres).await;
    let store = place.open().await;
    log_in(&*store, "sid").await;
    let pool = place.pool(2).await;
    let numbered = "FROM generate_series(1, 2500) AS n";
    let session = |ends: &str| format!("0, 0, {ends}, '', 'P', 0, 0 {numbered}");
    let columns = "realm, subject, id, created, refreshed, ends, idle_end, device, current, current_iat, current_exp";
    let (absolute, idle) = (session("5, 9000000000000"), session("9000000000000, 5"));
    let ended = format!(
        "INSERT INTO fastjwt_revoked SELECT '', 'ended', '', 'jti' || n, n, 1 {numbered};
        INSERT INTO fastjwt_cut_offs SELECT '', 'ended' || n, 1, 5, 1 {numbered};
        INSERT INTO fastjwt_sessions ({columns}) SELECT '', 'ended', 'sid' || n, {absolute};
        INSERT INTO fastjwt_sessions ({columns}) SELECT '', 'idle', 'sid' || n, {idle};
        CREATE TABLE deleted (rows BIGINT NOT NULL);
        CREATE FUNCTION count_deleted() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO deleted SELECT COUNT(*) FROM gone; RETURN NULL; END';"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(ended)).execute(&pool).await.unwrap();
    for table in ["fastjwt_revoked", "fastjwt_cut_offs", "fastjwt_sessions"] {
        let trigger = format!(
            "CREATE TRIGGER counted AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION count_deleted()"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&pool).await.unwrap();
    }
    // A row that another one is about to change is left to the next time, and nothing else is.
    let mut busy = pool.begin().await.unwrap();
    sqlx::raw_sql("SELECT FROM fastjwt_revoked WHERE jti = 'jti7' FOR UPDATE").execute(&mut *busy).await.unwrap();
    assert_eq!(store.purge(date(NOW)).await.unwrap(), 9999);
    busy.rollback().await.unwrap();
    assert_eq!(store.purge(date(NOW)).await.unwrap(), 1);
    assert_eq!(store.purge(date(NOW)).await.unwrap(), 0);
    let deleted =
        sqlx::query("SELECT CAST(SUM(rows) AS BIGINT), MAX(rows) FROM deleted").fetch_one(&pool).await.unwrap();
    let (all, most): (i64, i64) = (deleted.get(0), deleted.get(1));
    assert!(all == 10_000 && most <= 2000, "{most} of {all} rows in one statement");
    let mut check = of_session("sid");
    assert!(matches!(store.check(check).await.unwrap(), Standing::Good(Some(_))));
    // The latest end that was forgotten is known, whatever the order of the parts.
    (check.now, check.expires) = (date(1), fastjwt::NumericDate::from_millis(2500).unwrap());
    assert_eq!(store.check(check).await.unwrap(), Standing::Revoked);
    check.expires = fastjwt::NumericDate::from_millis(2501).unwrap();
    assert!(matches!(store.check(check).await.unwrap(), Standing::Good(Some(_))));
}

/// More than can be ended in the time that one caller waits: it goes on without them, and who asks again finds it done.
#[tokio::test]
async fn r_78_any_number_of_sessions_in_sqlite_end_at_last() {
    const SESSIONS: u32 = 100_000;
    let place = Place::new(Where::Sqlite).await;
    let store = Patient::new(place.open().await);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.file());
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let sessions = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {SESSIONS})
        INSERT INTO fastjwt_sessions
            (realm, subject, id, created, refreshed, ends, idle_end, device, current, current_iat, current_exp)
        SELECT '', 'USER_ID', 'sid' || n, {at}, {at}, {at} + 999000, {at} + 999000, '', 'P', {at}, {at} FROM numbers",
        at = NOW * 1000
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sessions)).execute(&pool).await.unwrap();
    assert!(matches!(store.check(of_session("sid1")).await.unwrap(), Standing::Good(Some(_))));
    let mut asked = 0;
    while let Err(error) = store.end(End::new(WHO, Which::All, date(NOW))).await {
        assert!(error.is_transient(), "{error:?}");
        asked += 1;
        assert!(asked < 240, "it is never done");
    }
    assert_eq!(store.check(of_session("sid1")).await.unwrap(), Standing::SessionEnded);
}

/// A caller that has gone away meanwhile, and whose connection is closed, undoes nothing.
#[tokio::test]
async fn r_78_what_postgres_takes_long_to_end_ends_though_nobody_waits() {
    let place = Place::new(Where::Postgres).await;
    let store = Patient::new(place.open().await);
    let pool = place.pool(1).await;
    let at = NOW * 1000;
    let sessions = format!(
        "INSERT INTO fastjwt_sessions
            (realm, subject, id, created, refreshed, ends, idle_end, device, current, current_iat, current_exp)
        SELECT '', 'USER_ID', 'sid' || n, {at}, {at}, {at} + 999000, {at} + 999000, '', 'P', {at}, {at}
        FROM generate_series(1, 1500) AS n;
        CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_sleep(0.002); RETURN OLD; END';
        CREATE TRIGGER slow BEFORE DELETE ON fastjwt_sessions FOR EACH ROW EXECUTE FUNCTION take_long();"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sessions)).execute(&pool).await.unwrap();
    let error = store.end(End::new(WHO, Which::All, date(NOW))).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    let mut looked = 0;
    while !matches!(store.check(of_session("sid1")).await, Ok(Standing::SessionEnded)) {
        looked += 1;
        assert!(looked < 240, "it is never done");
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
}
