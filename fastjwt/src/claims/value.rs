//! `ClaimValue`: the types that are a JSON value, proven by the compiler instead of found out at run time.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::{BuildHasher, Hash},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::{NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroUsize},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use super::{ClaimNames, Names};

/// A type that a claim may have: its values are JSON values and come back as they went in.
///
/// Implemented for booleans, integers up to 64 bits (a longer one, in a field that is waived, is an error at `sign`, as is a
/// non-finite float), floats, strings, `Option`,
/// `Vec`, arrays, sets, maps with string keys, tuples, [`serde_json::Value`], types with
/// [`#[claim_value]`](macro@crate::claim_value), and behind the features `uuid`, `time`, `jiff` and `chrono` the types of
/// those crates. A foreign type that is none of these is waived with `#[claim(unchecked)]` on its field.
///
/// JSON has one `null`: where what is in an `Option` may be `null` itself, as in `Option<Option<T>>`, `Option<()>` or
/// `Option<serde_json::Value>`, a `Some` of it comes back as `None`.
///
/// Implement it by hand only for a type whose serde implementation writes one JSON value: a number, a string, a list, an
/// object with string keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a claim value: it does not stand for a JSON value",
    label = "not a JSON value",
    note = "a claim must be a bool, an integer up to 64 bits, a float, a string, or an `Option`, `Vec`, array of at most 32 or string-keyed map of those",
    note = "for your own struct or enum: put `#[fastjwt::claim_value]` on it",
    note = "for a moment or a span of time: use a number of seconds, or a type of `time`, `jiff` or `chrono` behind fastjwt's feature of that name",
    note = "for a foreign type that serde writes as JSON: put `#[claim(unchecked)]` or `#[serde(with = \"...\")]` on the field"
)]
pub trait ClaimValue: Serialize + DeserializeOwned {
    /// Whether the type is an `Option`, so that a missing claim shall read as `None`.
    #[doc(hidden)]
    const NULLABLE: bool = false;
}

/// The type of field `N` of a claims type; the one place where a field's type is proven.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "`{Self}` has no claim field {N}")]
pub trait Field<const N: usize> {
    type T: ClaimValue;
}

/// Writes a field through its proof, so that serde demands nothing of the user's type itself.
///
/// # Errors
/// What the serializer says.
#[doc(hidden)]
pub fn ser_field<P: Field<N>, const N: usize, S: Serializer>(value: &P::T, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

/// Reads a field through its proof.
///
/// # Errors
/// What the deserializer says.
#[doc(hidden)]
pub fn de_field<'de, P: Field<N>, const N: usize, D: Deserializer<'de>>(deserializer: D) -> Result<P::T, D::Error> {
    P::T::deserialize(deserializer)
}

/// The type of flattened field `N`: one that knows its names.
#[doc(hidden)]
pub trait Flat<const N: usize> {
    type T: ClaimNames;
    const NAMES: Names = <Self::T as ClaimNames>::NAMES;
}

/// Writes a flattened field through its proof.
///
/// # Errors
/// What the serializer says.
#[doc(hidden)]
pub fn ser_flat<P: Flat<N>, const N: usize, S: Serializer>(value: &P::T, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

/// Reads a flattened field through its proof.
///
/// # Errors
/// What the deserializer says.
#[doc(hidden)]
pub fn de_flat<'de, P: Flat<N>, const N: usize, D: Deserializer<'de>>(deserializer: D) -> Result<P::T, D::Error> {
    P::T::read_flat(deserializer)
}

macro_rules! claim_values {
    ($($type:ty),* $(,)?) => { $(impl ClaimValue for $type {})* };
}

claim_values!(
    bool,
    char,
    String,
    Box<str>,
    u8,
    u16,
    u32,
    u64,
    usize,
    i8,
    i16,
    i32,
    i64,
    isize,
    f32,
    f64,
    NonZeroU8,
    NonZeroU16,
    NonZeroU32,
    NonZeroU64,
    NonZeroUsize,
    NonZeroI8,
    NonZeroI16,
    NonZeroI32,
    NonZeroI64,
    Cow<'static, str>,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    super::NumericDate,
    serde_json::Map<String, serde_json::Value>,
);

impl ClaimValue for () {}
impl ClaimValue for serde_json::Value {}

impl<T: ClaimValue> ClaimValue for Option<T> {
    const NULLABLE: bool = true;
}

impl<T: ClaimValue> ClaimValue for Box<T> {
    const NULLABLE: bool = T::NULLABLE;
}

impl<T: ClaimValue> ClaimValue for Vec<T> {}
impl<T: ClaimValue> ClaimValue for VecDeque<T> {}
impl<T: ClaimValue + Ord> ClaimValue for BTreeSet<T> {}
impl<T: ClaimValue + Eq + Hash, H: BuildHasher + Default> ClaimValue for HashSet<T, H> {}
impl<K: ClaimKey + Ord, T: ClaimValue> ClaimValue for BTreeMap<K, T> {}
impl<K: ClaimKey + Eq + Hash, T: ClaimValue, H: BuildHasher + Default> ClaimValue for HashMap<K, T, H> {}

macro_rules! claim_arrays {
    ($($length:literal)*) => { $(impl<T: ClaimValue> ClaimValue for [T; $length] {})* };
}

// The lengths that serde reads.
claim_arrays!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);

macro_rules! claim_tuples {
    ($(($($name:ident)+))*) => { $(impl<$($name: ClaimValue),+> ClaimValue for ($($name,)+) {})* };
}

claim_tuples!((A)(A B)(A B C)(A B C D)(A B C D E)(A B C D E F));

/// A type that may be the key of a map in a claim: JSON's member names are strings.
///
/// Implement it for a type of your own that is one string, such as a newtype of `String` or an enum without values; one number or
/// boolean is written as a string, and read back. But not below `flatten`, `tag` or `untagged`, where serde keeps a key as text: there
/// the token could not be read, and a newtype of `String` is the key to use.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the key of a map in a claim: a member name of a JSON object is a string",
    label = "not a string",
    note = "if it is an enum without values or a newtype of `String`, of your own: write `impl fastjwt::ClaimKey for {Self} {{}}`",
    note = "else use `String` keys, or a list of pairs"
)]
pub trait ClaimKey: Serialize + DeserializeOwned {}

impl ClaimKey for String {}
impl ClaimKey for Box<str> {}
impl ClaimKey for Cow<'static, str> {}

#[cfg(feature = "uuid")]
claim_values!(uuid::Uuid);
#[cfg(feature = "uuid")]
impl ClaimKey for uuid::Uuid {}

#[cfg(feature = "time")]
claim_values!(
    time::OffsetDateTime,
    time::PrimitiveDateTime,
    time::UtcDateTime,
    time::Date,
    time::Time,
    time::UtcOffset,
    time::Duration,
);

#[cfg(feature = "jiff")]
claim_values!(
    jiff::Timestamp,
    jiff::Zoned,
    jiff::SignedDuration,
    jiff::Span,
    jiff::civil::DateTime,
    jiff::civil::Date,
    jiff::civil::Time,
);

#[cfg(feature = "chrono")]
claim_values!(
    chrono::DateTime<chrono::Utc>,
    chrono::DateTime<chrono::FixedOffset>,
    chrono::NaiveDateTime,
    chrono::NaiveDate,
    chrono::NaiveTime,
);
