//! The OpenAPI document of guarded handlers, all of it, and what it leaves as it was.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use fastjwt::{Builder, FastJwt, Locations, Refusal, TokenResponse, access_token_required};
use serde_json::{Value, json};
use utoipa::{
    Modify as _,
    openapi::{OpenApi, security::SecurityScheme},
};

use crate::{
    openapi_app::{App, Staff, app, documented},
    support::{SECRET, builder},
};

/// The instances of an application: customers as a test has them, staff with a header of their own.
pub fn instances(customers: Builder) -> App {
    let staff = FastJwt::<Staff>::realm_builder().secret(SECRET).header_name("x-staff-token").header_scheme("");
    App {
        customers: customers.build().unwrap(),
        staff: staff.clock(|| crate::support::at(crate::support::NOW)).build().unwrap(),
    }
}

fn customers() -> Builder {
    builder()
        .access_locations(Locations::HEADERS | Locations::COOKIES | Locations::QUERY)
        .refresh_locations(Locations::COOKIES | Locations::JSON)
}

fn json_of(document: &OpenApi) -> Value {
    serde_json::to_value(document).unwrap()
}

/// Written anew with `SNAPSHOTS=overwrite`, and read before it is kept.
#[test]
fn the_document_of_every_form_is_as_it_was_read() {
    let (_, document) = documented(&instances(customers()));
    let mut document = json_of(&document);
    // The name and version of the package of the tests.
    document.as_object_mut().unwrap().remove("info");
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/openapi.json");
    if env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&file, serde_json::to_string_pretty(&document).unwrap() + "\n").unwrap();
    }
    let expected: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(document, expected, "{}", serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn a_realm_is_told_by_its_own_instance_alone() {
    let instances = instances(customers());
    let (_, mut document) = app(&instances);
    let is_told = |document: &OpenApi, path: &str| {
        let operation = &json_of(document)["paths"][path]["get"];
        assert_eq!(operation["security"].is_null(), operation["x-fastjwt"].is_object(), "{operation}");
        !operation["security"].is_null()
    };
    assert!(!is_told(&document, "/guarded") && !is_told(&document, "/staff/audit"));
    instances.staff.modify(&mut document);
    assert!(!is_told(&document, "/guarded") && is_told(&document, "/staff/audit"));
    instances.customers.modify(&mut document);
    assert!(is_told(&document, "/guarded") && is_told(&document, "/staff/audit"));
    let once = json_of(&document);
    assert!(!once.to_string().contains("x-fastjwt"), "nothing of ours is left over");
    // A second time changes nothing, in any order.
    instances.staff.modify(&mut document);
    instances.customers.modify(&mut document);
    assert_eq!(json_of(&document), once);
    assert_eq!(json_of(&documented(&instances).1), once);
}

#[test]
fn guards_of_two_realms_are_told_together_whichever_is_asked_first() {
    const PATH: &str = "/staff/assisted";
    let instances = instances(builder());
    let (_, document) = app(&instances);
    let operation = |document: &OpenApi| json_of(document)["paths"][PATH]["post"].clone();
    let with = |first: &dyn utoipa::Modify, second: &dyn utoipa::Modify| {
        let mut document = document.clone();
        first.modify(&mut document);
        let half = operation(&document);
        first.modify(&mut document);
        assert_eq!(operation(&document), half, "asked twice, it says no more");
        second.modify(&mut document);
        operation(&document)
    };
    let (customers, staff) = (&instances.customers, &instances.staff);
    let whole = with(customers, staff);
    assert_eq!(with(staff, customers), whole);
    assert!(!whole.to_string().contains("x-fastjwt"), "nothing of ours is left over");
    assert_eq!(
        whole["security"],
        json!([
            { "access_token": ["help"], "staff---co_access_token": ["assist"] },
            { "access_token": ["help"], "staff---co_access_token": ["audit"] },
        ])
    );
    let refused = &whole["responses"]["403"];
    assert_eq!(
        refused["description"],
        "The token does not allow this: \"help\" is needed. The token does not allow this: any(\"assist\", \"audit\") is needed."
    );
    assert!(refused["content"]["application/json"]["examples"]["insufficient_scope"].is_object());
    // Whose own form of the answers one of them has, has none that both have.
    let mine = self::instances(builder().responder(Refusal::python_response));
    let mixed = with(&mine.customers, staff);
    assert_eq!(mixed, with(staff, &mine.customers));
    assert_eq!(mixed["responses"]["403"], json!({ "description": refused["description"] }));
    assert_eq!(mixed["security"], whole["security"]);
    let theirs = App {
        customers: builder().build().unwrap(),
        staff: FastJwt::<Staff>::realm_builder().secret(SECRET).responder(Refusal::python_response).build().unwrap(),
    };
    let mixed = with(&theirs.customers, &theirs.staff);
    assert_eq!(mixed["responses"]["403"], json!({ "description": refused["description"] }));
}

#[expect(dead_code, reason = "only its document is asked for")]
#[access_token_required(locations(headers, cookies))]
#[access_token_required(locations(cookies, query))]
#[utoipa::path(get, path = "/places", responses((status = 200)))]
async fn places() {}

#[expect(dead_code, reason = "only its document is asked for")]
#[access_token_required(scopes(any("a", "b", "c", "d"), any("e", "f", "g", "h")))]
#[utoipa::path(get, path = "/sixteen", responses((status = 200)))]
async fn sixteen() {}

#[expect(dead_code, reason = "only its document is asked for")]
#[access_token_required(scopes(any(
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"
)))]
#[utoipa::path(get, path = "/seventeen", responses((status = 200)))]
async fn seventeen() {}

