//! Doors behind doors: one verification a request, and never another token's, another instance's or another realm's (R-38, R-100).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Extension, Router,
    extract::{FromRef, Request},
    http::{HeaderValue, StatusCode},
    middleware::{Next, from_fn},
    response::Response,
    routing::get,
};
use fastjwt::{
    Algorithm, Builder, DefaultRealm, FastJwt, NoClaims, Realm, SigningKey, TokenPayload, access_token_required,
    fresh_token_required, jwt_claims,
};
use serde_json::json;

use crate::support::{NOW, SECRET, at, builder, forge_claims, get_bearer, good_claims, jwt};

#[jwt_claims]
struct Profile {
    age: u8,
}

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

async fn extractor(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn attribute(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn guarded() -> &'static str {
    "in"
}

/// A guard, an injected payload and two extractors.
#[fresh_token_required]
#[access_token_required]
async fn crowded(
    payload: TokenPayload,
    also: fastjwt::FreshPayload,
    again: Result<TokenPayload, fastjwt::Error>,
) -> String {
    assert_eq!((&payload.sub, &payload.jti), (&also.sub, &again.unwrap().jti));
    payload.sub.clone()
}

#[access_token_required]
async fn typed(payload: TokenPayload<Profile>, also: TokenPayloadAlias) -> String {
    format!("{} is {}", also.sub, payload.age)
}

type TokenPayloadAlias = TokenPayload<Profile>;

/// A configuration that counts how often a token is verified: each time the clock is asked once.
fn counting() -> (Builder, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let clock = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        at(NOW)
    };
    (FastJwt::builder().secret(SECRET).clock(clock), count)
}

