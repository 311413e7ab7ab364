//! All that generated code may touch. Nothing here is part of the public interface; it changes without notice.

#[path = "private/constants.rs"]
mod constants;
#[cfg(feature = "axum")]
#[path = "private/policies.rs"]
mod policies;

pub use fastjwt_macros::{CheckClaimValue, CheckClaims, scope_rule};
pub use serde;

pub use self::constants::*;

pub use crate::claims::{ClaimNames, ClaimValue, Claims, Field, Flat, Names, de_field, de_flat, ser_field, ser_flat};
pub use crate::scope::{Scope, ScopeRule, UnknownScope};
#[cfg(feature = "axum")]
pub use crate::{ConstPolicy, DefaultRealm, HasFastJwt, LoadSubject};

#[cfg(feature = "axum")]
pub use self::{handlers::*, policies::*};
#[cfg(feature = "utoipa")]
pub use crate::openapi::{Beside, Note, Notes, Undemanding, Unseen};

#[cfg(feature = "axum")]
mod handlers {
    use std::marker::PhantomData;

    use crate::{Claims, CurrentSubject, DefaultRealm, NoClaims, Realm, TokenPayload};

    /// The parameter that the attributes put first: the payload of type `T`, verified against `P`.
    ///
    /// It can be taken apart and not put together: a payload that was verified against one policy must not pass for one that
    /// was verified against another.
    #[derive(Debug)]
    #[non_exhaustive]
    pub struct Guard<T, P>(pub T, pub PhantomData<fn() -> P>);

    /// The payload of a handler that has none: the handler is only guarded. Its name is advice: rustc prints it when an
    /// attribute that stands above ours counts the parameters.
    #[derive(Debug)]
    pub struct PutThisAttributeFirst<R = DefaultRealm>(PhantomData<fn() -> R>);

    #[cfg(feature = "testing")]
    impl<R> PutThisAttributeFirst<R> {
        pub(crate) fn for_a_test() -> Self {
            Self(PhantomData)
        }
    }

    /// A payload, whatever its claims: the realm in which the state must hold a `FastJwt`.
    pub trait Payload {
        type Realm: Realm;
    }

    impl<C, R: Realm> Payload for TokenPayload<C, R> {
        type Realm = R;
    }

    impl<C, R: Realm> Payload for Option<TokenPayload<C, R>> {
        type Realm = R;
    }

    impl<R: Realm> Payload for PutThisAttributeFirst<R> {
        type Realm = R;
    }

    /// What a guard verifies for its handler.
    pub trait GuardedPayload: Payload + Sized {
        type Claims: Claims;
        const OPTIONAL: bool = false;

        /// `None` if there is no payload and one is required.
        fn from_payload(payload: Option<TokenPayload<Self::Claims, Self::Realm>>) -> Option<Self>;
    }

    impl<C: Claims, R: Realm> GuardedPayload for TokenPayload<C, R> {
        type Claims = C;

        fn from_payload(payload: Option<Self>) -> Option<Self> {
            payload
        }
    }

    impl<C: Claims, R: Realm> GuardedPayload for Option<TokenPayload<C, R>> {
        type Claims = C;
        const OPTIONAL: bool = true;

        fn from_payload(payload: Self) -> Option<Self> {
            Some(payload)
        }
    }

    impl<R: Realm> GuardedPayload for PutThisAttributeFirst<R> {
        type Claims = NoClaims;

        fn from_payload(payload: Option<TokenPayload<NoClaims, R>>) -> Option<Self> {
            payload.map(|_| Self(PhantomData))
        }
    }

    /// A type that may stand where the payload is injected.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be injected as a token's payload",
        label = "not a payload",
        note = "the guarded parameter must be a `fastjwt::TokenPayload<C>`, or with `optional` an `Option<TokenPayload<C>>`"
    )]
    pub trait PayloadParameter {}
    impl<C: Claims, R: Realm> PayloadParameter for TokenPayload<C, R> {}
    impl<C: Claims, R: Realm> PayloadParameter for Option<TokenPayload<C, R>> {}

    /// A payload that is always there.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` must be a `TokenPayload<C>`",
        label = "not a payload that is always there",
        note = "an `Option<TokenPayload<C>>` lets requests without a token in: say so with `optional` in the attribute"
    )]
    pub trait RequiredPayload {}
    impl<C: Claims, R: Realm> RequiredPayload for TokenPayload<C, R> {}

    /// A payload of the realm `R`.
    #[diagnostic::on_unimplemented(
        message = "the payload `{Self}` is not of the realm `{R}` that the attribute names",
        label = "a payload of another realm",
        note = "write `TokenPayload<C, {R}>`, or leave `realm = ..` out of the attribute: the payload's type says it"
    )]
    pub trait PayloadIn<R> {}
    impl<C, R: Realm> PayloadIn<R> for TokenPayload<C, R> {}
    impl<C, R: Realm> PayloadIn<R> for Option<TokenPayload<C, R>> {}

    pub const fn assert_payload<T: PayloadParameter>() {}
    pub const fn assert_required_payload<T: RequiredPayload>() {}
    pub const fn assert_realm<R: Realm>() {}
    pub const fn assert_payload_in_realm<T: PayloadIn<R>, R>() {}

    /// The extractor of an application's user, for what its state must be able to do.
    pub trait SubjectExtractor {
        type User;
    }

    impl<U, R> SubjectExtractor for CurrentSubject<U, R> {
        type User = U;
    }

    impl<U, R> SubjectExtractor for Option<CurrentSubject<U, R>> {
        type User = U;
    }
}
