//! `MemoryStore`: sessions in this process, for one machine whose logins may end when it restarts.

mod shelf;

use std::{
    fmt,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use tokio::task::yield_now;

use self::shelf::{Room, Shelves};
use super::{
    Check, End, Ends, List, NumericDate, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing, StoreError,
    StoreFault, StoreFuture, Which,
    family::{Family, Found, Step},
};

/// How many ended entries each write takes away: more than it can add, so that they don't pile up, and few enough not to be felt.
const FORGOTTEN_PER_WRITE: usize = 4;

/// How many of them are taken away at a time where there may be a million: every request waits that long.
const FORGOTTEN_AT_A_TIME: usize = 1000;

/// Keeps sessions in the memory of this process.
///
/// A restart ends all of them and forgets what was revoked: tokens of sessions are then refused, and tokens without a session
/// are valid again until they end. Where that is not good enough, `SqliteStore` is the next larger one.
///
/// # Bounds
/// It holds at most `capacity` entries: a session, a revoked token or a cut-off counts as one, and as one more for every 256
/// bytes of its texts. When it is full it refuses new sessions, and it forgets nothing for them. Revocations may take as much
/// room again, so that a store full of sessions can still revoke; then they are refused, too. What has ended is taken away by
/// the writes that come after.
///
/// # Defaults
/// - `capacity` 1,000,000: about half a gigabyte when full.
pub struct MemoryStore {
    shelves: RwLock<Shelves>,
    capacity: usize,
}

impl MemoryStore {
    /// A store for so many entries, at least one.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { shelves: RwLock::default(), capacity: capacity.max(1) }
    }

    /// How many entries it holds, by the count that `capacity` bounds.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.read().entries()
    }

    // No code that holds the lock can panic half-way; and refusing everyone for ever would be no better.
    fn read(&self) -> RwLockReadGuard<'_, Shelves> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, now: NumericDate) -> RwLockWriteGuard<'_, Shelves> {
        let mut shelves = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        shelves.forget(now, FORGOTTEN_PER_WRITE);
        shelves
    }

    /// Makes room for what is going to be put in, up to `most` entries in all.
    fn make_room(shelves: &mut Shelves, room: Room, most: usize, now: NumericDate) -> Result<(), StoreError> {
        while !shelves.has_room(room, most) {
            if shelves.forget(now, FORGOTTEN_AT_A_TIME) == 0 {
                return Err(StoreError::new(StoreFault::Full, "its capacity is used up by what has not ended"));
            }
        }
        Ok(())
    }

    /// Takes away a part of what has ended: how much it was.
    fn forget_some(&self, now: NumericDate) -> usize {
        self.shelves.write().unwrap_or_else(PoisonError::into_inner).forget(now, FORGOTTEN_AT_A_TIME)
    }

    fn open_now(&self, open: &Open<'_>) -> Result<(), StoreError> {
        let mut shelves = self.write(open.now);
        if let Some(kept) = shelves.session(open.subject, &open.session.id) {
            let family = &kept.family;
            let is_new = family.previous.is_none() && family.ended_by.is_none();
            return if is_new && family.current.jti == open.refresh.jti {
                Ok(())
            } else {
                Err(StoreError::new(StoreFault::Refused, "the subject has another session with this id"))
            };
        }
        let session = open.session.clone();
        let family = Family {
            current: open.refresh.clone(),
            previous: None,
            ends: Ends { absolute: session.ends, idle: session.idle_end },
            ended_by: None,
        };
        let room = Room::of(&[&session.id, &session.device, &open.refresh.jti, open.subject.id]);
        Self::make_room(&mut shelves, room, self.capacity, open.now)?;
        shelves.put_session(open.subject, session, family, room);
        Ok(())
    }

    fn rotate_now(&self, rotate: &Rotate<'_>) -> Rotation {
        let mut shelves = self.write(rotate.now);
        let Some(kept) = shelves.session(rotate.subject, rotate.session) else { return Rotation::Ended };
        match kept.family.step(rotate) {
            Step::Install => {
                shelves.change_session(rotate.subject, rotate.session, |session, family| {
                    family.install(rotate);
                    session.refreshed = rotate.now;
                    session.idle_end = rotate.idle_end;
                });
                Rotation::Installed
            }
            Step::EndByReuse => {
                shelves.change_session(rotate.subject, rotate.session, |_, family| family.end_by_reuse(rotate));
                Rotation::Reuse
            }
            Step::Answer(rotation) => rotation,
        }
    }

    fn standing(shelves: &Shelves, check: &Check<'_>) -> Standing {
        let session = check.session.and_then(|id| shelves.session(check.subject, id));
        Found {
            revoked: check.jti.is_some_and(|jti| shelves.is_revoked(check.subject, check.issuer, jti)),
            forgotten: shelves.forgotten(),
            session: session.map(|kept| kept.family.ends),
            reused: session.and_then(|kept| kept.family.ended_by.as_ref()).map(|reuse| reuse.since),
            cut_off: shelves.cut_off(check.subject).map(|cut_off| cut_off.before),
        }
        .standing(check)
    }

    fn renew_now(&self, check: &Check<'_>, idle_end: NumericDate) -> Standing {
        let mut shelves = self.write(check.now);
        let standing = Self::standing(&shelves, check);
        let (Some(id), Standing::Good(_)) = (check.session, standing) else { return standing };
        shelves.change_session(check.subject, id, |session, family| {
            session.refreshed = check.now;
            session.idle_end = session.idle_end.max(idle_end);
            family.ends.idle = session.idle_end;
        });
        Self::standing(&shelves, check)
    }

    fn revoke_now(&self, revoke: &Revoke<'_>) -> Result<(), StoreError> {
        let mut shelves = self.write(revoke.now);
        let room = Room::of(&[revoke.issuer, revoke.jti, revoke.subject.id]);
        if !shelves.is_revoked(revoke.subject, revoke.issuer, revoke.jti) {
            Self::make_room(&mut shelves, room, self.capacity.saturating_mul(2), revoke.now)?;
        }
        let times = (revoke.keep_until, revoke.now);
        shelves.put_revocation(revoke.subject, revoke.issuer, revoke.jti, times, room);
        Ok(())
    }

    fn end_now(&self, end: &End<'_>) -> Result<u64, StoreError> {
        let mut shelves = self.write(end.now);
        if let Some(cut_off) = end.cut_off {
            let room = Room::of(&[end.subject.id]);
            if shelves.cut_off(end.subject).is_none() {
                Self::make_room(&mut shelves, room, self.capacity.saturating_mul(2), end.now)?;
            }
            shelves.put_cut_off(end.subject, cut_off, end.now, room);
        }
        let ended = shelves.take_sessions(end.subject, |session| match end.which {
            Which::One(id) => session.id == id,
            Which::All => true,
            Which::AllBut(id) => session.id != id,
            Which::OpenedBefore(moment) => session.created < moment,
        });
        Ok(ended.iter().filter(|family| family.alive(end.now)).count() as u64)
    }

    fn sessions_now(&self, list: &List<'_>) -> Vec<Session> {
        let shelves = self.read();
        let mut sessions: Vec<&Session> = shelves
            .sessions(list.subject)
            .filter(|kept| kept.family.alive(list.now))
            .map(|kept| &kept.session)
            .collect();
        sessions.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        sessions.into_iter().take(usize::try_from(list.limit).unwrap_or(usize::MAX)).cloned().collect()
    }
}

/// Holds 1,000,000 entries.
impl Default for MemoryStore {
    fn default() -> Self {
        Self::with_capacity(1_000_000)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

/// Nothing waits here but a purge, which lets others go first; like every future, these do nothing until they are polled.
impl SessionStore for MemoryStore {
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.open_now(&open) })
    }

    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        Box::pin(async move { Ok(self.rotate_now(&rotate)) })
    }

    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
        Box::pin(async move { Ok(Self::standing(&self.read(), &check)) })
    }

    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
        Box::pin(async move { Ok(self.renew_now(&check, idle_end)) })
    }

    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.revoke_now(&revoke) })
    }

    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
        Box::pin(async move { self.end_now(&end) })
    }

    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        Box::pin(async move { Ok(self.sessions_now(&list)) })
    }

    fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let mut forgotten: u64 = 0;
            loop {
                let some = self.forget_some(now);
                forgotten = forgotten.saturating_add(some as u64);
                if some < FORGOTTEN_AT_A_TIME {
                    return Ok(forgotten);
                }
                yield_now().await;
            }
        })
    }
}
