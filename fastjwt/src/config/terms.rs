//! What is demanded of the tokens of one issuer, this service itself among them.

/// What is demanded of an issuer's tokens.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a term of its own")]
pub(crate) struct IssuerTerms {
    /// The issuer, exactly; of this service's own tokens, if one is configured.
    pub(crate) issuer: Option<String>,
    /// Whom its tokens are for: one of these, or nobody if there are none.
    pub(crate) audience: Vec<String>,
    /// Access tokens are those of RFC 9068, in the header's `typ` and in their claims.
    pub(crate) at_jwt: bool,
    /// The issuer knows no kinds of tokens: one without `type` is an access token.
    pub(crate) untyped: bool,
    /// Another service issues them: it need not know the realm, and may write scopes as `scope`.
    pub(crate) foreign: bool,
    /// The claim that says what a token allows, if it is none of the standard's.
    pub(crate) scope_claim: Option<String>,
    /// Whoever stands in front has looked whether a token that is bound to a key comes from who has it.
    pub(crate) bound_as_bearer: bool,
}
