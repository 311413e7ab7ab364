//! Sessions: logins that can be listed and ended, refresh tokens that work once, and tokens that are revoked.
//!
//! A store keeps them. There is none by default: a service without one issues and verifies tokens all the same, and can't take
//! any back. [`Builder::session_store`](crate::Builder::session_store) gives one; then
//! [`FastJwt::create_token_pair`](crate::FastJwt::create_token_pair) opens a session,
//! [`FastJwt::refresh`](crate::FastJwt::refresh) goes on with it, and every door asks the store about the token, once a request.
//!
//! A session says that somebody logged in then, not that they are there now: for that there is
//! [`Policy::fresh`](crate::Policy::fresh), and [`max_age`](crate::Policy::max_age), which counts from the login (NIST SP 800-63B
//! section 7.1.2).
//!
//! | store | feature | for | what a restart loses |
//! |---|---|---|---|
//! | [`MemoryStore`] | | one process | everything: its sessions have ended |
//! | `SqliteStore` | `sqlite` | one machine | nothing |
//! | `PostgresStore` | `postgres` | any number of machines | nothing |
//! | `RedisStore` | `redis` | any number of machines | what the server was not told to write down |
//!
//! None of them keeps a token, or anything that a token can be made from without the signing key: they know tokens by their
//! ids. [`Patient`] wraps any of them and says how long one is waited for.
//!
//! # Writing a store
//!
//! Implement [`SessionStore`], and run the store through the suite of the feature `testing`: `suite::run` checks
//! every rule, and what passes it can be used like those above. What the suite can't see:
//!
//! **One session is one row.** It holds the session, its current refresh token, the one before with its [`Grace`], and the call
//! that ended it by reuse, with its time. No list of spent tokens is needed: a refresh token that reaches a store has a good signature, so that
//! one of the session which is neither the current nor the one before was spent earlier. That is also why a row must not be lost
//! and come back in an older state: the newest token would then look like a spent one, and the session would end.
//!
//! **A session that is ended can be deleted.** What is not there has ended; nothing else may be concluded from a missing row. Only
//! a session that ended by reuse leaves its row behind, until [`end`](SessionStore::end) takes it or its ends come: the call that
//! found the reuse can be asked again, and if nobody ever hears of it, a later one tells in its place. Until then its tokens are
//! [`Standing::Reused`].
//!
//! **[`rotate`](SessionStore::rotate) is one atomic step.** A conditional update (`... WHERE current = presented`) that tells how
//! many rows it changed is enough, and so is a script, or a lock. To read, decide, and then write is not. When the update changes
//! nothing, the row may be read to find out why: a spent token stays spent, so that the answer does not become wrong meanwhile.
//! Ending the session by reuse is a conditional update again, and so is taking an alarm over that is overdue; only the call whose
//! update changed the row answers [`Rotation::Reuse`].
//!
//! **Every call may be dropped at every await**, when a client hangs up or [`Patient`] runs out of patience. A transaction of
//! several statements must not stay open then on a connection that others use.
//!
//! **Every call may come twice.** A successor's id is made for one call, so that it tells a call that is asked again from another
//! one with the same token.
//!
//! **Times are values.** What ended is what ended by `now`, never by a clock of the store's. Milliseconds are precise enough. A
//! clock of its own may only decide when to forget; a revocation must not be forgotten before its `keep_until`, and a token that
//! was refused for it must stay refused if a clock is set back. Either remember the latest `keep_until` that was forgotten and when the last
//! such revocation was made, and refuse every [`Check`] that `expires` no later and was `issued_at` no later, five minutes for clocks aside;
//! or forget by a clock that nobody sets.
//!
//! **Errors hold no values.** [`StoreError`] takes words that are written in the code, and the database's code for the error. A
//! store that lost its connection says [`StoreFault::Unavailable`], and is asked again. What it can't read is
//! [`StoreFault::Garbage`] and no panic.
//!
//! **Ids are any text**: subjects, realms, session ids and devices may hold quotes, braces, NUL and emoji, and compare byte by
//! byte.
//!
#![doc = include_str!("../docs/events.md")]

pub(crate) mod asking;
mod ending;
mod error;
pub(crate) mod event;
mod family;
pub(crate) mod login;
pub(crate) mod logout;
mod memory;
pub(crate) mod new;
pub(crate) mod pair;
mod patience;
#[cfg(feature = "postgres")]
mod postgres;
pub(crate) mod purge;
mod record;
#[cfg(feature = "redis")]
mod redis;
pub(crate) mod refresh;
pub(crate) mod renewal;
mod request;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
#[cfg(feature = "testing")]
pub mod suite;
pub(crate) mod unanswered;

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresStore;
#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
pub use self::{
    error::{StoreError, StoreFault},
    memory::MemoryStore,
    patience::Patient,
    record::{Ends, RefreshRecord, Rotation, Session, Standing},
    request::{Check, CutOff, End, Grace, List, Open, Revoke, Rotate, Subject, Which},
    store::{SessionStore, StoreFuture},
};
use crate::NumericDate;
