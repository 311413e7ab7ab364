//! Stores are bounded. The one in memory refuses rather than forgets, and gives room back; Redis looks at no more than it must.

use std::future::poll_fn;

use fastjwt::session::{
    Check, CutOff, End, List, MemoryStore, Open, RedisStore, Revoke, Rotate, Rotation, Session, SessionStore, Standing,
    StoreFault, Subject, Which,
};

use super::{
    Server,
    race::{date, token},
};
use crate::support::NOW;

const WHO: Subject<'_> = Subject { realm: "", id: "USER_ID" };

async fn open(store: &MemoryStore, id: &str, seconds: u64, device: &str) -> Result<(), StoreFault> {
    let mut session = Session::new(id, date(seconds), date(seconds + 1000));
    device.clone_into(&mut session.device);
    let opened = store.open(Open::new(WHO, &session, &token("P"), date(seconds))).await;
    opened.map_err(|error| error.fault())
}

async fn revoke(store: &MemoryStore, jti: &str, seconds: u64) -> Result<(), StoreFault> {
    let revoke = Revoke::new(WHO, jti, date(seconds + 1000), date(seconds));
    store.revoke(revoke).await.map_err(|error| error.fault())
}

async fn standing(store: &MemoryStore, jti: &str, seconds: u64) -> Standing {
    let mut check = Check::new(WHO, date(seconds + 100), date(seconds));
    check.jti = Some(jti);
    store.check(check).await.unwrap()
}

#[tokio::test]
async fn r_83_a_full_memory_store_refuses_logins_and_forgets_nothing() {
    let store = MemoryStore::with_capacity(10);
    for number in 0..10 {
        assert_eq!(open(&store, &format!("sid-{number}"), NOW, "").await, Ok(()));
    }
    assert_eq!(open(&store, "one-more", NOW, "").await, Err(StoreFault::Full));
    // Logging out works all the same, up to a bound of its own.
    for number in 0..10 {
        assert_eq!(revoke(&store, &format!("jti-{number}"), NOW).await, Ok(()));
    }
    assert_eq!(revoke(&store, "one-more", NOW).await, Err(StoreFault::Full));
    assert_eq!(revoke(&store, "jti-3", NOW + 1).await, Ok(()), "it is revoked already");
    let mut end = End::new(Subject { realm: "", id: "another" }, Which::One("none"), date(NOW));
    end.cut_off = Some(CutOff { before: date(NOW), keep_until: date(NOW + 100) });
    assert_eq!(store.end(end).await.map_err(|error| error.fault()), Err(StoreFault::Full));
    for number in 0..10 {
        assert_eq!(standing(&store, &format!("jti-{number}"), NOW).await, Standing::Revoked);
    }
    assert_eq!(store.entries(), 20);
    // The sessions that are there go on.
    let successor = token("S");
    let rotate = Rotate::new(WHO, "sid-4", "P", &successor, date(NOW + 1000), date(NOW));
    assert_eq!(store.rotate(rotate).await.unwrap(), Rotation::Installed);
}

#[tokio::test]
async fn r_83_what_has_ended_makes_room_by_itself() {
    let store = MemoryStore::with_capacity(10);
    for number in 0..10 {
        open(&store, &format!("sid-{number}"), NOW, "").await.unwrap();
    }
    for number in 0..10 {
        revoke(&store, &format!("jti-{number}"), NOW).await.unwrap();
    }
    assert_eq!(open(&store, "new", NOW + 999, "").await, Err(StoreFault::Full));
    assert_eq!(open(&store, "new", NOW + 1000, "").await, Ok(()));
    assert_eq!(store.entries(), 1);
    // Set back: what was revoked stays refused although it is forgotten, and what never was there is refused with it.
    assert_eq!(standing(&store, "jti-3", NOW + 1).await, Standing::Revoked);
}

