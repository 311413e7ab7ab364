//! A shop with two kinds of users: customers, who show their tokens in the header, and clerks, whose browsers have them in
//! cookies. What each may do stands on its handler, and from there in the API's own page.

use std::{env, error::Error};

use axum::{
    Json, Router,
    extract::{FromRef, Path, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
};
use fastjwt::{
    Algorithm, CurrentSubject, FastJwt, LoadSubject, Locations, Realm, SameOrigin, Scope, SigningKey, TokenPayload,
    TokenResponse, access_token_required, claim_value, fresh_token_required, jwt_claims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Tokens of clerks are of a realm of their own: no customer's is taken for one, whatever it says.
struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

/// `orders:read` and `orders:write`.
#[derive(Scope)]
enum Orders {
    Read,
    Write,
}

/// `stock:ship` and `stock:manage`.
#[derive(Scope)]
enum Stock {
    Ship,
    Manage,
}

#[jwt_claims]
struct Membership {
    tier: Tier,
}

#[claim_value]
#[derive(Clone, Copy, Debug)]
enum Tier {
    Basic,
    Gold,
}

#[derive(Clone, FromRef)]
pub struct Shop {
    customers: FastJwt,
    staff: FastJwt<Staff>,
    database: SqlitePool,
}

// --- Whose token it is ------------------------------------------------------------------------------------------------

struct Customer {
    id: i64,
    name: String,
}

struct Clerk {
    name: String,
}

/// Asked in every request, so that a token ends with the account.
impl LoadSubject<Customer> for Shop {
    type Error = sqlx::Error;

    async fn load_subject(&self, sub: &str) -> Result<Option<Customer>, sqlx::Error> {
        let query = sqlx::query_as("SELECT id, name FROM customers WHERE id = ? AND closed = 0").bind(sub);
        Ok(query.fetch_optional(&self.database).await?.map(|(id, name)| Customer { id, name }))
    }
}

impl LoadSubject<Clerk> for Shop {
    type Error = sqlx::Error;

    async fn load_subject(&self, sub: &str) -> Result<Option<Clerk>, sqlx::Error> {
        let query = sqlx::query_as("SELECT name FROM clerks WHERE id = ?").bind(sub);
        Ok(query.fetch_optional(&self.database).await?.map(|(name,)| Clerk { name }))
    }
}

#[derive(Deserialize, ToSchema)]
struct Credentials {
    #[schema(example = "bob")]
    name: String,
    #[schema(example = "test")]
    password: String,
}

/// The id and the scopes of whoever has this name and password in a table.
async fn find(database: &SqlitePool, query: &'static str, given: &Credentials) -> Result<(i64, Vec<String>), Failure> {
    let found: Option<(i64, String)> =
        sqlx::query_as(query).bind(&given.name).bind(&given.password).fetch_optional(database).await?;
    let (id, scopes) = found.ok_or(Failure::WrongCredentials)?;
    Ok((id, scopes.split(' ').map(str::to_owned).collect()))
}

// --- Customers --------------------------------------------------------------------------------------------------------

/// Log in as a customer
///
/// `ada` may order, `bob` may only look. The password is `test`.
#[utoipa::path(post, path = "/login", tag = "customers", responses(
    (status = 200, description = "The token to authorize with", body = TokenResponse),
    (status = 401, description = "The name or the password is wrong"),
))]
async fn login(State(shop): State<Shop>, Json(given): Json<Credentials>) -> Result<TokenResponse, Failure> {
    const QUERY: &str = "SELECT id, scopes FROM customers WHERE name = ? AND password = ? AND closed = 0";
    let (id, scopes) = find(&shop.database, QUERY, &given).await?;
    let tier = if scopes.len() > 1 { Tier::Gold } else { Tier::Basic };
    let token = shop.customers.create_access_token(id).scopes(scopes).claims(&Membership { tier }).sign()?;
    Ok(TokenResponse::new(token))
}

/// What I have ordered
#[access_token_required(scopes(Orders::Read), state = Shop)]
#[utoipa::path(get, path = "/orders", tag = "customers", responses((status = 200, body = Value)))]
async fn orders(
    payload: TokenPayload<Membership>,
    customer: CurrentSubject<Customer>,
    State(shop): State<Shop>,
) -> Result<Json<Value>, Failure> {
    let query = sqlx::query_scalar("SELECT item FROM orders WHERE customer = ?").bind(customer.id);
    let items: Vec<String> = query.fetch_all(&shop.database).await?;
    Ok(Json(json!({ "customer": customer.name, "tier": format!("{:?}", payload.tier), "items": items })))
}

#[derive(Deserialize, ToSchema)]
struct Order {
    #[schema(example = "a teapot")]
    item: String,
}

/// Order something
#[access_token_required(scopes(all(Orders::Read, Orders::Write)), state = Shop)]
#[utoipa::path(post, path = "/orders", tag = "customers", responses((status = 201)))]
async fn order(
    customer: CurrentSubject<Customer>,
    State(shop): State<Shop>,
    Json(order): Json<Order>,
) -> Result<StatusCode, Failure> {
    let query = sqlx::query("INSERT INTO orders (customer, item) VALUES (?, ?)");
    query.bind(customer.id).bind(order.item).execute(&shop.database).await?;
    Ok(StatusCode::CREATED)
}

// --- Staff ------------------------------------------------------------------------------------------------------------

/// What a clerk's page needs to know; its token is in a cookie that no script can read.
#[derive(Serialize, ToSchema)]
struct Welcome {
    csrf: Option<String>,
}

