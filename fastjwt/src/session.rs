//! Sessions: logins that can be listed and ended, refresh tokens that work once, and tokens that are revoked.

mod error;
mod family;
mod memory;
mod patience;
mod record;
mod request;
mod store;

pub use self::{
    error::{StoreError, StoreFault},
    memory::MemoryStore,
    patience::Patient,
    record::{Ends, RefreshRecord, Rotation, Session, Standing},
    request::{Check, CutOff, End, Grace, List, Open, Revoke, Rotate, Subject, Which},
    store::{SessionStore, StoreFuture},
};
use crate::NumericDate;
