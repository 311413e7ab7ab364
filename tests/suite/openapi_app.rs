//! An application with every form of demand, and the document that its attributes make of it.

use axum::{
    Router,
    extract::{FromRef, Path, ws::WebSocketUpgrade},
    response::Response,
};
use fastjwt::{
    ClaimMap, ConstPolicy, CurrentSubject, FastJwt, FreshPayload, LoadSubject, NoClaims, Policy, Realm, Required,
    Scope, TokenPayload, access_token_required, fresh_token_required, refresh_token_required, scopes, token_required,
};
use utoipa::{Modify as _, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Clone, FromRef)]
pub struct App {
    pub customers: FastJwt,
    pub staff: FastJwt<Staff>,
}

pub struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff & co";
}

#[derive(Scope)]
enum Orders {
    Read,
    Write,
}

pub struct User;

impl LoadSubject<User> for App {
    type Error = std::io::Error;

    async fn load_subject(&self, sub: &str) -> Result<Option<User>, Self::Error> {
        match sub {
            "GONE" => Ok(None),
            "UNREACHABLE" => Err(std::io::Error::other("out of reach")),
            _ => Ok(Some(User)),
        }
    }
}

/// Open to all.
#[utoipa::path(get, path = "/open", responses((status = 200)))]
async fn open() -> &'static str {
    "open"
}

/// Guarded, and nothing more.
#[access_token_required]
#[utoipa::path(get, path = "/guarded", responses((status = 200)))]
async fn guarded() -> &'static str {
    "guarded"
}

/// Any of two scopes.
#[access_token_required(scopes(any(Orders::Read, "admin")))]
#[utoipa::path(get, path = "/orders", responses((status = 200, body = String)))]
async fn read_orders(payload: TokenPayload) -> String {
    payload.sub.clone()
}

/// Some of all, and one of some.
#[access_token_required(scopes(all(Orders::Read, Orders::Write), any("admin", "support")))]
#[utoipa::path(post, path = "/orders", responses((status = 201, body = String)))]
async fn change_orders(payload: TokenPayload<ClaimMap>) -> String {
    payload.sub.clone()
}

/// More ways to fulfil it than a document has patience for.
#[access_token_required(scopes(any("a", "b", "c"), any("d", "e", "f"), any("g", "h")))]
#[utoipa::path(get, path = "/many", responses((status = 200)))]
async fn many() {}

/// A login of the last five minutes.
#[fresh_token_required(max_age = "5m")]
#[utoipa::path(delete, path = "/account", responses((status = 204)))]
async fn close_account() {}

/// The token of a login, however long ago.
#[fresh_token_required]
#[utoipa::path(put, path = "/password", responses((status = 204)))]
async fn change_password() {}

/// A refresh token.
#[refresh_token_required]
#[utoipa::path(post, path = "/refresh", responses((status = 200, body = String)))]
async fn refresh(payload: TokenPayload) -> String {
    payload.sub.clone()
}

/// Whatever token it is.
#[token_required]
#[utoipa::path(post, path = "/logout", responses((status = 204)))]
async fn logout() {}

/// With a token or without.
#[access_token_required(optional)]
#[utoipa::path(get, path = "/greeting", responses((status = 200, body = String)))]
async fn greeting(payload: Option<TokenPayload>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

/// With a token, an expired one, or none.
#[access_token_required(optional(expired))]
#[utoipa::path(post, path = "/greeting", responses((status = 200, body = String)))]
async fn hearty_greeting(payload: Option<TokenPayload>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

/// One's own.
#[access_token_required(subject_param = "user")]
#[utoipa::path(get, path = "/users/{user}", params(("user" = String, Path)), responses((status = 200, body = String)))]
async fn user(payload: TokenPayload, Path(user): Path<String>) -> String {
    format!("{user} {}", payload.sub)
}

/// The application's user.
#[access_token_required(state = App)]
#[utoipa::path(get, path = "/me", responses((status = 200)))]
async fn me(_: CurrentSubject<User>) {}

/// Two attributes: both must be fulfilled.
#[access_token_required(scopes("admin"))]
#[fresh_token_required(scopes(any("a", "b")))]
#[utoipa::path(patch, path = "/both", responses((status = 200)))]
async fn both() {}

/// Two attributes, of which the one does without what the other demands.
#[access_token_required(optional(expired), csrf = false, revocation = false, max_age = "5m")]
#[access_token_required(max_age = "1h")]
#[utoipa::path(post, path = "/stacked", responses((status = 200, body = String)))]
async fn stacked(payload: Option<TokenPayload>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

/// Of a kind that both attributes take.
#[access_token_required]
#[token_required]
#[utoipa::path(get, path = "/kinds", responses((status = 200)))]
async fn kinds() {}

/// And of the other one.
#[refresh_token_required]
#[token_required]
#[utoipa::path(get, path = "/refresh_kinds", responses((status = 200)))]
async fn refresh_kinds() {}

/// Of which the store knows nothing.
#[access_token_required(revocation = false)]
#[utoipa::path(get, path = "/unasked", responses((status = 200)))]
async fn unasked() {}

/// A WebSocket.
#[access_token_required]
#[utoipa::path(get, path = "/live", responses((status = 101)))]
async fn live(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |_| {})
}

/// Of the other realm.
#[access_token_required(realm = Staff, scopes("audit"))]
#[utoipa::path(get, path = "/audit", responses((status = 200)))]
async fn audit() {}

/// In the header alone.
#[access_token_required(locations(headers))]
#[utoipa::path(post, path = "/header", responses((status = 200)))]
async fn header() {}

/// Without a csrf value.
#[access_token_required(csrf = false)]
#[utoipa::path(post, path = "/unproven", responses((status = 200)))]
async fn unproven() {}

/// Of the other realm, as the payload says.
#[access_token_required]
#[utoipa::path(get, path = "/me", responses((status = 200, body = String)))]
async fn clerk(payload: TokenPayload<ClaimMap, Staff>) -> String {
    payload.sub.clone()
}

/// A clerk beside a customer: a token of each.
#[access_token_required(scopes("help"))]
#[access_token_required(realm = Staff, scopes(any("assist", "audit")))]
#[utoipa::path(post, path = "/assisted", responses((status = 200, body = String)))]
async fn assisted(payload: TokenPayload) -> String {
    payload.sub.clone()
}

/// A clerk with a recent login beside a customer of whom nothing else is demanded.
#[access_token_required]
#[access_token_required(realm = Staff, scopes("assist"), max_age = "1h")]
#[utoipa::path(post, path = "/attended", responses((status = 200)))]
async fn attended() {}

/// What is written here stays.
#[access_token_required(scopes("audit"))]
#[utoipa::path(
    post,
    path = "/mine",
    extensions(("x-mine" = json!({ "stays": true }))),
    security(("mine" = ["all"])),
    responses((status = 200), (status = 401, description = "Mine"), (status = 503, description = "Mine, too")),
)]
async fn mine() {}

