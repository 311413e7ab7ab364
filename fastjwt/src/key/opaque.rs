//! What holds a key or a MAC can't be compared with an operator: the compiler sees to it.

use super::{
    SigningKey, VerifyingKey,
    backend::{Signature, Signer, Verifier},
    given::File,
    jwk::{Jwk, Private, RsaPrivate},
};

/// Compiles only if the type has no `PartialEq`: with one, two traits would fit, and the compiler couldn't choose.
macro_rules! assert_no_equality {
    ($($type:ty),* $(,)?) => { $({
        trait Equality<Which> {
            fn is_absent() {}
        }
        impl<T: ?Sized> Equality<()> for T {}
        struct Present;
        impl<T: PartialEq + ?Sized> Equality<Present> for T {}
        <$type as Equality<_>>::is_absent();
    })* };
}

#[test]
fn r_24_nothing_that_holds_a_key_or_a_mac_has_an_equality() {
    assert_no_equality!(Signature, Signer, Verifier, SigningKey, VerifyingKey, File, Jwk, Private, RsaPrivate);
}
