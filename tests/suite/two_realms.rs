//! Customers and staff in one application, with keys, issuer, cookies, locations, claims and users of their own: whoever comes with
//! the other's token is refused, at every door, in every place, and whatever the two configurations share.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::FromRef,
    http::Request,
    routing::{any, post},
};
use fastjwt::{
    AnyPayload, Builder, Check, CheckedRequest, Claims, ConstPolicy, CurrentSubject, DefaultRealm, Denied, ErrorKind,
    FastJwt, FreshPayload, LoadSubject, Locations, LogoutToken, NoClaims, Policy, Realm, RefreshPayload, RequestToken,
    Required, SigningKey, TokenFault, TokenPayload, access_token_required, fresh_token_required, jwt_claims,
    refresh_token_required,
    session::{MemoryStore, SessionStore},
    token_required,
};

use crate::{
    support::{Answer, NOW, SECRET, at, send},
    test_keys,
};

#[derive(Debug)]
struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[jwt_claims]
struct Customer {
    tier: String,
}

#[jwt_claims]
struct Employee {
    department: String,
}

/// The users of both tables; both have a number 42.
struct Buyer(String);
struct Clerk(String);

#[derive(Clone, FromRef)]
struct App {
    customers: FastJwt,
    staff: FastJwt<Staff>,
}

impl LoadSubject<Buyer> for App {
    type Error = Infallible;

    async fn load_subject(&self, sub: &str) -> Result<Option<Buyer>, Infallible> {
        Ok(Some(Buyer(format!("buyer {sub}"))))
    }
}

impl LoadSubject<Clerk> for App {
    type Error = Infallible;

    async fn load_subject(&self, sub: &str) -> Result<Option<Clerk>, Infallible> {
        Ok(Some(Clerk(format!("clerk {sub}"))))
    }
}

/// The doors of a realm, each with the demand that its tokens meet.
macro_rules! realm {
    ($name:ident: $realm:ident, $claims:ty, $user:ty) => {
        mod $name {
            use super::*;

            #[access_token_required]
            async fn attribute(payload: TokenPayload<$claims, $realm>) -> String {
                payload.sub.clone()
            }

            #[access_token_required(realm = $realm)]
            async fn bare() -> &'static str {
                "42"
            }

            #[access_token_required(optional)]
            async fn optional(payload: Option<TokenPayload<$claims, $realm>>) -> String {
                payload.map_or_else(|| "nobody".to_owned(), |payload| payload.sub.clone())
            }

            #[fresh_token_required]
            async fn fresh(payload: TokenPayload<$claims, $realm>) -> String {
                payload.sub.clone()
            }

            #[token_required]
            async fn any_kind(payload: TokenPayload<NoClaims, $realm>) -> String {
                payload.sub.clone()
            }

            #[refresh_token_required]
            async fn refresh(payload: TokenPayload<$claims, $realm>) -> String {
                payload.sub.clone()
            }

            async fn subject(user: CurrentSubject<$user, $realm>) -> String {
                user.0.split(' ').nth(1).unwrap().to_owned()
            }

            struct Demanded;

            impl ConstPolicy for Demanded {
                const POLICY: Policy = Policy::access();
            }

            pub(super) fn router(jwt: &FastJwt<$realm>) -> Router<App> {
                Router::new()
                    .route("/layer", any("42"))
                    .route_layer(jwt.access_token_required())
                    .route("/attribute", any(attribute))
                    .route("/bare", any(bare))
                    .route("/optional", any(optional))
                    .route("/fresh", any(fresh))
                    .route("/any_kind", any(any_kind))
                    .route("/any_payload", any(async |_: AnyPayload<NoClaims, $realm>| "42"))
                    .route("/extractor", any(async |_: TokenPayload<$claims, $realm>| "42"))
                    .route("/fresh_payload", any(async |_: FreshPayload<$claims, $realm>| "42"))
                    .route("/required", any(async |_: Required<Demanded, $claims, $realm>| "42"))
                    .route("/subject", any(subject))
                    .route("/refresh", any(refresh))
                    .route("/refresh_payload", any(async |_: RefreshPayload<$claims, $realm>| "42"))
                    .route("/logout", post(async |_: LogoutToken<$realm>| "42"))
            }
        }
    };
}

realm! { customers: DefaultRealm, Customer, Buyer }
realm! { staff: Staff, Employee, Clerk }

const DOORS: [&str; 14] = [
    "layer",
    "attribute",
    "bare",
    "optional",
    "fresh",
    "any_kind",
    "any_payload",
    "extractor",
    "fresh_payload",
    "required",
    "subject",
    "refresh",
    "refresh_payload",
    "logout",
];

