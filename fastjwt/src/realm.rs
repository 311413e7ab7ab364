//! Realms: two kinds of users in one application that can't take each other's place.

/// A set of users with tokens of their own.
///
/// A token of one realm is refused by every other, whatever the keys. An application with one kind of users needs none:
/// [`DefaultRealm`] is everywhere where no realm is named.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use fastjwt::{Algorithm, FastJwt, Realm, SigningKey};
///
/// struct Staff;
///
/// impl Realm for Staff {
///     const NAME: &'static str = "staff";
/// }
///
/// let key = SigningKey::generate(Algorithm::EdDSA)?;
/// let customers = FastJwt::builder().key(key.clone()).build()?;
/// let staff = FastJwt::<Staff>::realm_builder().key(key).build()?;
///
/// let token = customers.create_access_token("USER_ID").sign()?;
/// assert!(staff.verify_access_token::<fastjwt::NoClaims>(token.as_str()).is_err());
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a realm",
    label = "not a realm",
    note = "give it a name: `impl fastjwt::Realm for {Self} {{ const NAME: &'static str = \"staff\"; }}`"
)]
pub trait Realm: Send + Sync + 'static {
    /// The name in the claim `realm`, 1 to 64 printable ASCII characters.
    ///
    /// It is all that tells tokens apart: two types with one name are one realm, and nothing warns of it.
    const NAME: &'static str;
}

/// The realm of tokens that carry no claim `realm`.
#[derive(Debug, Clone, Copy)]
pub enum DefaultRealm {}

impl Realm for DefaultRealm {
    const NAME: &'static str = "";
}

/// What the claim `realm` says in `R`'s tokens.
pub(crate) fn claim<R: Realm>() -> Option<&'static str> {
    (!R::NAME.is_empty()).then_some(R::NAME)
}
