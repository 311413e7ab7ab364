//! Policies as types: what the attributes' arguments become.

use std::{marker::PhantomData, time::Duration};

use super::{ConstScopes, ConstStr};
use crate::{ConstPolicy, Locations, Policy};

macro_rules! policies {
    ($($name:ident => $policy:expr),* $(,)?) => { $(
        #[derive(Debug)]
        pub enum $name {}

        impl ConstPolicy for $name {
            const POLICY: Policy = $policy;
        }
    )* };
}

policies! {
    AccessRequired => Policy::access(),
    FreshRequired => Policy::fresh(),
    RefreshRequired => Policy::refresh(),
    AnyRequired => Policy::any(),
}

/// An argument that changes the policy `P`: its parameters, and what becomes of `P`'s policy.
macro_rules! arguments {
    ($($(#[$doc:meta])* $name:ident<P> $(with $type:ident: $bound:ident)? $(of $number:ident)? => $policy:expr),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<P $(, $type)? $(, const $number: u64)?>(PhantomData<fn() -> (P, $($type)?)>);

        impl<P: ConstPolicy $(, $type: $bound)? $(, const $number: u64)?> ConstPolicy
            for $name<P $(, $type)? $(, $number)?>
        {
            const POLICY: Policy = $policy;
        }
    )* };
}

arguments! {
    /// The subject is a parameter of the route.
    SubjectParam<P> with S: ConstStr => P::POLICY.subject_param(S::VALUE),
    Scopes<P> with E: ConstScopes => P::POLICY.scopes(E::RULE),
    Issuer<P> with S: ConstStr => P::POLICY.issuer(S::VALUE),
    Audience<P> with L: ConstList => P::POLICY.audience(L::VALUES),
    /// In seconds.
    Leeway<P> of N => P::POLICY.leeway(Duration::from_secs(N)),
    /// In seconds.
    MaxAge<P> of N => P::POLICY.max_age(Duration::from_secs(N)),
    OptionalOrExpired<P> => P::POLICY.optional_or_expired(),
    At<P> with L: ConstPlaces => P::POLICY.locations(L::PLACES),
    WithoutCsrf<P> => P::POLICY.csrf(false),
    WithoutRevocation<P> => P::POLICY.revocation(false),
    /// No other parameter is there that could ask about the token, so that nothing is left for it.
    Last<P> => P::POLICY.last(),
}

/// Places where a token travels as a type.
pub trait ConstPlaces: 'static {
    const PLACES: Locations;
}

macro_rules! places {
    ($($name:ident => $place:ident),* $(,)?) => { $(
        #[derive(Debug)]
        pub enum $name {}

        impl ConstPlaces for $name {
            const PLACES: Locations = Locations::$place;
        }
    )* };
}

places! {
    InHeaders => HEADERS,
    InCookies => COOKIES,
    InJson => JSON,
    InQuery => QUERY,
    InWebSocket => WEBSOCKET,
}

/// One place, and the rest of them.
impl<A: ConstPlaces, B: ConstPlaces> ConstPlaces for (A, B) {
    const PLACES: Locations = A::PLACES.and(B::PLACES);
}

/// Strings as a type.
pub trait ConstList: 'static {
    const VALUES: &'static [&'static str];
}

macro_rules! lists {
    ($($($name:ident)+;)*) => { $(
        impl<$($name: ConstStr),+> ConstList for ($($name,)+) {
            const VALUES: &'static [&'static str] = &[$($name::VALUE),+];
        }
    )* };
}

lists! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}