#[derive(utoipa::OpenApi)]
#[openapi(paths(places, sixteen, seventeen))]
struct Bounds;

#[test]
fn where_all_attributes_look_and_as_many_ways_as_a_document_tells() {
    use utoipa::OpenApi as _;
    let mut document = Bounds::openapi();
    builder()
        .locations(Locations::HEADERS | Locations::COOKIES | Locations::QUERY)
        .build()
        .unwrap()
        .modify(&mut document);
    let document = json_of(&document);
    let ways = |path: &str| document["paths"][path]["get"]["security"].as_array().unwrap().clone();
    assert_eq!(ways("/places"), [json!({ "access_token_cookie": [] })]);
    let of_the_header =
        |path: &str| ways(path).into_iter().filter_map(|way| way.get("access_token").cloned()).collect::<Vec<_>>();
    let sixteen = of_the_header("/sixteen");
    assert_eq!(sixteen.len(), 16);
    assert!(sixteen.contains(&json!(["d", "e"])), "{sixteen:?}");
    let seventeen = of_the_header("/seventeen");
    assert_eq!((seventeen.len(), seventeen[0].as_array().unwrap().len()), (1, 17));
}

/// Routes behind a layer name the schemes by hand.
#[test]
fn the_schemes_of_access_tokens_are_there_for_routes_without_an_attribute() {
    let mut document = OpenApi::default();
    let jwt = customers().build().unwrap();
    jwt.modify(&mut document);
    let document = json_of(&document);
    let schemes: Vec<&String> = document["components"]["securitySchemes"].as_object().unwrap().keys().collect();
    assert_eq!(schemes, ["access_token", "access_token_cookie", "access_token_csrf", "access_token_query"]);
    assert_eq!(document["components"].get("schemas"), None);
    assert_eq!(document["paths"], json!({}));
}

#[test]
fn what_the_document_says_already_stays() {
    let instances = instances(customers());
    let (_, mut document) = app(&instances);
    let mine: SecurityScheme =
        serde_json::from_value(json!({ "type": "openIdConnect", "openIdConnectUrl": "https://example.org" })).unwrap();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("access_token", mine.clone());
    components.schemas.insert("FastJwtRefusal".into(), serde_json::from_value(json!({ "type": "string" })).unwrap());
    instances.customers.modify(&mut document);
    let document = json_of(&document);
    assert_eq!(document["components"]["securitySchemes"]["access_token"], serde_json::to_value(mine).unwrap());
    assert_eq!(document["components"]["schemas"]["FastJwtRefusal"], json!({ "type": "string" }));
    let operation = &document["paths"]["/mine"]["post"];
    assert_eq!(operation["security"], json!([{ "mine": ["all"] }]));
    assert_eq!(operation["x-mine"], json!({ "stays": true }));
    for status in ["401", "503"] {
        let description = operation["responses"][status]["description"].as_str().unwrap();
        assert!(description.starts_with("Mine"), "{operation}");
    }
    assert!(operation["responses"]["403"].is_object(), "what is not there is added");
}