#[tokio::test]
async fn one_verification_per_request_in_every_mix() {
    let (builder, count) = counting();
    let jwt = builder.build().unwrap();
    let access = jwt.access_token_required();
    let behind = |router: Router<FastJwt>| router.route_layer(jwt.access_token_required());
    let optional = || jwt.require(fastjwt::Policy::access().optional());
    let app = Router::new()
        .route("/extractor", get(extractor))
        .route("/attribute", get(attribute))
        .route("/crowded", get(crowded))
        .route("/typed", get(typed))
        .route("/method", get(attribute).route_layer(access.clone()))
        .merge(behind(Router::new().route("/layer", get("in")).route("/layer_extractor", get(extractor))))
        .merge(behind(behind(Router::new().route("/two_layers", get(crowded)))).route_layer(jwt.fresh_token_required()))
        .merge(behind(Router::new().route("/optional", get(guarded))).route_layer(optional()))
        .nest("/nested", behind(Router::new().nest("/deeper", behind(Router::new().route("/x", get(extractor))))))
        .layer(access)
        .with_state(jwt.clone());
    let mut claims = good_claims();
    claims["fresh"] = json!(true);
    claims["age"] = json!(22);
    let token = forge_claims(&claims);
    let paths = [
        "/extractor",
        "/attribute",
        "/crowded",
        "/method",
        "/layer",
        "/layer_extractor",
        "/two_layers",
        "/optional",
        "/nested/deeper/x",
    ];
    for path in paths {
        count.store(0, Ordering::Relaxed);
        assert_eq!(get_bearer(&app, path, &token).await.status, StatusCode::OK, "{path}");
        assert_eq!(count.load(Ordering::Relaxed), 1, "{path}");
    }
    // A door that reads another type judges the signed text once more, at the same moment, and verifies nothing.
    count.store(0, Ordering::Relaxed);
    assert_eq!(get_bearer(&app, "/typed", &token).await.body, "USER_ID is 22");
    assert_eq!(count.load(Ordering::Relaxed), 1);
    count.store(0, Ordering::Relaxed);
    let unlayered = Router::new().route("/typed", get(typed)).with_state(jwt.clone());
    assert_eq!(get_bearer(&unlayered, "/typed", &token).await.body, "USER_ID is 22");
    assert_eq!(count.load(Ordering::Relaxed), 1);
    // A token that one door has refused no other door is asked about.
    count.store(0, Ordering::Relaxed);
    claims["exp"] = json!(1);
    assert_eq!(get_bearer(&app, "/nested/deeper/x", &forge_claims(&claims)).await.code(), "token_expired");
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

/// Puts other values of `Authorization` in place, as a gateway in the same process would.
fn swap(
    values: Vec<String>,
) -> impl Clone + Fn(Request, Next) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> {
    move |mut request, next| {
        request.headers_mut().remove("authorization");
        for value in &values {
            request.headers_mut().append("authorization", HeaderValue::try_from(value).unwrap());
        }
        Box::pin(async move { next.run(request).await })
    }
}

#[tokio::test]
async fn a_swapped_token_is_verified_anew() {
    let jwt = jwt();
    let bearer = |sub: &str, exp: u64| {
        let mut claims = good_claims();
        claims["sub"] = json!(sub);
        claims["exp"] = json!(exp);
        format!("Bearer {}", forge_claims(&claims))
    };
    let first = forge_claims(&good_claims());
    let table = [
        (vec![bearer("OTHER", NOW + 9)], "OTHER"),
        (vec![bearer("OTHER", 1)], "token_expired"),
        (vec!["Bearer garbage".to_owned()], "invalid_token"),
        (vec![], "missing_token"),
        (vec!["Basic dTpw".to_owned()], "missing_token"),
        (vec![format!("Bearer {first}"), format!("Bearer {first}")], "invalid_request"),
        (vec![format!("Bearer {first}")], "USER_ID"),
        (vec![format!("bearer  {first}")], "USER_ID"),
    ];
    for (values, expected) in table {
        for handler in [get(extractor), get(attribute)] {
            // From the outside in: the layer verifies, the token is swapped, the handler verifies.
            let app = Router::new()
                .route("/", handler)
                .layer(from_fn(swap(values.clone())))
                .layer(jwt.access_token_required())
                .with_state(jwt.clone());
            let answer = get_bearer(&app, "/", &first).await;
            let said = if answer.status == StatusCode::OK { answer.body.clone() } else { answer.code() };
            assert_eq!(said, expected, "{values:?}");
        }
    }
}

#[tokio::test]
async fn an_instance_never_takes_what_another_has_verified() {
    let key = || SigningKey::generate(Algorithm::ES256).unwrap();
    let (ours, theirs) = (key(), key());
    let plain = |key: SigningKey| FastJwt::builder().key(key).build().unwrap();
    let strict = FastJwt::builder().key(ours.clone()).issuer("us").build().unwrap();
    let slow = builder().clock(|| at(NOW + 1_000_000)).build().unwrap();
    let table = [
        // The layer's instance, the handler's, and what the handler says.
        (plain(theirs.clone()), plain(ours.clone()), "invalid_token"),
        (plain(ours.clone()), strict, "invalid_token"),
        (jwt(), slow, "token_expired"),
        (plain(ours.clone()), plain(ours), "in"),
    ];
    for (layer, handler, expected) in table {
        let token = layer.create_access_token("u").sign().unwrap();
        for route in [get(guarded), get(async |_: TokenPayload| "in")] {
            let app =
                Router::new().route("/", route).route_layer(layer.access_token_required()).with_state(handler.clone());
            let answer = get_bearer(&app, "/", token.as_str()).await;
            let said = if answer.status == StatusCode::OK { answer.body.clone() } else { answer.code() };
            assert_eq!(said, expected);
        }
    }
}

#[derive(Clone, FromRef)]
struct Both {
    customers: FastJwt,
    staff: FastJwt<Staff>,
}

#[access_token_required]
async fn for_staff(_: TokenPayload<NoClaims, Staff>) -> &'static str {
    "in"
}

#[access_token_required(realm = Staff)]
async fn for_staff_without_payload() -> &'static str {
    "in"
}

#[access_token_required(realm = DefaultRealm, state = Both)]
async fn for_customers() -> &'static str {
    "in"
}

/// Two realms with the same key, and a token of each.
fn both() -> (Both, String, String) {
    let both = Both {
        customers: jwt(),
        staff: FastJwt::<Staff>::realm_builder().secret(SECRET).clock(|| at(NOW)).build().unwrap(),
    };
    let customer = both.customers.create_access_token("u").sign().unwrap().into_string();
    let staff = both.staff.create_access_token("u").sign().unwrap().into_string();
    (both, customer, staff)
}