/// Log in as a clerk
///
/// `eve` ships, `max` manages the stock and closes accounts as well. The password is `test`. Authorize with the `csrf` of the
/// answer; the cookie comes by itself.
#[utoipa::path(post, path = "/staff/login", tag = "staff", responses(
    (status = 200, body = Welcome),
    (status = 401, description = "The name or the password is wrong"),
))]
async fn staff_login(
    _: SameOrigin<Staff>,
    State(shop): State<Shop>,
    Json(given): Json<Credentials>,
) -> Result<Response, Failure> {
    const QUERY: &str = "SELECT id, scopes FROM clerks WHERE name = ? AND password = ?";
    let (id, scopes) = find(&shop.database, QUERY, &given).await?;
    let token = shop.staff.create_access_token(id).scopes(scopes).fresh().sign()?;
    let welcome = Welcome { csrf: token.csrf().map(str::to_owned) };
    Ok((shop.staff.access_cookies(&token)?, Json(welcome)).into_response())
}

/// What is to be shipped
#[access_token_required(realm = Staff, scopes(any(Stock::Ship, Stock::Manage)), state = Shop)]
#[utoipa::path(get, path = "/staff/orders", tag = "staff", responses((status = 200, body = Value)))]
async fn open_orders(clerk: CurrentSubject<Clerk, Staff>, State(shop): State<Shop>) -> Result<Json<Value>, Failure> {
    let query = sqlx::query_as("SELECT id, item FROM orders WHERE shipped = 0");
    let orders: Vec<(i64, String)> = query.fetch_all(&shop.database).await?;
    Ok(Json(json!({ "clerk": clerk.name, "orders": orders })))
}

/// It is on its way
#[access_token_required(realm = Staff, scopes(Stock::Ship))]
#[utoipa::path(post, path = "/staff/orders/{id}/ship", tag = "staff", params(("id" = i64, Path)), responses((status = 204)))]
async fn ship(State(shop): State<Shop>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    sqlx::query("UPDATE orders SET shipped = 1 WHERE id = ?").bind(id).execute(&shop.database).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Close a customer's account
///
/// The customer's token is refused from then on.
#[fresh_token_required(realm = Staff, scopes(Stock::Manage), max_age = "5m")]
#[utoipa::path(delete, path = "/staff/customers/{id}", tag = "staff", params(("id" = i64, Path)), responses((status = 204)))]
async fn close_account(State(shop): State<Shop>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    sqlx::query("UPDATE customers SET closed = 1 WHERE id = ?").bind(id).execute(&shop.database).await?;
    Ok(StatusCode::NO_CONTENT)
}

// --- The application --------------------------------------------------------------------------------------------------

/// In the shape of fastjwt's own answers.
enum Failure {
    WrongCredentials,
    Token(fastjwt::Error),
    Database(sqlx::Error),
}

impl From<fastjwt::Error> for Failure {
    fn from(error: fastjwt::Error) -> Self {
        Self::Token(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Token(error) => return error.into_response(),
            Self::WrongCredentials => {
                (StatusCode::UNAUTHORIZED, "wrong_credentials", "The name or the password is wrong")
            }
            Self::Database(error) => {
                eprintln!("the database failed: {error}");
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again later")
            }
        };
        (status, Json(json!({ "error": code, "message": message }))).into_response()
    }
}

/// Own keys, own issuers, own places: nothing of the one kind of users fits the other.
pub async fn shop() -> Result<Shop, Box<dyn Error>> {
    let customers = FastJwt::builder()
        .key(SigningKey::generate(Algorithm::ES256)?)
        .issuer("https://shop.example/customers")
        .build()?;
    let staff = FastJwt::<Staff>::realm_builder()
        .key(SigningKey::generate(Algorithm::EdDSA)?)
        .issuer("https://shop.example/staff")
        .locations(Locations::COOKIES)
        .build()?;
    // One connection that stays: a database in memory is gone with it.
    let options = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let database = options.connect_with(SqliteConnectOptions::new().in_memory(true)).await?;
    sqlx::raw_sql(include_str!("scopes/shop.sql")).execute(&database).await?;
    Ok(Shop { customers, staff, database })
}

pub fn app(shop: Shop) -> Router {
    #[derive(OpenApi)]
    #[openapi(info(
        title = "A shop",
        description = "Customers and staff, each with tokens of their own.",
        version = "1.0"
    ))]
    struct Api;

    let (router, mut document) = OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(login))
        .routes(routes!(orders, order))
        .routes(routes!(staff_login))
        .routes(routes!(open_orders))
        .routes(routes!(ship))
        .routes(routes!(close_account))
        .split_for_parts();
    // What the attributes demand, as far as each realm's configuration knows it.
    shop.customers.modify(&mut document);
    shop.staff.modify(&mut document);
    // The page and all that it loads is in the program; it would ask a validator elsewhere about documents on the internet.
    let page = SwaggerUi::new("/docs").config(Config::default().validator_url("none")).url("/openapi.json", document);
    router.merge(page).layer(middleware::map_response(harden)).with_state(shop)
}

/// The page gets nothing from elsewhere, and tells nobody elsewhere anything.
async fn harden(mut response: Response) -> Response {
    const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'";
    for (name, value) in [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("PORT").unwrap_or_else(|_| "8000".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("listening on {url}");
    println!("open {url}/docs in a browser: log in, authorize with the token of the answer, and try what it allows");
    Ok(axum::serve(listener, app(shop().await?)).await?)
}
