//! The claims of a kept token, as each of the types that doors have read them as.

use std::{
    any::Any,
    sync::{Arc, OnceLock},
};

/// An `Arc<RegisteredClaims<C>>`.
type Claims = Arc<dyn Any + Send + Sync>;

/// A layer reads no claims of the service's own, a handler behind it does, and a check may read others. Further types are read anew.
pub(in crate::access) struct Readings {
    first: Claims,
    others: [OnceLock<Claims>; 2],
}

impl Readings {
    pub(super) fn new(first: Claims) -> Self {
        Self { first, others: Default::default() }
    }

    pub(in crate::access) fn find<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let others = self.others.iter().map_while(OnceLock::get);
        std::iter::once(&self.first).chain(others).find_map(|claims| Arc::clone(claims).downcast().ok())
    }

    /// Whether there is room for one more.
    pub(super) fn has_room(&self) -> bool {
        self.others.iter().any(|place| place.get().is_none())
    }

    /// Two threads may keep the same type at once, which takes room and does no harm.
    pub(super) fn add(&self, mut claims: Claims) {
        for place in &self.others {
            match place.set(claims) {
                Ok(()) => return,
                Err(back) => claims = back,
            }
        }
    }
}