fn app(state: &App) -> Router {
    let both = async |customer: TokenPayload<Customer>, employee: TokenPayload<Employee, Staff>| {
        format!("{} {} and {} {}", customer.tier, customer.sub, employee.department, employee.sub)
    };
    // Whichever of them stands in front.
    let behind_customers = any(async |_: TokenPayload<NoClaims, Staff>| "in");
    let behind_staff = any(async |_: TokenPayload| "in");
    Router::new()
        .nest("/customers", customers::router(&state.customers).route("/both", any(both)))
        .nest("/staff", staff::router(&state.staff).route("/both", any(both)))
        .merge(
            Router::new()
                .route("/behind_customers", behind_customers)
                .route_layer(state.customers.access_token_required()),
        )
        .merge(Router::new().route("/behind_staff", behind_staff).route_layer(state.staff.access_token_required()))
        .with_state(state.clone())
}

/// How much the two have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shared {
    /// As an application would have it.
    Nothing,
    Keys,
    /// All that can be: keys, issuer, audience, places, names of cookies, and the store.
    Everything,
}

fn configured<R: Realm>(builder: Builder<R>, store: &Arc<dyn SessionStore>) -> Builder<R> {
    builder.clock(|| at(NOW)).session_store(Arc::clone(store))
}

fn state(shared: Shared) -> App {
    let store: Arc<dyn SessionStore> = Arc::new(MemoryStore::default());
    let other: Arc<dyn SessionStore> = Arc::new(MemoryStore::default());
    let customers = configured(FastJwt::builder(), &store);
    let staff = FastJwt::<Staff>::realm_builder();
    let places = Locations::HEADERS | Locations::COOKIES;
    let (customers, staff) = match shared {
        Shared::Nothing | Shared::Keys => {
            let key = if shared == Shared::Keys {
                SigningKey::from_secret(fastjwt::Algorithm::HS256, SECRET).unwrap()
            } else {
                SigningKey::generate(fastjwt::Algorithm::ES256).unwrap()
            };
            (
                customers.secret(SECRET).issuer("https://shop.example").audience(["shop"]).locations(places),
                configured(staff, &other)
                    .key(key)
                    .issuer("https://office.example")
                    .audience(["office"])
                    .locations(places)
                    .header_name("x-staff-token"),
            )
        }
        Shared::Everything => {
            let key = SigningKey::from_pem(fastjwt::Algorithm::ES256, test_keys::P256).unwrap();
            (
                customers.key(key.clone()).issuer("https://us.example").audience(["us"]).locations(places),
                configured(staff, &store)
                    .key(key)
                    .issuer("https://us.example")
                    .audience(["us"])
                    .locations(places)
                    .access_cookie(|cookie| {
                        cookie.name("__Host-access_token").csrf_cookie_name("__Host-csrf_access_token")
                    })
                    .refresh_cookie(|cookie| {
                        cookie.name("__Host-refresh_token").csrf_cookie_name("__Host-csrf_refresh_token")
                    }),
            )
        }
    };
    App { customers: customers.build().unwrap(), staff: staff.build().unwrap() }
}

/// What a login gave.
struct Tokens {
    access: String,
    refresh: String,
    csrf: String,
}

async fn log_in<C: Claims, R: Realm>(jwt: &FastJwt<R>, claims: &C) -> Tokens {
    let pair = jwt.create_token_pair(42).claims(claims).open().await.unwrap();
    let csrf = pair.access().csrf().unwrap().to_owned();
    let (access, refresh) = pair.into_tokens();
    Tokens { access: access.into_string(), refresh: refresh.into_string(), csrf }
}

/// How a realm's tokens travel.
struct Ways {
    header: &'static str,
    access_cookie: &'static str,
    refresh_cookie: &'static str,
}

fn ways(realm: &str, shared: Shared) -> Ways {
    if realm == "staff" && shared != Shared::Everything {
        Ways {
            header: "x-staff-token",
            access_cookie: "__Host-staff_access_token",
            refresh_cookie: "__Host-staff_refresh_token",
        }
    } else {
        Ways { header: "authorization", access_cookie: "__Host-access_token", refresh_cookie: "__Host-refresh_token" }
    }
}

async fn ask(app: &Router, path: &str, headers: &[(&str, String)]) -> Answer {
    let mut request = Request::builder().method("POST").uri(path);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    send(app, request.body(Body::empty()).unwrap()).await
}

/// The answers to a token wherever a realm's doors look for one, with the token's own csrf value.
async fn everywhere(app: &Router, path: &str, ways: &Ways, token: &str, csrf: &str) -> Vec<Answer> {
    let proof = ("x-csrf-token", csrf.to_owned());
    vec![
        ask(app, path, &[(ways.header, format!("Bearer {token}"))]).await,
        ask(app, path, &[("cookie", format!("{}={token}", ways.access_cookie)), proof.clone()]).await,
        ask(app, path, &[("cookie", format!("{}={token}", ways.refresh_cookie)), proof]).await,
    ]
}