#[tokio::test]
async fn realms_refuse_each_other_with_the_same_key() {
    let (both, customer, staff) = both();
    let staff_layer = || both.staff.access_token_required();
    let app = Router::new()
        .route("/staff/attribute", get(for_staff))
        .route("/staff/guard", get(for_staff_without_payload))
        .route("/staff/extractor", get(async |_: TokenPayload<NoClaims, Staff>| "in"))
        .route("/staff/layer", get("in").route_layer(staff_layer()))
        .route("/customers/attribute", get(for_customers))
        .route("/customers/guard", get(guarded))
        .route("/customers/extractor", get(async |_: TokenPayload| "in"))
        .route("/customers/layer", get("in").route_layer(both.customers.access_token_required()))
        // No token is of both realms, whichever door stands first.
        .route("/neither/staff", get(async |_: TokenPayload| "in").route_layer(staff_layer()))
        .route("/neither/customers", get(for_staff).route_layer(both.customers.access_token_required()))
        .route("/neither/both", get(async |_: TokenPayload, _: TokenPayload<NoClaims, Staff>| "in"))
        .with_state(both.clone());
    for door in ["attribute", "guard", "extractor", "layer"] {
        for (realm, name, good, bad) in [("staff", "staff", &staff, &customer), ("customers", "api", &customer, &staff)]
        {
            let path = format!("/{realm}/{door}");
            assert_eq!(get_bearer(&app, &path, good).await.body, "in", "{path}");
            let answer = get_bearer(&app, &path, bad).await;
            let challenge =
                format!(r#"Bearer realm="{name}", error="invalid_token", error_description="The token is not valid""#);
            assert_eq!((answer.status.as_u16(), answer.challenge()), (401, Some(challenge.as_str())), "{path}");
        }
    }
    for path in ["/neither/staff", "/neither/customers", "/neither/both"] {
        for token in [&staff, &customer] {
            assert_eq!(get_bearer(&app, path, token).await.code(), "invalid_token", "{path}");
        }
    }
    // A claim that is not a realm's name is no realm's.
    for realm in [json!("Staff"), json!("staff "), json!(""), json!("default"), json!(null), json!(["staff"])] {
        let mut claims = good_claims();
        claims["realm"] = realm.clone();
        let token = forge_claims(&claims);
        for path in ["/staff/attribute", "/customers/attribute"] {
            assert_eq!(get_bearer(&app, path, &token).await.code(), "invalid_token", "{realm}");
        }
    }
}

#[tokio::test]
async fn r_100_forgetting_the_attribute_still_demands_an_access_token_of_the_payloads_realm() {
    let (both, customer, staff) = both();
    let refresh = both.staff.create_refresh_token("u").sign().unwrap().into_string();
    let app = Router::new()
        .route("/staff", get(async |payload: TokenPayload<NoClaims, Staff>| payload.sub.clone()))
        .route("/customers", get(async |payload: TokenPayload| payload.sub.clone()))
        .with_state(both);
    assert_eq!(get_bearer(&app, "/staff", &staff).await.body, "u");
    assert_eq!(get_bearer(&app, "/customers", &customer).await.body, "u");
    for (path, token) in [("/staff", &customer), ("/customers", &staff), ("/staff", &refresh), ("/customers", &refresh)]
    {
        assert_eq!(get_bearer(&app, path, token).await.code(), "invalid_token", "{path}");
    }
    for path in ["/staff", "/customers"] {
        assert_eq!(crate::support::get(&app, path, None).await.code(), "missing_token");
    }
}

#[tokio::test]
async fn r_100_a_payload_that_a_middleware_kept_is_of_no_use_to_a_door() {
    // Somebody puts a verified payload into the extensions of every request.
    let jwt = jwt();
    let token = forge_claims(&good_claims());
    let payload: TokenPayload = jwt.verify_access_token(&token).unwrap();
    let app = Router::new()
        .route("/extractor", get(extractor))
        .route("/attribute", get(attribute))
        .route("/layer", get("in").route_layer(jwt.access_token_required()))
        .layer(Extension(payload))
        .with_state(jwt);
    for path in ["/extractor", "/attribute", "/layer"] {
        assert_eq!(crate::support::get(&app, path, None).await.code(), "missing_token");
        assert_eq!(get_bearer(&app, path, "garbage").await.code(), "invalid_token");
    }
}
