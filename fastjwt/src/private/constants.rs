//! Texts and scopes as types, so that a policy is a type that needs no item beside the handler.

use std::marker::PhantomData;

use crate::scope::{Scope, ScopeRule};

/// A string as a type.
pub trait ConstStr: 'static {
    const VALUE: &'static str;
}

/// `N` bytes of UTF-8, big-endian in `A`, `B`, `C` and `D`.
#[derive(Debug)]
pub enum Str<const N: usize, const A: u128, const B: u128, const C: u128, const D: u128> {}

impl<const N: usize, const A: u128, const B: u128, const C: u128, const D: u128> ConstBytes for Str<N, A, B, C, D> {
    const LENGTH: usize = N;
    #[expect(clippy::indexing_slicing, reason = "a const: an index out of bounds does not compile")]
    const BYTES: [u8; 64] = {
        let parts = [A.to_be_bytes(), B.to_be_bytes(), C.to_be_bytes(), D.to_be_bytes()];
        let mut bytes = [0; 64];
        let mut index = 0;
        while index < bytes.len() {
            bytes[index] = parts[index / 16][index % 16];
            index += 1;
        }
        bytes
    };
}

impl<const N: usize, const A: u128, const B: u128, const C: u128, const D: u128> ConstStr for Str<N, A, B, C, D> {
    const VALUE: &'static str = text(Self::BYTES.split_at(N).0);
}

/// A part of a longer string, cut at any byte.
pub trait ConstBytes: 'static {
    const LENGTH: usize;
    const BYTES: [u8; 64];
}

/// A string of up to 256 bytes: four parts, of which only the last may be shorter than 64 bytes.
#[derive(Debug)]
pub struct Long<A, B, C, D>(PhantomData<(A, B, C, D)>);

impl<A: ConstBytes, B: ConstBytes, C: ConstBytes, D: ConstBytes> Long<A, B, C, D> {
    const LENGTH: usize = A::LENGTH + B::LENGTH + C::LENGTH + D::LENGTH;
    #[expect(clippy::indexing_slicing, reason = "a const: an index out of bounds does not compile")]
    const BYTES: [u8; 256] = {
        let parts = [A::BYTES, B::BYTES, C::BYTES, D::BYTES];
        let mut bytes = [0; 256];
        let mut index = 0;
        while index < bytes.len() {
            bytes[index] = parts[index / 64][index % 64];
            index += 1;
        }
        bytes
    };
}

impl<A: ConstBytes, B: ConstBytes, C: ConstBytes, D: ConstBytes> ConstStr for Long<A, B, C, D> {
    const VALUE: &'static str = text(Self::BYTES.split_at(Self::LENGTH).0);
}

const fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// A rule of scopes as a type.
pub trait ConstScopes: 'static {
    const RULE: ScopeRule;
}

/// A scope by its name.
#[derive(Debug)]
pub struct Named<S>(PhantomData<fn() -> S>);

impl<S: ConstStr> ConstScopes for Named<S> {
    const RULE: ScopeRule = ScopeRule::one(S::VALUE);
}

/// A part of the scope that is the variant of `T` with this number, for a [`Str`] of it: one of its four words, and after them
/// its length. One function for both, so that rustc tells only once that an enum is none of scopes.
#[expect(clippy::indexing_slicing, reason = "a const: an index out of bounds does not compile")]
#[must_use]
pub const fn scope_part<T: Scope>(number: u128, part: usize) -> u128 {
    let name = scope_name::<T>(number).as_bytes();
    if part == 4 {
        return name.len() as u128;
    }
    let mut bytes = [0; 16];
    let mut index = 0;
    while index < bytes.len() && 16 * part + index < name.len() {
        bytes[index] = name[16 * part + index];
        index += 1;
    }
    u128::from_be_bytes(bytes)
}

#[expect(clippy::indexing_slicing, reason = "a const: a variant without a name does not compile")]
const fn scope_name<T: Scope>(number: u128) -> &'static str {
    let mut index = 0;
    while T::NAMES[index].0 != number {
        index += 1;
    }
    T::NAMES[index].1
}

macro_rules! pairs {
    ($($(#[$doc:meta])* $name:ident => $join:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<A, B>(PhantomData<fn() -> (A, B)>);

        impl<A: ConstScopes, B: ConstScopes> $name<A, B> {
            const PARTS: &'static [ScopeRule] = &[A::RULE, B::RULE];
        }

        impl<A: ConstScopes, B: ConstScopes> ConstScopes for $name<A, B> {
            const RULE: ScopeRule = ScopeRule::$join(Self::PARTS);
        }
    )* };
}

pairs! {
    /// Both of two rules; more than two are pairs of pairs.
    Both => all,
    /// One of two rules.
    Either => any,
}
