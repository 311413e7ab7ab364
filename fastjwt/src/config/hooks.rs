//! What a service puts in of its own: checks, defaults of new tokens, and how scopes are compared.

use std::sync::Arc;

use serde::Serialize;

use super::Builder;
use crate::{
    Check, Claims, NewToken, Realm,
    access::check::{AnyCheck, Reading},
    issue::defaults::Defaults,
    scope::Matching,
};

#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) matching: Matching,
    pub(crate) checks: Vec<Arc<dyn AnyCheck>>,
    pub(crate) claims: Option<Defaults>,
    pub(crate) header: Option<Defaults>,
}

impl Hooks {
    /// Whether one of them may have to wait.
    #[inline]
    pub(crate) fn await_something(&self) -> bool {
        !self.checks.is_empty()
    }
}

impl<R: Realm> Builder<R> {
    /// Whether a scope that ends in `:*` grants every scope that begins as it does: `orders:*` grants `orders:read` and
    /// `orders:items:read`, not `orders`. It is so only for what is granted: a token with `orders:read` does not have `orders:*`.
    ///
    /// It holds for every door, for [`has_scopes`](crate::TokenPayload::has_scopes) and for [`ScopeSet::of`](crate::ScopeSet::of).
    pub fn wildcard_scopes(mut self, granted: bool) -> Self {
        self.hooks.matching = if granted { Matching::Wildcard } else { Matching::Exact };
        self
    }

    /// Asks this, too, about every token that is let in, after all other checks; several are asked in their order.
    ///
    /// [`verify`](crate::FastJwt::verify) and its kin can't wait for one and are an error then; use
    /// [`authenticate`](crate::FastJwt::authenticate).
    pub fn check<C: Claims>(mut self, check: impl Check<C, R>) -> Self {
        self.hooks.checks.push(Arc::new(Reading::<_, C, R>::new(check)));
        self
    }

    /// Extra claims for every token that is issued. Where a token is given a claim of the same name when it is made, that one
    /// counts.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, ClaimMap, FastJwt, SigningKey, jwt_claims};
    ///
    /// #[jwt_claims]
    /// struct Origin { region: String }
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .default_claims(|_| Origin { region: "eu".into() })
    ///     .build()?;
    ///
    /// let token = jwt.create_access_token("USER_ID").sign()?;
    /// assert_eq!(jwt.verify_access_token::<Origin>(token.as_str())?.region, "eu");
    /// let token = jwt.create_access_token("USER_ID").claim("region", "us").sign()?;
    /// assert_eq!(jwt.verify_access_token::<Origin>(token.as_str())?.region, "us");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What can't be written, or has a reserved name ([`ClaimMap`](crate::ClaimMap) may), or another name of a claim that the token
    /// is given (`alias`), is an error at [`sign`](crate::TokenBuilder::sign).
    pub fn default_claims<D: Claims>(mut self, claims: impl Fn(&NewToken<'_>) -> D + Send + Sync + 'static) -> Self {
        self.hooks.claims = Some(Defaults::new(claims));
        self
    }

    /// Members for the header of every token that is issued: an object, such as a map or a struct. Where a token is given a
    /// member of the same name when it is made, that one counts.
    ///
    /// The members that the standard gives a meaning are an error at [`sign`](crate::TokenBuilder::sign), and so are more than 29,
    /// those of the token's own included.
    pub fn default_header<D: Serialize>(mut self, header: impl Fn(&NewToken<'_>) -> D + Send + Sync + 'static) -> Self {
        self.hooks.header = Some(Defaults::new(header));
        self
    }
}