#[test]
fn headers_and_schemes_that_are_not_bearer_are_told_as_they_are() {
    let scheme = |change: fn(Builder) -> Builder| {
        let (_, document) = documented(&instances(change(builder())));
        json_of(&document)["components"]["securitySchemes"]["access_token"].clone()
    };
    assert_eq!(scheme(|it| it)["scheme"], "bearer");
    assert_eq!(scheme(|it| it.header_scheme("BEARER"))["scheme"], "bearer");
    let other = scheme(|it| it.header_scheme("Token"));
    assert_eq!(
        (&other["type"], &other["in"], &other["name"]),
        (&json!("apiKey"), &json!("header"), &json!("authorization"))
    );
    assert!(other["description"].as_str().unwrap().contains("behind `Token` and a space"), "{other}");
    let bare = scheme(|it| it.header_name("x-token").header_scheme(""));
    assert_eq!((&bare["name"], &bare["description"]), (&json!("x-token"), &json!("An access token.")));
}

#[test]
fn of_answers_that_are_the_services_own_only_the_meaning_is_told() {
    let (_, document) = documented(&instances(builder().responder(Refusal::python_response)));
    let document = json_of(&document);
    let refused = &document["paths"]["/orders"]["post"]["responses"]["403"];
    assert_eq!(
        refused,
        &json!({ "description": "The token does not allow this: \
            all(\"orders:read\", \"orders:write\", any(\"admin\", \"support\")) is needed." })
    );
    // The other realm has the usual ones.
    assert!(document["paths"]["/staff/audit"]["get"]["responses"]["403"]["content"].is_object());
}

#[test]
fn bodies_and_sockets_are_told_where_they_count() {
    let (_, document) = documented(&instances(builder().locations(Locations::JSON | Locations::WEBSOCKET)));
    let document = json_of(&document);
    let (guarded, live) = (&document["paths"]["/guarded"]["get"], &document["paths"]["/live"]["get"]);
    assert_eq!(guarded["security"], Value::Null, "no scheme can say it");
    assert_eq!(guarded["description"], "The token may also stand in the JSON body, as `access_token`.");
    assert_eq!(live["security"], json!([{ "access_token_websocket": [] }]));
    let scheme = &document["components"]["securitySchemes"]["access_token_websocket"];
    assert_eq!((&scheme["in"], &scheme["name"]), (&json!("header"), &json!("Sec-WebSocket-Protocol")));

    let (_, document) = documented(&instances(builder().locations(Locations::JSON)));
    let logout = &json_of(&document)["paths"]["/logout"]["post"];
    assert_eq!(logout["description"], "The token stands in the JSON body, as `access_token` or `refresh_token`.");
}

/// What a token endpoint answers has a schema, and every answer is as it says.
#[test]
fn the_answer_with_tokens_can_be_named_as_a_body() {
    #[utoipa::path(post, path = "/login", responses((status = 200, body = TokenResponse)))]
    #[expect(dead_code, reason = "only its documentation is asked for")]
    async fn login() {}

    #[derive(utoipa::OpenApi)]
    #[openapi(paths(login))]
    struct Api;

    let document = json_of(&<Api as utoipa::OpenApi>::openapi());
    let body = &document["paths"]["/login"]["post"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(body["$ref"], "#/components/schemas/TokenResponse");
    let schema = &document["components"]["schemas"]["TokenResponse"];
    let jwt = FastJwt::builder().secret(SECRET).build().unwrap();
    let access = jwt.create_access_token("u").scopes(["read", "write"]).sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    let answer = serde_json::to_value(TokenResponse::new(access).with_refresh_token(refresh)).unwrap();
    let kind = |value: &Value| if value.is_string() { "string" } else { "integer" };
    let told: BTreeMap<_, _> = answer.as_object().unwrap().iter().map(|(name, value)| (name, kind(value))).collect();
    let properties = schema["properties"].as_object().unwrap();
    let named: BTreeMap<_, _> =
        properties.iter().map(|(name, schema)| (name, schema["type"].as_str().unwrap())).collect();
    assert_eq!(told, named);
    assert_eq!(schema["required"], json!(["expires_in"]), "the others may be in cookies, or be left out");
}
