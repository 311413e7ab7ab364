//! Reading a token that nobody verified. Nothing else in this crate does, and nothing here leads back to the road that does.

use std::fmt;

use crate::{Claims, Error, ErrorKind, NumericDate, TokenFault, claims::read, jws};

/// What an unverified token claims about itself.
///
/// Anybody can write anything into one. It is for looking at tokens, in a debugger or to choose among issuers before
/// verifying; it can't become a [`TokenPayload`](crate::TokenPayload).
#[non_exhaustive]
pub struct UnverifiedToken<C> {
    /// The subject it names.
    pub sub: Option<String>,
    /// The issuer it names.
    pub iss: Option<String>,
    /// When it says that it ends.
    pub exp: Option<NumericDate>,
    /// The extra claims it makes.
    pub extra: C,
}

/// Shows that nothing in it is verified, and nothing else.
impl<C> fmt::Debug for UnverifiedToken<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedToken").finish_non_exhaustive()
    }
}

/// Reads a token's claims **without verifying anything**: neither signature nor time nor kind.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use fastjwt::{NoClaims, danger};
///
/// let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.";
/// // Even this is no JWS: its signature is empty.
/// assert!(danger::decode_unverified::<NoClaims>(forged).is_err());
///
/// let unverified = danger::decode_unverified::<NoClaims>(&format!("{forged}AAAA"))?;
/// assert_eq!(unverified.sub.as_deref(), Some("admin"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the text is longer than 64 KiB, is not three base64url segments, or its payload does not fit `C`.
pub fn decode_unverified<C: Claims>(token: &str) -> Result<UnverifiedToken<C>, Error> {
    decode(token).map_err(|fault| Error::new(ErrorKind::Token(fault), None))
}

/// The longest token that is read without a configuration.
const LONGEST: usize = 65_536;

fn decode<C: Claims>(token: &str) -> Result<UnverifiedToken<C>, TokenFault> {
    let segments =
        (token.len() <= LONGEST).then(|| jws::split(token.as_bytes())).flatten().ok_or(TokenFault::Malformed)?;
    let decoded = |segment| jws::decode(segment).ok_or(TokenFault::Malformed);
    let (_, json, _) = (decoded(segments.header)?, decoded(segments.payload)?, decoded(segments.signature)?);
    let mut registered = read::Found::default();
    let extra = read::read(&json, &mut registered)?;
    Ok(UnverifiedToken { sub: registered.sub, iss: registered.iss, exp: registered.exp, extra })
}