#[tokio::test]
async fn r_95_every_crossing_is_refused_at_every_door_wherever_the_token_is_and_whatever_is_shared() {
    for shared in [Shared::Nothing, Shared::Keys, Shared::Everything] {
        let state = state(shared);
        let app = app(&state);
        let customer = log_in(&state.customers, &Customer { tier: "gold".into() }).await;
        let employee = log_in(&state.staff, &Employee { department: "sales".into() }).await;
        for (to, own, other) in [("customers", &customer, &employee), ("staff", &employee, &customer)] {
            let ways = ways(to, shared);
            for door in DOORS {
                let path = format!("/{to}/{door}");
                // Its own are let in somewhere: in the header, and each in its cookie.
                let own_access = everywhere(&app, &path, &ways, &own.access, &own.csrf).await;
                let own_refresh = everywhere(&app, &path, &ways, &own.refresh, &own.csrf).await;
                let let_in = |answers: &[Answer]| {
                    answers.iter().filter(|answer| answer.status == 200 && answer.body == "42").count()
                };
                let expected = match door {
                    "refresh" | "refresh_payload" => (0, 2),
                    "any_kind" | "any_payload" | "logout" => (3, 3),
                    _ => (2, 0),
                };
                assert_eq!((let_in(&own_access), let_in(&own_refresh)), expected, "{shared:?} {path}");
                // The other's nowhere, and a door that needs no token is none that takes any.
                for (token, csrf) in [(&other.access, &other.csrf), (&other.refresh, &other.csrf)] {
                    for (place, answer) in everywhere(&app, &path, &ways, token, csrf).await.into_iter().enumerate() {
                        let is_unseen = door == "optional" && answer.body == "nobody" && place == 2;
                        let code = answer.code();
                        let is_refused = answer.status == 401 && ["invalid_token", "missing_token"].contains(&&*code);
                        assert!(is_refused || is_unseen, "{shared:?} {path} {place}: {answer:?}");
                        assert!(place != 0 || code == "invalid_token", "{shared:?} {path}: {answer:?}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn r_95_with_everything_shared_it_is_the_realm_that_refuses() {
    let state = state(Shared::Everything);
    let customer = log_in(&state.customers, &Customer { tier: "gold".into() }).await;
    let employee = log_in(&state.staff, &Employee { department: "sales".into() }).await;
    let wrong_realm = ErrorKind::Token(TokenFault::WrongRealm);
    for policy in [Policy::access(), Policy::any(), Policy::access().optional(), Policy::access().revocation(false)] {
        let error = state.customers.authenticate::<NoClaims>(&employee.access, &policy).await.unwrap_err();
        assert_eq!(error.kind(), &wrong_realm);
        let error = state.staff.authenticate::<NoClaims>(&customer.access, &policy).await.unwrap_err();
        assert_eq!(error.kind(), &wrong_realm);
    }
    assert_eq!(state.customers.verify_for_logout(&employee.access).await.unwrap_err().kind(), &wrong_realm);
    assert_eq!(state.staff.verify_for_logout(&customer.refresh).await.unwrap_err().kind(), &wrong_realm);
}

#[tokio::test]
async fn r_100_two_tokens_in_one_request_are_two_people_and_no_door_takes_the_others() {
    let state = state(Shared::Nothing);
    let app = app(&state);
    let customer = log_in(&state.customers, &Customer { tier: "gold".into() }).await;
    let employee = log_in(&state.staff, &Employee { department: "sales".into() }).await;
    let of_customer = ("authorization", format!("Bearer {}", customer.access));
    let of_employee = ("x-staff-token", format!("Bearer {}", employee.access));
    let both = [of_customer.clone(), of_employee.clone()];
    for path in ["/customers/both", "/staff/both"] {
        assert_eq!(ask(&app, path, &both).await.body, "gold 42 and sales 42");
    }
    // What one layer has let in opens nothing of the other's.
    for path in ["/behind_customers", "/behind_staff", "/customers/both"] {
        assert_eq!(ask(&app, path, &both).await.status, 200, "{path}");
        for alone in [&of_customer, &of_employee] {
            let answer = ask(&app, path, std::slice::from_ref(alone)).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "missing_token"), "{path}");
        }
    }
    // The one's number 42 is not the other's.
    let subject = Router::new()
        .route(
            "/",
            any(async |buyer: CurrentSubject<Buyer>, clerk: CurrentSubject<Clerk, Staff>| {
                format!("{} and {}", buyer.0, clerk.0)
            }),
        )
        .with_state::<()>(state.clone());
    assert_eq!(ask(&subject, "/", &both).await.body, "buyer 42 and clerk 42");
    // Nor does anybody hand the other's token on as one's own.
    let unread =
        Router::new().route("/", any(async |token: RequestToken<Staff>| token.into_string())).with_state::<()>(state);
    assert_eq!(ask(&unread, "/", &both).await.body, employee.access);
    assert_eq!(ask(&unread, "/", &[of_customer]).await.code(), "missing_token");
}

#[tokio::test]
async fn r_56_the_csrf_value_of_the_others_session_proves_nothing() {
    for shared in [Shared::Nothing, Shared::Keys, Shared::Everything] {
        let state = state(shared);
        let app = app(&state);
        let customer = log_in(&state.customers, &Customer { tier: "gold".into() }).await;
        let employee = log_in(&state.staff, &Employee { department: "sales".into() }).await;
        for (to, own, other) in [("customers", &customer, &employee), ("staff", &employee, &customer)] {
            let cookie = ("cookie", format!("{}={}", ways(to, shared).access_cookie, own.access));
            let path = format!("/{to}/attribute");
            let with = async |csrf: &str| ask(&app, &path, &[cookie.clone(), ("x-csrf-token", csrf.to_owned())]).await;
            assert_eq!(with(&own.csrf).await.body, "42", "{shared:?} {path}");
            assert_eq!(with(&other.csrf).await.code(), "csrf_failed", "{shared:?} {path}");
        }
    }
}

#[tokio::test]
async fn r_78_what_ends_the_sessions_of_the_one_leaves_the_others() {
    let state = state(Shared::Everything);
    let app = app(&state);
    let ways = ways("staff", Shared::Everything);
    let customer = log_in(&state.customers, &Customer { tier: "gold".into() }).await;
    let employee = log_in(&state.staff, &Employee { department: "sales".into() }).await;
    assert_eq!(state.customers.end_all_sessions("42").await.unwrap(), 1);
    let bearer = |token: &str| [(ways.header, format!("Bearer {token}"))];
    assert_eq!(ask(&app, "/customers/attribute", &bearer(&customer.access)).await.code(), "invalid_token");
    assert_eq!(ask(&app, "/staff/attribute", &bearer(&employee.access)).await.body, "42");
    // And nobody renews the other's session.
    let payload = state.staff.authenticate::<Employee>(&employee.refresh, &Policy::refresh()).await.unwrap();
    assert_eq!(payload.department, "sales");
    assert!(state.customers.authenticate::<Employee>(&employee.refresh, &Policy::refresh()).await.is_err());
    assert_eq!(state.staff.end_all_sessions("42").await.unwrap(), 1);
}

/// Asked in one realm only.
struct SalesOnly;

impl Check<Employee, Staff> for SalesOnly {
    async fn check(&self, payload: &TokenPayload<Employee, Staff>, _: CheckedRequest<'_>) -> Result<(), Denied> {
        if payload.department == "sales" { Ok(()) } else { Err(Denied::forbidden("not_sales", "Not for you")) }
    }
}

#[tokio::test]
async fn claims_and_checks_of_the_one_are_nothing_to_the_other() {
    let customers = FastJwt::builder().secret(SECRET).clock(|| at(NOW)).build().unwrap();
    let staff = FastJwt::<Staff>::realm_builder().secret(SECRET).clock(|| at(NOW)).check(SalesOnly).build().unwrap();
    let app = app(&App { customers: customers.clone(), staff: staff.clone() });
    let bearer = |token: fastjwt::AccessToken| [("authorization", format!("Bearer {}", token.as_str()))];
    let clerk = |department: &str| {
        let claims = Employee { department: department.to_owned() };
        bearer(staff.create_access_token(42).claims(&claims).sign().unwrap())
    };
    assert_eq!(ask(&app, "/staff/attribute", &clerk("sales")).await.body, "42");
    assert_eq!(ask(&app, "/staff/bare", &clerk("kitchen")).await.code(), "not_sales");
    let gold = bearer(customers.create_access_token(42).claims(&Customer { tier: "gold".into() }).sign().unwrap());
    assert_eq!(ask(&app, "/customers/attribute", &gold).await.body, "42");
    // A token of the right realm with the other's claims fits neither.
    let odd =
        bearer(customers.create_access_token(42).claims(&Employee { department: "sales".into() }).sign().unwrap());
    assert_eq!(ask(&app, "/customers/attribute", &odd).await.code(), "invalid_token");
    assert_eq!(ask(&app, "/staff/attribute", &odd).await.code(), "invalid_token");
    // A claim says nothing of the realm: the name is not for taking.
    let refused = customers.create_access_token(42).claim("realm", "staff").sign().unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Usage(_)), "{refused}");
}
