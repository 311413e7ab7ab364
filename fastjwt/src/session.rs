//! Sessions: logins that can be listed and ended, refresh tokens that work once, and tokens that are revoked.

mod error;
mod family;
mod memory;
mod patience;
#[cfg(feature = "postgres")]
mod postgres;
mod record;
#[cfg(feature = "redis")]
mod redis;
mod request;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
#[cfg(feature = "testing")]
pub mod suite;

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
