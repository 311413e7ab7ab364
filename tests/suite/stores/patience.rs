//! How long a store is waited for, and when it is asked again.

use std::{
    future::pending,
    pin::pin,
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Poll, Waker},
    time::Duration,
};

use fastjwt::{
    NumericDate,
    session::{
        Check, End, List, MemoryStore, Open, Patient, Revoke, Rotate, Rotation, Session, SessionStore, Standing,
        StoreError, StoreFault, StoreFuture, Subject, Which,
    },
};

use super::race::{date, token};
use crate::support::NOW;

const WHO: Subject<'_> = Subject { realm: "", id: "USER_ID" };

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// It does not reach the store.
    Lost,
    /// It is done, and its answer lost.
    AnswerLost,
    /// It is done, and nobody hears of it, not even that it failed.
    Hangs,
    /// It is refused for good.
    Fails(StoreFault),
}

/// A store whose first calls have such fates; the others reach it.
struct Fated<S> {
    store: S,
    fates: Vec<Fate>,
    calls: AtomicU32,
}

impl<S: Sync> Fated<S> {
    fn new(store: S, fates: &[Fate]) -> Self {
        Self { store, fates: fates.to_vec(), calls: AtomicU32::new(0) }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    fn meet<'a, T: Send + 'a>(&'a self, call: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
        Box::pin(async move {
            let number = self.calls.fetch_add(1, Ordering::Relaxed) as usize;
            let gone = StoreError::new(StoreFault::Unavailable, "for a test");
            match self.fates.get(number) {
                None => call.await,
                Some(Fate::Lost) => Err(gone),
                Some(Fate::AnswerLost) => call.await.and(Err(gone)),
                Some(Fate::Hangs) => {
                    call.await?;
                    pending().await
                }
                Some(Fate::Fails(fault)) => Err(StoreError::new(*fault, "for a test")),
            }
        })
    }
}

impl<S: SessionStore> SessionStore for Fated<S> {
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        self.meet(self.store.open(open))
    }
    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        self.meet(self.store.rotate(rotate))
    }
    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
        self.meet(self.store.check(check))
    }
    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
        self.meet(self.store.renew(check, idle_end))
    }
    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
        self.meet(self.store.revoke(revoke))
    }
    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
        self.meet(self.store.end(end))
    }
    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        self.meet(self.store.sessions(list))
    }
    fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64> {
        self.meet(self.store.purge(now))
    }
}

async fn with_session() -> MemoryStore {
    let store = MemoryStore::default();
    let session = Session::new("sid", date(NOW), date(NOW + 1000));
    store.open(Open::new(WHO, &session, &token("P"), date(NOW))).await.unwrap();
    store
}

async fn rotate(store: &dyn SessionStore, presented: &str, successor: &str) -> Result<Rotation, StoreFault> {
    let successor = token(successor);
    let rotate = Rotate::new(WHO, "sid", presented, &successor, date(NOW + 1000), date(NOW));
    store.rotate(rotate).await.map_err(|error| error.fault())
}

#[tokio::test]
async fn r_70_a_lost_call_and_a_lost_answer_are_asked_again() {
    for fate in [Fate::Lost, Fate::AnswerLost, Fate::Hangs] {
        let store = Patient::new(Fated::new(with_session().await, &[fate]));
        // Without grace: another successor would end the session.
        assert_eq!(rotate(&store, "P", "S").await, Ok(Rotation::Installed), "{fate:?}");
        assert_eq!(rotate(&store, "S", "T").await, Ok(Rotation::Installed), "{fate:?}");
    }
}

#[tokio::test]
async fn r_70_a_rotation_that_never_came_consumes_nothing() {
    let store = Patient::new(Fated::new(with_session().await, &[Fate::Lost, Fate::Lost]));
    assert_eq!(rotate(&store, "P", "S").await, Err(StoreFault::Unavailable));
    assert_eq!(rotate(&store, "P", "T").await, Ok(Rotation::Installed));
}

#[tokio::test]
async fn r_64_an_alarm_whose_answer_was_lost_is_given() {
    let memory = with_session().await;
    assert_eq!(rotate(&memory, "P", "S").await, Ok(Rotation::Installed));
    let store = Patient::new(Fated::new(memory, &[Fate::AnswerLost]));
    assert_eq!(rotate(&store, "P", "X").await, Ok(Rotation::Reuse));
}

