//! `SessionStore`: what a place must do that keeps sessions and revocations.

use std::{pin::Pin, sync::Arc};

use super::{Check, End, List, NumericDate, Open, Revoke, Rotate, Rotation, Session, Standing, StoreError};

/// What every operation of a store gives: an answer that may have to be waited for.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A place that keeps sessions, revoked tokens and cut-offs.
///
/// [The module](super) says which ones there are, and how to write another. The library calls these operations; a service
/// chooses a store and calls [`purge`](Self::purge) at most.
///
/// # What holds for all of them
/// - Each operation is atomic: of two at once, one comes first. If it fails, it either did nothing or all of what it was asked.
/// - Each may be asked again with the same request, when its answer was lost, and then gives the same answer; what an end
///   has ended, it counts once.
/// - `now`, the ends and the ids are values of the request. A store reads no clock but to forget what has ended.
/// - What a store can't tell is an error, and never "good": a token that can't be checked is not let in.
/// - Subjects of two realms are strangers, even with one name.
pub trait SessionStore: Send + Sync {
    /// Keeps a new session and its first refresh token.
    ///
    /// Asked again, with the session still as it was opened, it does nothing.
    ///
    /// # Errors
    /// [`StoreFault::Full`](super::StoreFault::Full) if there is no room; nothing else is forgotten for it.
    /// [`StoreFault::Refused`](super::StoreFault::Refused) if the subject has another session with this id.
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()>;

    /// Spends a refresh token and puts its successor in its place, or says why not; [`Rotation`] has the rules in their order.
    ///
    /// This is one atomic step: of any number of callers with one token, exactly one has its successor installed.
    ///
    /// # Errors
    /// When the store can't tell whether it was done. The caller asks again with the same successor, or drops it.
    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation>;

    /// How a token stands, in one round trip; [`Standing`] has the rules in their order.
    ///
    /// # Errors
    /// When the store can't tell; the token is then not let in.
    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing>;

    /// As [`check`](Self::check), and if the token is good, its session counts as refreshed now and may idle until `idle_end`, or
    /// longer if it might already: the later of the two holds, since who renews an access token need not know the session's ends.
    ///
    /// # Errors
    /// When the store can't tell; the token is then not renewed.
    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing>;

    /// Refuses one token from now on. Asked again, the later of the two ends holds.
    ///
    /// # Errors
    /// When the revocation is not kept, or the store can't tell.
    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()>;

    /// Ends sessions of a subject, and cuts its tokens without a session off: how many sessions that lived it ended.
    ///
    /// A session that has ended never comes back, and neither does a refresh token that is being rotated at that moment.
    /// A cut-off never moves back. Asked again when its answer was lost, it ends what is left, and counts that.
    ///
    /// # Errors
    /// When the sessions may live on.
    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64>;

    /// The sessions of a subject that live, newest first; of those opened at one moment, by id.
    ///
    /// # Errors
    /// When the store can't tell.
    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>>;

    /// Forgets what has ended by `now`: sessions, revocations and cut-offs, of everyone. How much it was.
    ///
    /// A store that forgets by itself does nothing here.
    ///
    /// # Errors
    /// When it could not; nothing is wrong but that it takes room.
    fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64>;
}

impl<S: SessionStore + ?Sized> SessionStore for Arc<S> {
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        (**self).open(open)
    }

    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        (**self).rotate(rotate)
    }

    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
        (**self).check(check)
    }

    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
        (**self).renew(check, idle_end)
    }

    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
        (**self).revoke(revoke)
    }

    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
        (**self).end(end)
    }

    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        (**self).sessions(list)
    }

    fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64> {
        (**self).purge(now)
    }
}
