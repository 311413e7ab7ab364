//! The attribute macros of fastjwt. Their documentation stands on their `pub use` in the fastjwt crate.

use proc_macro::TokenStream;

mod claims;
mod const_str;
mod diag;
mod handler;
mod names;
mod near;
mod rule;
mod scope;
#[cfg(test)]
mod snapshots;
mod tokens;

/// Whether the documents that utoipa makes are told of guarded handlers.
const DOCUMENTS: bool = cfg!(feature = "utoipa");

#[expect(missing_docs, reason = "documented on its `pub use` in fastjwt, where the examples compile")]
#[proc_macro_attribute]
pub fn jwt_claims(args: TokenStream, item: TokenStream) -> TokenStream {
    claims::attribute(claims::Mode::Claims, args.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented on its `pub use` in fastjwt, where the examples compile")]
#[proc_macro_attribute]
pub fn claim_value(args: TokenStream, item: TokenStream) -> TokenStream {
    claims::attribute(claims::Mode::Value, args.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(CheckClaims, attributes(claim, serde))]
pub fn check_claims(item: TokenStream) -> TokenStream {
    claims::derive(claims::Mode::Claims, item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(CheckClaimValue, attributes(claim, serde))]
pub fn check_claim_value(item: TokenStream) -> TokenStream {
    claims::derive(claims::Mode::Value, item.into()).into()
}

#[expect(missing_docs, reason = "documented on its `pub use` in fastjwt, where the examples compile")]
#[proc_macro_attribute]
pub fn access_token_required(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(handler::Demand::Access, DOCUMENTS, args.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented on its `pub use` in fastjwt, where the examples compile")]
#[proc_macro_attribute]
pub fn fresh_token_required(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(handler::Demand::Fresh, DOCUMENTS, args.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented on its `pub use` in fastjwt, where the examples compile")]
#[proc_macro_attribute]
pub fn refresh_token_required(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(handler::Demand::Refresh, DOCUMENTS, args.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented on its `pub use` in fastjwt, where the examples compile")]
#[proc_macro_attribute]
pub fn token_required(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(handler::Demand::Any, DOCUMENTS, args.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented on its `pub use` in fastjwt, where the examples compile")]
#[proc_macro_derive(Scope, attributes(scope))]
pub fn scope(item: TokenStream) -> TokenStream {
    scope::derive(item.into()).into()
}

/// What `fastjwt::scopes!` becomes: it puts its own path before the rule.
#[doc(hidden)]
#[proc_macro]
pub fn scope_rule(rule: TokenStream) -> TokenStream {
    rule::expression(rule.into()).into()
}
