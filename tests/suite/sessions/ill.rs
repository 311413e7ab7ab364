//! Stores that something is wrong with: calls and answers that get lost, take too long, or make no sense.

use std::{
    collections::HashMap,
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use fastjwt::{
    NumericDate,
    session::{
        Check, End, Grace, List, MemoryStore, Open, RefreshRecord, Revoke, Rotate, Rotation, Session, SessionStore,
        Standing, StoreError, StoreFault, StoreFuture, Subject,
    },
};

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    /// It does not reach the store.
    Lost,
    /// It is done, and its answer lost.
    AnswerLost,
    /// It waits for ever, and nothing is done.
    HangsBefore,
    /// It is done, and nobody hears of it.
    HangsAfter,
    /// It is done, and late.
    Late(Duration),
    /// It is done, and waits before and after.
    Yields,
    Fails(StoreFault),
}

impl Fate {
    /// Each that a network can bring about.
    pub const OUTAGES: [Self; 4] = [Self::Lost, Self::AnswerLost, Self::HangsBefore, Self::HangsAfter];
}

/// A store that is well until it is told a fate; it counts what it is asked.
#[derive(Clone, Default)]
pub struct Ill(Arc<Inner>);

#[derive(Default)]
struct Inner {
    store: MemoryStore,
    fates: Mutex<HashMap<&'static str, (Fate, bool)>>,
    calls: Mutex<HashMap<&'static str, u32>>,
    rotation: Mutex<Option<Rotated>>,
}

/// A rotation that was asked for.
#[derive(Clone)]
pub struct Rotated {
    realm: String,
    sub: String,
    sid: String,
    presented: String,
    successor: RefreshRecord,
    grace: Option<Grace>,
    idle_end: NumericDate,
    now: NumericDate,
}

impl Ill {
    /// From now on this befalls each call of the operation.
    pub fn befalls(&self, operation: &'static str, fate: Fate) {
        self.0.fates.lock().unwrap().insert(operation, (fate, false));
    }

    /// From now on this befalls every other call of the operation, the first one first.
    pub fn every_other_time_befalls(&self, operation: &'static str, fate: Fate) {
        self.0.fates.lock().unwrap().insert(operation, (fate, true));
    }

    pub fn all_befalls(&self, fate: Fate) {
        for operation in ["open", "rotate", "check", "renew", "revoke", "end", "sessions"] {
            self.befalls(operation, fate);
        }
    }

    pub fn is_well(&self) {
        self.0.fates.lock().unwrap().clear();
    }

    pub fn calls(&self, operation: &str) -> u32 {
        self.0.calls.lock().unwrap().get(operation).copied().unwrap_or(0)
    }

    /// The grace of the last rotation.
    pub fn last_grace(&self) -> Option<Grace> {
        self.last_rotation().grace
    }

    /// The last rotation that the store was asked for.
    pub fn last_rotation(&self) -> Rotated {
        self.0.rotation.lock().unwrap().clone().unwrap()
    }

    /// A rotation that was under way all the time reaches the store.
    pub async fn comes_late(&self, rotation: Rotated) {
        let Rotated { realm, sub, sid, presented, successor, grace, idle_end, now } = rotation;
        let mut rotate = Rotate::new(Subject { realm: &realm, id: &sub }, &sid, &presented, &successor, idle_end, now);
        rotate.grace = grace;
        self.0.store.rotate(rotate).await.unwrap();
    }

    /// All but the purges, which come when they come.
    pub fn all_calls(&self) -> u32 {
        self.0.calls.lock().unwrap().values().sum()
    }

    fn meet<'a, T: Send + 'a>(&'a self, operation: &'static str, call: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
        Box::pin(async move {
            let number = {
                let mut calls = self.0.calls.lock().unwrap();
                let number = calls.entry(operation).or_default();
                *number += 1;
                *number
            };
            let fate = self.0.fates.lock().unwrap().get(operation).copied();
            let fate = fate.filter(|(_, every_other)| !every_other || number % 2 == 1).map(|(fate, _)| fate);
            let gone = StoreError::new(StoreFault::Unavailable, "for a test");
            match fate {
                None => call.await,
                Some(Fate::Lost) => Err(gone),
                Some(Fate::AnswerLost) => call.await.and(Err(gone)),
                Some(Fate::HangsBefore) => pending().await,
                Some(Fate::HangsAfter) => {
                    call.await?;
                    pending().await
                }
                Some(Fate::Late(time)) => {
                    let answer = call.await;
                    tokio::time::sleep(time).await;
                    answer
                }
                Some(Fate::Yields) => {
                    tokio::task::yield_now().await;
                    let answer = call.await;
                    tokio::task::yield_now().await;
                    answer
                }
                Some(Fate::Fails(fault)) => Err(StoreError::new(fault, "for a test")),
            }
        })
    }
}

impl SessionStore for Ill {
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        self.meet("open", self.0.store.open(open))
    }
    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        *self.0.rotation.lock().unwrap() = Some(Rotated {
            realm: rotate.subject.realm.to_owned(),
            sub: rotate.subject.id.to_owned(),
            sid: rotate.session.to_owned(),
            presented: rotate.presented.to_owned(),
            successor: rotate.successor.clone(),
            grace: rotate.grace,
            idle_end: rotate.idle_end,
            now: rotate.now,
        });
        self.meet("rotate", self.0.store.rotate(rotate))
    }
    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
        self.meet("check", self.0.store.check(check))
    }
    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
        self.meet("renew", self.0.store.renew(check, idle_end))
    }
    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
        self.meet("revoke", self.0.store.revoke(revoke))
    }
    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
        self.meet("end", self.0.store.end(end))
    }
    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        self.meet("sessions", self.0.store.sessions(list))
    }
    fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64> {
        match self.0.fates.lock().unwrap().get("purge") {
            Some((Fate::Fails(fault), _)) => {
                let failed = StoreError::new(*fault, "for a test");
                Box::pin(async { Err(failed) })
            }
            _ => self.0.store.purge(now),
        }
    }
}

/// A store that gives these answers, whatever it is asked.
pub struct Liar {
    pub standing: Standing,
    pub rotation: Rotation,
}

impl SessionStore for Liar {
    fn open<'a>(&'a self, _: Open<'a>) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
    fn rotate<'a>(&'a self, _: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        Box::pin(async { Ok(self.rotation.clone()) })
    }
    fn check<'a>(&'a self, _: Check<'a>) -> StoreFuture<'a, Standing> {
        Box::pin(async { Ok(self.standing) })
    }
    fn renew<'a>(&'a self, _: Check<'a>, _: NumericDate) -> StoreFuture<'a, Standing> {
        Box::pin(async { Ok(self.standing) })
    }
    fn revoke<'a>(&'a self, _: Revoke<'a>) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
    fn end<'a>(&'a self, _: End<'a>) -> StoreFuture<'a, u64> {
        Box::pin(async { Ok(u64::MAX) })
    }
    fn sessions<'a>(&'a self, _: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    fn purge(&self, _: NumericDate) -> StoreFuture<'_, u64> {
        Box::pin(async { Ok(u64::MAX) })
    }
}