struct ReadOrders;

impl ConstPolicy for ReadOrders {
    const POLICY: Policy = Policy::access().scopes(scopes!(any(Orders::Read, "support")));
}

struct Audit;

impl ConstPolicy for Audit {
    const POLICY: Policy = Policy::access().scopes(scopes!("audit"));
}

/// A name that says nothing of what it stands for.
type Reader = Required<ReadOrders>;

/// A parameter demands more than the attribute.
#[access_token_required]
#[utoipa::path(delete, path = "/beside", responses((status = 204)))]
async fn beside(_: FreshPayload) {}

/// A policy of the service's own.
#[access_token_required]
#[utoipa::path(get, path = "/beside", responses((status = 200, body = String)))]
async fn beside_required(payload: Required<ReadOrders>) -> String {
    payload.sub.clone()
}

/// The same in a tuple, behind an alias, under two attributes that both see it.
#[access_token_required(scopes("admin"))]
#[access_token_required]
#[utoipa::path(post, path = "/beside", responses((status = 200)))]
async fn beside_two(_: (Reader, FreshPayload<ClaimMap>)) {}

/// A policy that both lets in without a token.
#[access_token_required(optional)]
#[utoipa::path(put, path = "/beside", responses((status = 200)))]
async fn beside_optional(_: Option<TokenPayload>, _: Option<Required<ReadOrders>>) {}

/// Of whom the attribute demands nothing, and the user behind the token all the same.
#[access_token_required(optional(expired), state = App)]
#[utoipa::path(patch, path = "/beside", responses((status = 200)))]
async fn beside_subject(_: Option<TokenPayload>, _: CurrentSubject<User>) {}

/// The user behind a refresh token.
#[refresh_token_required(state = App)]
#[utoipa::path(trace, path = "/beside", responses((status = 200)))]
async fn beside_refresh(_: CurrentSubject<User>) {}

/// A clerk who audits, beside any customer.
#[access_token_required]
#[utoipa::path(get, path = "/beside", responses((status = 200)))]
async fn beside_staff(_: Required<Audit, NoClaims, Staff>) {}

/// The application, and its document before any instance has completed it.
pub fn app(app: &App) -> (Router, OpenApi) {
    let (router, document) = OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(guarded))
        .routes(routes!(read_orders, change_orders))
        .routes(routes!(many))
        .routes(routes!(close_account))
        .routes(routes!(change_password))
        .routes(routes!(refresh))
        .routes(routes!(logout))
        .routes(routes!(greeting, hearty_greeting))
        .routes(routes!(user))
        .routes(routes!(me))
        .routes(routes!(both))
        .routes(routes!(stacked))
        .routes(routes!(kinds))
        .routes(routes!(refresh_kinds))
        .routes(routes!(unasked))
        .routes(routes!(live))
        .routes(routes!(header))
        .routes(routes!(unproven))
        .routes(routes!(beside, beside_required, beside_two, beside_optional, beside_subject, beside_refresh))
        .nest(
            "/staff",
            OpenApiRouter::new()
                .routes(routes!(audit))
                .routes(routes!(clerk))
                .routes(routes!(assisted))
                .routes(routes!(attended))
                .routes(routes!(beside_staff)),
        )
        .routes(routes!(mine))
        .split_for_parts();
    (router.layer(app.customers.body_tokens()).with_state(app.clone()), document)
}

/// The same, completed.
pub fn documented(instances: &App) -> (Router, OpenApi) {
    let (router, mut document) = app(instances);
    instances.customers.modify(&mut document);
    instances.staff.modify(&mut document);
    (router, document)
}
