//! What a payload knows beside its claims, in one byte of which every value is allowed.
//!
//! An enum's spare values would become the mark of every `Option` and `Result` around a payload: what is moved began with an odd byte
//! then, and each move on the way to the handler waited for the last one to arrive in memory.

use crate::scope::Matching;
#[cfg(feature = "axum")]
use crate::{Location, Locations};

/// The bits of [`Locations`], at most one of them, and one more.
#[derive(Clone, Copy)]
pub(super) struct Facts(u8);

impl Facts {
    const WILDCARD: u8 = 1 << 7;

    pub(super) fn new(matching: Matching) -> Self {
        match matching {
            Matching::Exact => Self(0),
            Matching::Wildcard => Self(Self::WILDCARD),
        }
    }

    pub(super) fn matching(self) -> Matching {
        if self.0 & Self::WILDCARD == 0 { Matching::Exact } else { Matching::Wildcard }
    }

    #[cfg(feature = "axum")]
    pub(super) fn found_in(self, location: Location) -> Self {
        Self(self.0 & Self::WILDCARD | Locations::of(location).bits())
    }

    #[cfg(feature = "axum")]
    pub(super) fn location(self) -> Option<Location> {
        Locations::from_bits(self.0 & !Self::WILDCARD).iter().next()
    }
}

#[cfg(all(test, feature = "axum"))]
mod tests {
    use super::Facts;
    use crate::{Locations, scope::Matching};

    #[test]
    fn a_fact_leaves_the_others_alone() {
        for matching in [Matching::Exact, Matching::Wildcard] {
            let facts = Facts::new(matching);
            assert_eq!((facts.matching(), facts.location()), (matching, None));
            for location in Locations::from_bits(u8::MAX).iter() {
                let found = facts.found_in(location);
                assert_eq!((found.matching(), found.location()), (matching, Some(location)));
                assert_eq!(found.found_in(location).location(), Some(location));
            }
        }
    }

    /// Else the mark of a `Result` around it stands in it, and shifts what is moved.
    #[test]
    fn a_payload_has_no_spare_values_but_those_of_its_pointer() {
        use crate::{Error, TokenPayload};
        let [payload, option, result] = [
            size_of::<TokenPayload>(),
            size_of::<Option<TokenPayload>>(),
            size_of::<Result<Option<TokenPayload>, Error>>(),
        ];
        assert_eq!((option, result), (payload, payload + size_of::<usize>()));
    }
}
