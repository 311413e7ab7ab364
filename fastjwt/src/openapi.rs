//! What an OpenAPI document says of guarded handlers: their attributes leave a note in it, and `Modify` makes of it what the
//! configuration makes of the attribute.

mod answers;
mod beside;
mod note;
mod schemas;
mod schemes;
mod told;

use utoipa::{
    Modify,
    openapi::{self, Components, OpenApi, path::Operation},
};

use self::told::{Demand, Told};
pub use self::{
    beside::{Beside, Undemanding},
    note::{Note, Notes, Unseen},
};
use crate::{FastJwt, Realm};

/// Completes an OpenAPI document: what each guarded handler demands, what it answers to who does not fulfil it, and how tokens
/// travel.
///
/// It is about handlers with one of this crate's attributes above `#[utoipa::path]`, of this instance's realm; an application
/// with several realms asks each instance. What the document says already stays: a response of a status, a `security`, a scheme
/// of a name.
///
/// ```
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use fastjwt::{Algorithm, FastJwt, SigningKey, TokenPayload, access_token_required};
/// use utoipa::{Modify, OpenApi};
///
/// /// The orders of the customer.
/// #[access_token_required(scopes("orders:read"))]
/// #[utoipa::path(get, path = "/orders", responses((status = 200, body = String)))]
/// async fn orders(payload: TokenPayload) -> String {
///     format!("the orders of {}", payload.sub)
/// }
///
/// #[derive(OpenApi)]
/// #[openapi(paths(orders))]
/// struct Api;
///
/// let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::ES256)?).build()?;
/// let mut document = Api::openapi();
/// jwt.modify(&mut document);
/// let document = serde_json::to_value(document)?;
/// assert_eq!(document["paths"]["/orders"]["get"]["security"][0]["access_token"][0], "orders:read");
/// assert_eq!(document["components"]["securitySchemes"]["access_token"]["scheme"], "bearer");
/// # Ok(())
/// # }
/// # run().unwrap();
/// ```
///
/// # What becomes of it
/// - Security schemes: `access_token` is the header, with `_cookie`, `_query` and `_websocket` behind it the other places, and
///   with `_csrf` the proof that goes with the cookie. The same for `refresh_token`, where a handler takes one. A realm's name
///   and `_` stand before its own.
/// - `security`: one alternative for each place where the token may be, and for each way to fulfil the scopes: OpenAPI knows
///   "all of these", and alternatives are its "any". Rules with more than 16 ways name all of their scopes. With `optional` the
///   empty alternative is there, too.
///   Where attributes of several realms stand on each other, each alternative names a token of each. Of one realm, they are told
///   as one: what one of them could answer about a place where another one doesn't look is not.
/// - Responses: 401, 400, 403, 503 and the statuses of a token that is too large, as far as they can occur, each with its codes
///   as examples. With a [responder](crate::Builder::responder) of the service's own, only the statuses and what they mean.
/// - What a payload or [`CurrentSubject`](crate::CurrentSubject) beside the attribute demands, such as `FreshPayload` or `Required<P>`,
///   is told as a second attribute's demand would be. What an extractor of the service's own holds is not seen.
/// - What OpenAPI has no word for, a token in a JSON body, is told in the description.
///
/// [`TokenResponse`](crate::TokenResponse) has a schema, for `body = TokenResponse`. The ready routes of sessions are plain axum routes,
/// of which a document says what is written in it.
impl<R: Realm> Modify for FastJwt<R> {
    fn modify(&self, document: &mut OpenApi) {
        let config = self.config();
        let mut schemes = schemes::configured::<R>(config);
        let mut is_answered = false;
        for item in document.paths.paths.values_mut() {
            let safe = [&mut item.get, &mut item.head, &mut item.options].map(|operation| (operation, true));
            let unsafe_ =
                [&mut item.put, &mut item.post, &mut item.delete, &mut item.patch, &mut item.trace, &mut item.query];
            let usual = safe.into_iter().chain(unsafe_.map(|operation| (operation, false)));
            let usual = usual.filter_map(|(operation, is_safe)| Some((operation.as_mut()?, is_safe)));
            let others = item.additional_operations.values_mut().map(|operation| (operation, false));
            for (operation, is_safe) in usual.chain(others) {
                let Some(note) = Note::take::<R>(operation) else { continue };
                let is_safe = is_safe && !note.websocket;
                is_answered = true;
                schemes.extend(schemes::demanded::<R>(config, &note));
                complete::<R>(self, operation, &note, is_safe);
            }
        }
        let components = document.components.get_or_insert_with(Components::new);
        for (name, scheme) in schemes {
            components.security_schemes.entry(name).or_insert_with(|| openapi::RefOr::T(scheme));
        }
        if is_answered && config.answers.are_usual() {
            let (name, schema) = answers::schema();
            components.schemas.entry(name.to_owned()).or_insert(schema);
        }
    }
}

fn complete<R: Realm>(jwt: &FastJwt<R>, operation: &mut Operation, note: &Note, is_safe: bool) {
    let config = jwt.config();
    let ways = schemes::ways::<R>(config, note, is_safe);
    let answers = answers::possible(config, note, is_safe);
    Told::add(R::NAME, Demand { ways, answers }, operation);
    if let Some(sentence) = schemes::unspeakable(config, note) {
        let told = operation.description.get_or_insert_default();
        if !told.is_empty() {
            told.push_str("\n\n");
        }
        told.push_str(&sentence);
    }
}
