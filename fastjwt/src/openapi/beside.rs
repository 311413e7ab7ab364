//! What stands beside an attribute: the parameters that demand something of a token by themselves, found by their types, so that an
//! alias hides none.

use std::marker::PhantomData;

use super::note::Note;
use crate::{
    __private::{AccessRequired, AnyRequired, FreshRequired, RefreshRequired},
    AnyPayload, ConstPolicy, CurrentSubject, FreshPayload, Realm, RefreshPayload, Required, TokenPayload,
};

/// A parameter of the type `T`. Its constant `NOTE` says what it demands.
#[derive(Debug)]
pub struct Beside<T>(PhantomData<fn() -> T>);

/// How the note of a parameter is made, if it demands anything.
pub(super) type Demanded = Option<fn() -> Note>;

/// Every type: one that demands nothing. Those that do are told apart by a constant of their own, which comes before this one.
pub trait Undemanding {
    /// Nothing.
    const NOTE: Demanded = None;
}

impl<T> Undemanding for Beside<T> {}

macro_rules! demanding {
    ($(<$($parameter:ident $(: $bound:ident)?),+> $type:ty => $note:expr;)*) => { $(
        impl<$($parameter $(: $bound)?),+> Beside<$type> {
            /// What it demands.
            pub const NOTE: Demanded = Some(|| $note);
        }
    )* };
}

demanding! {
    <C, R: Realm> TokenPayload<C, R> => Note::of::<R, AccessRequired>();
    <C, R: Realm> Option<TokenPayload<C, R>> => Note::of::<R, AccessRequired>().optional();
    <C, R: Realm> FreshPayload<C, R> => Note::of::<R, FreshRequired>();
    <C, R: Realm> RefreshPayload<C, R> => Note::of::<R, RefreshRequired>();
    <C, R: Realm> AnyPayload<C, R> => Note::of::<R, AnyRequired>();
    <P: ConstPolicy, C, R: Realm> Required<P, C, R> => Note::of::<R, P>();
    <P: ConstPolicy, C, R: Realm> Option<Required<P, C, R>> => Note::of::<R, P>().optional();
    <U, R: Realm> CurrentSubject<U, R> => Note::of::<R, AccessRequired>().subject();
    <U, R: Realm> Option<CurrentSubject<U, R>> => Note::of::<R, AccessRequired>().optional().subject();
}