#[tokio::test]
async fn r_79_every_operation_ends_when_a_store_hangs() {
    let store = Patient::new(Fated::new(with_session().await, &[Fate::Hangs; 100])).timeout(Duration::from_millis(4));
    let timed_out = |error: StoreError| assert_eq!(error.fault(), StoreFault::TimedOut);
    let session = Session::new("other", date(NOW), date(NOW + 1000));
    store.open(Open::new(WHO, &session, &token("P"), date(NOW))).await.map_err(timed_out).unwrap_err();
    let check = Check::new(WHO, date(NOW + 100), date(NOW));
    store.check(check).await.map_err(timed_out).unwrap_err();
    store.renew(check, date(NOW)).await.map_err(timed_out).unwrap_err();
    store.revoke(Revoke::new(WHO, "jti", date(NOW), date(NOW))).await.map_err(timed_out).unwrap_err();
    store.end(End::new(WHO, Which::All, date(NOW))).await.map_err(timed_out).unwrap_err();
    store.sessions(List::new(WHO, 1, date(NOW))).await.map_err(timed_out).unwrap_err();
    assert_eq!(rotate(&store, "P", "S").await, Err(StoreFault::TimedOut));
}

#[tokio::test]
async fn a_store_is_asked_as_often_as_is_set() {
    for (attempts, expected) in [(0, 1), (1, 1), (2, 2), (5, 5)] {
        let fated = std::sync::Arc::new(Fated::new(with_session().await, &[Fate::Lost; 100]));
        let store = Patient::new(std::sync::Arc::clone(&fated)).attempts(attempts);
        assert_eq!(rotate(&store, "P", "S").await, Err(StoreFault::Unavailable));
        assert_eq!(fated.calls(), expected);
    }
}

#[tokio::test]
async fn what_asking_again_does_not_mend_is_asked_once() {
    for fault in [StoreFault::Full, StoreFault::Refused, StoreFault::Garbage] {
        let fated = std::sync::Arc::new(Fated::new(with_session().await, &[Fate::Fails(fault)]));
        assert_eq!(rotate(&Patient::new(std::sync::Arc::clone(&fated)), "P", "S").await, Err(fault));
        assert_eq!(fated.calls(), 1);
    }
}

/// A second attempt's session may have been logged out by the time at which the first one, which nobody has heard of, reaches the store: it
/// would be there again.
#[tokio::test]
async fn r_72_a_session_that_may_still_be_opened_is_not_opened_beside() {
    let session = Session::new("other", date(NOW), date(NOW + 1000));
    let first = token("P");
    let open = Open::new(WHO, &session, &first, date(NOW));
    for (fate, calls, answer) in [
        (Fate::Hangs, 1, Err(StoreFault::TimedOut)),
        (Fate::Fails(StoreFault::TimedOut), 1, Err(StoreFault::TimedOut)),
        (Fate::Lost, 2, Ok(())),
        (Fate::AnswerLost, 2, Ok(())),
    ] {
        let fated = std::sync::Arc::new(Fated::new(MemoryStore::default(), &[fate]));
        let store = Patient::new(std::sync::Arc::clone(&fated)).timeout(Duration::from_millis(20));
        assert_eq!((store.open(open).await.map_err(|error| error.fault()), fated.calls()), (answer, calls), "{fate:?}");
    }
}

/// The synchronous road polls once, and there may be no runtime around it.
#[test]
fn an_answer_that_is_there_at_once_needs_no_runtime() {
    let mut context = Context::from_waker(Waker::noop());
    let memory = Patient::new(MemoryStore::default());
    let check = Check::new(WHO, date(NOW + 100), date(NOW));
    assert_eq!(pin!(memory.check(check)).poll(&mut context), Poll::Ready(Ok(Standing::Good(None))));
    let hanging = Patient::new(Fated::new(MemoryStore::default(), &[Fate::Hangs]));
    let Poll::Ready(Err(error)) = pin!(hanging.check(check)).poll(&mut context) else { panic!("it must be refused") };
    assert_eq!(error.fault(), StoreFault::Refused);
}
