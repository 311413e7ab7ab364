//! The schema of the answer with tokens, for handlers that name it in their documentation: `body = TokenResponse`.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type},
    },
};

use crate::TokenResponse;

/// What the members are, and which are always there (RFC 6749 section 5.1): a token that travels in a cookie is not.
impl PartialSchema for TokenResponse {
    fn schema() -> RefOr<Schema> {
        let of = |kind: Type, description: &str| -> ObjectBuilder {
            ObjectBuilder::new().schema_type(kind).description(Some(description))
        };
        let seconds = of(Type::Integer, "How long the access token lives, in seconds.");
        let seconds = seconds.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))).minimum(Some(0));
        let text = |description: &str| -> Object { of(Type::String, description).build() };
        ObjectBuilder::new()
            .description(Some("Tokens, as OAuth clients expect them (RFC 6749 section 5.1)."))
            .property("access_token", text("The access token, unless it is in a cookie."))
            .property("token_type", text("How the access token is sent: `Bearer`."))
            .property("expires_in", seconds.build())
            .required("expires_in")
            .property("refresh_token", text("The refresh token, if there is one and it is not in a cookie."))
            .property("scope", text("What the access token allows, words with spaces between them."))
            .into()
    }
}

impl ToSchema for TokenResponse {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("TokenResponse")
    }
}