/// A million entries may have ended since the last write: nobody waits for all of them to go.
#[tokio::test]
async fn r_83_much_that_has_ended_goes_a_part_at_a_time() {
    let store = MemoryStore::with_capacity(3500);
    for number in 0..3500 {
        open(&store, &format!("sid-{number}"), NOW, "").await.unwrap();
    }
    // It takes more room than each write makes anyhow.
    open(&store, "new", NOW + 1000, &"x".repeat(2048)).await.unwrap();
    assert!((2400..3500).contains(&store.entries()), "{} entries", store.entries());
    let mut left = store.entries();
    let mut purge = store.purge(date(NOW + 1000));
    let forgotten = poll_fn(|context| {
        let answer = purge.as_mut().poll(context);
        assert!(store.entries() + 1000 >= left, "{} of {left} entries are left at once", store.entries());
        left = store.entries();
        answer
    });
    assert!(forgotten.await.unwrap() > 2000);
    assert_eq!(store.entries(), 9);
}

#[tokio::test]
async fn r_83_logging_in_and_out_for_ever_takes_no_room() {
    let store = MemoryStore::with_capacity(4);
    for number in 0..1000 {
        let id = format!("sid-{number}");
        open(&store, &id, NOW, "").await.unwrap();
        assert_eq!(store.end(End::new(WHO, Which::One(&id), date(NOW))).await.unwrap(), 1);
    }
    assert_eq!(store.entries(), 0);
    // And neither do refreshing and revoking the same.
    open(&store, "sid", NOW, "").await.unwrap();
    let mut presented = token("P");
    for number in 1..1000 {
        let successor = token(&format!("T{number}"));
        let rotate = Rotate::new(WHO, "sid", &presented.jti, &successor, date(NOW + number), date(NOW));
        assert_eq!(store.rotate(rotate).await.unwrap(), Rotation::Installed);
        presented = successor;
        revoke(&store, "jti", NOW).await.unwrap();
    }
    assert_eq!(store.entries(), 2);
}

#[tokio::test]
async fn r_83_long_texts_count_for_more() {
    let store = MemoryStore::with_capacity(10);
    assert_eq!(open(&store, "small", NOW, "a browser").await, Ok(()));
    assert_eq!(open(&store, "large", NOW, &"long ".repeat(600)).await, Err(StoreFault::Full));
    assert_eq!(open(&store, "medium", NOW, &"x".repeat(1024)).await, Ok(()));
    assert_eq!(store.entries(), 6);
    assert_eq!(revoke(&store, &"j".repeat(8000), NOW).await, Err(StoreFault::Full));
    assert_eq!(store.end(End::new(WHO, Which::All, date(NOW))).await.unwrap(), 2);
    assert_eq!(store.entries(), 0);
}

/// What the server has counted since the last time: how often a session was read, and how many bytes it sent.
async fn counted(connection: &mut redis::aio::ConnectionManager) -> (u64, u64) {
    let info = redis::cmd("INFO").arg("everything").query_async::<String>(connection).await.unwrap();
    let () = redis::cmd("CONFIG").arg("RESETSTAT").query_async(connection).await.unwrap();
    let number = |name: &str| {
        let rest = info.lines().find_map(|line| line.strip_prefix(name));
        rest.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
    };
    (number("cmdstat_hmget:calls="), number("total_net_output_bytes:"))
}

/// A script keeps all others waiting: somebody who logs in ten thousand times must not make every list of theirs a long one.
#[tokio::test]
async fn r_83_a_list_of_sessions_in_redis_takes_no_more_than_it_shows() {
    let server = Server::redis();
    let mut connection = server.connection().await;
    let store = RedisStore::connect(connection.clone()).await.unwrap();
    for number in 0..4500 {
        let mut session = Session::new(format!("sid-{number}"), date(NOW + number), date(NOW + number + 9000));
        "a browser".clone_into(&mut session.device);
        store.open(Open::new(WHO, &session, &token("P"), date(NOW + number))).await.unwrap();
    }
    let listed = async |limit| store.sessions(List::new(WHO, limit, date(NOW + 4500))).await.unwrap();
    counted(&mut connection).await;
    let ids: Vec<String> = listed(3).await.into_iter().map(|session| session.id).collect();
    assert_eq!(ids, ["sid-4499", "sid-4498", "sid-4497"]);
    let (reads, bytes) = counted(&mut connection).await;
    assert!(reads <= 4003 && bytes < 20_000, "{reads} reads and {bytes} bytes for three sessions of 4500");
    // Who asks for all is given all.
    assert_eq!(listed(10_000).await.len(), 4500);
    assert_eq!(listed(0).await, []);
}
