use axum::{Router, extract::Path, routing::get};
use fastjwt::{
    ClaimMap, Claims, ConstPolicy, FastJwt, FreshPayload, Policy, Realm, Required, Scope, TokenPayload,
    access_token_required, fresh_token_required, jwt_claims,
};
use utoipa::{Modify, OpenApi};

#[jwt_claims]
struct Profile {
    age: u8,
}

#[derive(Scope)]
enum Orders {
    Read,
}

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

type StaffPayload = TokenPayload<ClaimMap, Staff>;

#[access_token_required(scopes(any(Orders::Read, "admin")))]
#[utoipa::path(get, path = "/payload/{id}", responses((status = 200, body = String)))]
async fn payload(payload: TokenPayload<Profile>, Path(id): Path<u64>) -> String {
    format!("{id} {} {}", payload.sub, payload.age)
}

#[access_token_required]
#[utoipa::path(get, path = "/guarded", responses((status = 200),), extensions(("x-mine" = json!(1))),)]
async fn guarded() -> &'static str {
    "guarded"
}

#[access_token_required]
#[fresh_token_required(max_age = "5m")]
#[tracing::instrument(skip_all)]
#[utoipa::path(get, path = "/stacked", extensions(), responses((status = 200)))]
async fn stacked(_: TokenPayload) {}

#[fastjwt::access_token_required]
#[utoipa::path(get, path = "/alias", responses((status = 200)))]
async fn alias(#[payload] payload: StaffPayload) -> String {
    payload.sub.clone()
}

#[access_token_required(optional)]
#[utoipa::path(get, path = "/generic", responses((status = 200)))]
async fn generic<C: Claims>(payload: Option<TokenPayload<C, Staff>>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

#[access_token_required]
#[cfg_attr(all(), utoipa::path(get, path = "/conditional", responses((status = 200))))]
async fn conditional() {}

#[access_token_required]
#[cfg_attr(any(), utoipa::path(get, path = "/never", responses((status = 200))))]
async fn never() {}

struct Reads;

impl ConstPolicy for Reads {
    const POLICY: Policy = Policy::access();
}

#[access_token_required]
#[utoipa::path(get, path = "/beside", responses((status = 200)))]
async fn beside<C: Claims, D: Claims>(
    _: FreshPayload<C>,
    _: (Option<Required<Reads, D>>, Option<Path<u64>>),
    #[cfg(any())] _: NowhereDefined,
    #[cfg(all())] _: Required<Reads>,
) {
}

/// Its methods have the names of handlers, and no operation.
struct Api;

impl Api {
    #[access_token_required]
    async fn guarded() {}

    #[access_token_required]
    async fn payload(payload: TokenPayload) -> String {
        payload.sub.clone()
    }
}

fn document() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(payload, guarded, stacked, alias, generic, conditional, beside))]
    struct Api;

    Api::openapi()
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/payload/{id}", get(payload))
        .route("/guarded", get(guarded))
        .route("/stacked", get(stacked))
        .route("/beside", get(beside::<Profile, ClaimMap>))
        .route("/conditional", get(conditional))
        .route("/never", get(never))
        .route("/method/guarded", get(Api::guarded))
        .route("/method/payload", get(Api::payload));
    let _: Router<FastJwt<Staff>> = Router::new().route("/alias", get(alias)).route("/generic", get(generic::<Profile>));

    let mut document = document();
    let demanded = |document: &utoipa::openapi::OpenApi| -> Vec<String> {
        let items = document.paths.paths.iter();
        items.filter(|(_, item)| item.get.as_ref().unwrap().security.is_some()).map(|(path, _)| path.clone()).collect()
    };
    assert!(demanded(&document).is_empty());
    FastJwt::builder().secret("uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa").build().unwrap().modify(&mut document);
    assert_eq!(demanded(&document), ["/beside", "/conditional", "/guarded", "/payload/{id}", "/stacked"]);
    let staff = FastJwt::<Staff>::realm_builder().secret("uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa").build().unwrap();
    staff.modify(&mut document);
    assert_eq!(demanded(&document).len(), 7);
}
