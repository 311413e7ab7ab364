//! Scopes: the same rule at every door, exact unless the configuration says otherwise, and never read otherwise than it is
//! written (R-44, R-94, R-95).

use axum::{Router, routing::get};
use fastjwt::{
    ConstPolicy, ErrorKind, FastJwt, Locations, Policy, Required, Scope, ScopeRule, ScopeSet, TokenFault, TokenPayload,
    UnknownScope, access_token_required, scopes,
};
use serde_json::json;

use crate::support::{
    Answer, ask as ask_with, builder, forge, forge_claims, get_bearer, good_claims, good_header, jwt, spoil_signature,
};

#[derive(Scope, Debug, Clone, PartialEq)]
enum Orders {
    Read,
    Write = 9,
    #[scope(name = "orders:*")]
    Everything,
}

/// A rule at each door that it can be demanded at, and what it says of scopes that are granted.
struct Case {
    rule: ScopeRule,
    doors: fn(&FastJwt) -> Router,
    is_met: fn(&[&str]) -> bool,
}

/// The rule stands in the source once, and each door gets it from there.
macro_rules! cases {
    ($($name:ident: ($($rule:tt)*) => $is_met:expr;)*) => {
        $(
            mod $name {
                use super::*;

                pub(super) struct Demanded;

                impl ConstPolicy for Demanded {
                    const POLICY: Policy = Policy::access().scopes(scopes!($($rule)*));
                }

                #[access_token_required(scopes($($rule)*))]
                pub(super) async fn guarded() -> &'static str {
                    "in"
                }

                #[access_token_required(scopes($($rule)*))]
                pub(super) async fn injected(_: TokenPayload) -> &'static str {
                    "in"
                }

                pub(super) fn doors(jwt: &FastJwt) -> Router {
                    let required = async |_: Required<Demanded>| "in";
                    Router::new()
                        .route("/layer", get("in"))
                        .route("/layer_and_attribute", get(injected))
                        .route_layer(jwt.require(Demanded::POLICY))
                        .route("/attribute_without_payload", get(guarded))
                        .route("/attribute", get(injected))
                        .route("/extractor", get(required))
                        .with_state(jwt.clone())
                }
            }
        )*

        fn cases() -> Vec<Case> {
            vec![$(Case { rule: scopes!($($rule)*), doors: $name::doors, is_met: $is_met }),*]
        }
    };
}

/// Whether a scope is among those that are granted.
fn has(granted: &[&str], scope: &str) -> bool {
    granted.contains(&scope)
}

cases! {
    one: ("a") => |granted| has(granted, "a");
    two: ("a", "b") => |granted| has(granted, "a") && has(granted, "b");
    all: (all("a", "b")) => |granted| has(granted, "a") && has(granted, "b");
    any: (any("a", "b")) => |granted| has(granted, "a") || has(granted, "b");
    any_of_one: (any("a")) => |granted| has(granted, "a");
    // The bypass of macros that splice conditions: `"ADMIN" && a || b`.
    admin_and_any: ("ADMIN", any("a", "b")) => |granted| has(granted, "ADMIN") && (has(granted, "a") || has(granted, "b"));
    any_and_admin: (any("a", "b"), "ADMIN") => |granted| has(granted, "ADMIN") && (has(granted, "a") || has(granted, "b"));
    both_lists: (all("a", "b"), any("ADMIN", "c"))
        => |granted| has(granted, "a") && has(granted, "b") && (has(granted, "ADMIN") || has(granted, "c"));
    nested: (any(all("a", any("b", "c")), all("ADMIN", any("c", all("a", "b")))))
        => |granted| (has(granted, "a") && (has(granted, "b") || has(granted, "c")))
            || (has(granted, "ADMIN") && (has(granted, "c") || (has(granted, "a") && has(granted, "b"))));
    deep: (all(all(all(all(any(any(any(all("a"))))))))) => |granted| has(granted, "a");
    typed: (all(Orders::Read, Orders::Write)) => |granted| has(granted, "orders:read") && has(granted, "orders:write");
    mixed: (any(Orders::Read, "a"), any(crate::scopes::Orders::Write, "b"))
        => |granted| (has(granted, "orders:read") || has(granted, "a")) && (has(granted, "orders:write") || has(granted, "b"));
    the_wildcard_itself: (Orders::Everything) => |granted| has(granted, "orders:*");
}

const SCOPES: [&str; 7] = ["a", "b", "c", "ADMIN", "orders:read", "orders:write", "orders:*"];
const DOORS: [&str; 5] = ["attribute", "attribute_without_payload", "extractor", "layer", "layer_and_attribute"];

fn token(granted: &[&str]) -> String {
    let mut claims = good_claims();
    claims["scopes"] = json!(granted);
    forge_claims(&claims)
}

/// The answer of every door, which must be one.
async fn ask(app: &Router, token: &str) -> Answer {
    let first = get_bearer(app, "/attribute", token).await;
    for door in DOORS {
        assert_eq!(get_bearer(app, &format!("/{door}"), token).await, first, "{door}");
    }
    first
}

#[tokio::test]
async fn r_94_every_door_follows_the_truth_table_of_every_rule() {
    let jwt = jwt();
    for Case { rule, doors, is_met } in cases() {
        let app = doors(&jwt);
        for subset in 0_u32..1 << SCOPES.len() {
            let granted: Vec<&str> = SCOPES
                .into_iter()
                .enumerate()
                .filter(|(bit, _)| subset & 1 << bit != 0)
                .map(|(_, name)| name)
                .collect();
            let met = is_met(&granted);
            let policy = Policy::access().scopes(rule);
            let verified = jwt.verify::<fastjwt::NoClaims>(&token(&granted), &policy);
            assert_eq!(verified.is_ok(), met, "{rule} with {granted:?}");
            // Every subset through the road above, and some through every door.
            if granted.len() <= 2 || granted.len() >= 6 || met {
                let answer = ask(&app, &token(&granted)).await;
                assert_eq!(answer.status.as_u16(), if met { 200 } else { 403 }, "{rule} with {granted:?}");
            }
        }
    }
}

#[tokio::test]
async fn r_44_a_missing_scope_is_403_and_the_challenge_says_what_was_needed() {
    let answer = ask(&both_lists::doors(&jwt()), &token(&["a"])).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "insufficient_scope"));
    let challenge = r#"Bearer realm="api", error="insufficient_scope", error_description="The token does not allow this", scope="a b ADMIN c""#;
    assert_eq!(answer.challenge(), Some(challenge));
    // It is the same whatever the token has: nothing of the token stands in it (R-48).
    assert_eq!(ask(&both_lists::doors(&jwt()), &token(&["x\"y", "c"])).await, answer);
    assert_eq!(ask(&both_lists::doors(&jwt()), &token(&[])).await, answer);
}

#[test]
fn a_missing_scope_is_told_with_the_rule() {
    let rule = scopes!("a", any(Orders::Read, "b"));
    let error = jwt().verify::<fastjwt::NoClaims>(&token(&["a"]), &Policy::access().scopes(rule)).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Token(TokenFault::MissingScope { needed: rule }));
    assert_eq!(error.to_string(), r#"the token lacks scopes: all("a", any("orders:read", "b")) is needed"#);
    let rule = scopes!(any("a", all("b", any("c", "d"))));
    let error = jwt().verify::<fastjwt::NoClaims>(&token(&["b"]), &Policy::access().scopes(rule)).unwrap_err();
    assert_eq!(error.to_string(), r#"the token lacks scopes: any("a", all("b", any("c", "d"))) is needed"#);
}

#[tokio::test]
async fn r_94_the_bypass_by_precedence_is_closed() {
    let app = admin_and_any::doors(&jwt());
    // With `ADMIN && a || b` this would be let in.
    assert_eq!(ask(&app, &token(&["b"])).await.status.as_u16(), 403);
    assert_eq!(ask(&app, &token(&["a", "b"])).await.status.as_u16(), 403);
    assert_eq!(ask(&app, &token(&["ADMIN"])).await.status.as_u16(), 403);
    assert_eq!(ask(&app, &token(&["ADMIN", "b"])).await.status.as_u16(), 200);
    // In the other order `a || b && ADMIN` would let this in.
    assert_eq!(ask(&any_and_admin::doors(&jwt()), &token(&["a"])).await.status.as_u16(), 403);
}

/// Fragments of `macro_rules` stand as they are; what is around them does not get in.
macro_rules! guarded_by {
    ($name:ident, $scope:literal, $list:ident, $path:path) => {
        #[access_token_required(scopes($scope, $list($scope, "b", $path)))]
        async fn $name() -> &'static str {
            "in"
        }
    };
}

guarded_by!(by_fragments, "a", all, Orders::Read);

#[tokio::test]
async fn fragments_of_a_macro_are_members_of_a_rule() {
    let app = Router::new().route("/", get(by_fragments)).with_state::<()>(jwt());
    assert_eq!(get_bearer(&app, "/", &token(&["a", "b", "orders:read"])).await.status.as_u16(), 200);
    for granted in [["a", "b"], ["a", "orders:read"], ["b", "orders:read"]] {
        assert_eq!(get_bearer(&app, "/", &token(&granted)).await.status.as_u16(), 403, "{granted:?}");
    }
}

#[tokio::test]
async fn r_94_one_letter_off_is_another_scope() {
    let app = typed::doors(&jwt());
    let spoiled =
        ["orders:Read", "Orders:read", "orders:rea", "orders:readwrite", "orders:read ", " orders:read", "read", ""];
    for other in spoiled {
        assert_eq!(ask(&app, &token(&[other, "orders:write"])).await.status.as_u16(), 403, "{other:?}");
    }
    // In one string, as in OAuth's `scope`, they are no scopes of ours.
    assert_eq!(ask(&app, &token(&["orders:read orders:write"])).await.status.as_u16(), 403);
    // The order does not matter, nor what else is granted.
    assert_eq!(ask(&app, &token(&["x", "orders:write", "orders:read", "orders:read"])).await.status.as_u16(), 200);
}

#[tokio::test]
async fn r_94_a_wildcard_grants_by_choice_and_is_never_granted() {
    let exact = jwt();
    let wild = builder().wildcard_scopes(true).build().unwrap();
    let granted = ["orders:*"];
    assert_eq!(ask(&typed::doors(&exact), &token(&granted)).await.status.as_u16(), 403);
    assert_eq!(ask(&typed::doors(&wild), &token(&granted)).await.status.as_u16(), 200);
    // `orders:read` does not grant `orders:*`.
    let both = ["orders:read", "orders:write"];
    assert_eq!(ask(&the_wildcard_itself::doors(&wild), &token(&both)).await.status.as_u16(), 403);
    assert_eq!(ask(&the_wildcard_itself::doors(&wild), &token(&granted)).await.status.as_u16(), 200);
    for other in ["*", "order*", "orders*", "Orders:*", "orders:read:*", "orders:", ":*", "orders:*:*"] {
        assert_eq!(ask(&typed::doors(&wild), &token(&[other])).await.status.as_u16(), 403, "{other}");
    }
    // What a handler asks by itself follows the same rule.
    for (jwt, has) in [(&exact, false), (&wild, true)] {
        let payload = jwt.verify_access_token::<fastjwt::NoClaims>(&token(&granted)).unwrap();
        assert_eq!(payload.has_scopes(["orders:read", "orders:cancel"]), has);
        assert_eq!(payload.has_scopes([Orders::Read, Orders::Write]), has);
        assert!(!payload.has_scopes(["stock:read"]));
        assert!(payload.has_scopes(["orders:*"]));
        assert_eq!(ScopeSet::<Orders>::of(&payload).contains(&Orders::Write), has);
        assert!(ScopeSet::<Orders>::of(&payload.clone()).contains(&Orders::Everything));
    }
}

#[tokio::test]
async fn r_95_only_the_tokens_own_scopes_count() {
    // What else a request says is nothing to a rule.
    let app = one::doors(&jwt());
    let poor = token(&[]);
    for path in ["/attribute?scope=a&scopes=a", "/attribute?scopes[]=a"] {
        assert_eq!(get_bearer(&app, path, &poor).await.status.as_u16(), 403);
    }
    let bearer = format!("Bearer {poor}");
    for (name, value) in [("x-scope", "a"), ("scope", "a"), ("x-scopes", "a"), ("cookie", "scope=a; scopes=a")] {
        let headers = [("authorization", bearer.as_str()), (name, value), ("content-type", "application/json")];
        let answer = ask_with(&app, "GET", "/attribute", &headers, r#"{"scope":"a","scopes":["a"]}"#).await;
        assert_eq!(answer.status.as_u16(), 403, "{name}");
    }
    // Nor is what a token says elsewhere than in its list.
    let mut header = good_header();
    (header["scope"], header["scopes"]) = (json!("a"), json!(["a"]));
    assert_eq!(ask(&app, &forge(&header, &good_claims())).await.status.as_u16(), 403);
    for (claim, value) in [
        // As OAuth servers write it, another claim.
        ("scope", json!("a")),
        ("scp", json!(["a"])),
        ("roles", json!(["a"])),
        ("permissions", json!({ "scopes": ["a"] })),
        ("a", json!(true)),
    ] {
        let mut claims = good_claims();
        claims[claim] = value;
        assert_eq!(ask(&app, &forge_claims(&claims)).await.status.as_u16(), 403, "{claim}");
    }
}

#[tokio::test]
async fn r_95_no_scope_counts_that_is_not_verified() {
    let rich = token(&["a"]);
    let expired = {
        let mut claims = good_claims();
        (claims["scopes"], claims["exp"]) = (json!(["a"]), json!(1));
        forge_claims(&claims)
    };
    let app = one::doors(&jwt());
    assert_eq!(ask(&app, &spoil_signature(&rich)).await.code(), "invalid_token");
    assert_eq!(ask(&app, &expired).await.code(), "token_expired");
    // The poor token's signature under the rich token's claims.
    let poor = token(&[]);
    let (message, _) = rich.rsplit_once('.').unwrap();
    let (_, signature) = poor.rsplit_once('.').unwrap();
    assert_eq!(ask(&app, &format!("{message}.{signature}")).await.code(), "invalid_token");
    // A second token, good or not, lends nothing to the one that decides.
    let jwt = builder().locations(Locations::HEADERS | Locations::COOKIES).build().unwrap();
    let app = one::doors(&jwt);
    let bearer = format!("Bearer {poor}");
    for second in [rich.clone(), spoil_signature(&rich), expired] {
        let cookie = format!("__Host-access_token={second}");
        for door in DOORS {
            let headers = [("authorization", bearer.as_str()), ("cookie", cookie.as_str())];
            let answer = ask_with(&app, "GET", &format!("/{door}"), &headers, "").await;
            assert_eq!(answer.code(), "insufficient_scope", "{door}");
        }
    }
}

#[tokio::test]
async fn r_94_what_demands_nothing_is_met_by_whoever_has_none() {
    // There is no rule without a scope; a route without a rule asks for none, and a token with an empty list has none.
    for granted in [&[][..], &["a"]] {
        let policy = Policy::access();
        assert!(jwt().verify::<fastjwt::NoClaims>(&token(granted), &policy).is_ok(), "{granted:?}");
    }
    let mut claims = good_claims();
    for scopes in [json!([""]), json!(["a "]), json!([" a"]), json!(["a,b"]), json!(["a b"]), json!(["A"])] {
        claims["scopes"] = scopes.clone();
        assert_eq!(ask(&one::doors(&jwt()), &forge_claims(&claims)).await.status.as_u16(), 403, "{scopes}");
    }
    for scopes in [json!("a"), json!({ "a": true }), json!([["a"]]), json!(["a", null])] {
        claims["scopes"] = scopes.clone();
        assert_eq!(ask(&one::doors(&jwt()), &forge_claims(&claims)).await.code(), "invalid_token", "{scopes}");
    }
}

#[tokio::test]
async fn r_75_a_token_from_a_refresh_has_the_scopes_of_the_grant_and_no_more() {
    let jwt = jwt();
    let app = typed::doors(&jwt);
    let refresh = jwt.create_refresh_token("USER_ID").scopes([Orders::Read]).sign().unwrap();
    let grant = jwt.verify_refresh_token::<fastjwt::NoClaims>(refresh.as_str()).unwrap();
    let granted = ScopeSet::<Orders>::of(&grant);
    let asked: ScopeSet<Orders> = "orders:read orders:write".parse().unwrap();
    assert!(!asked.is_subset(&granted));
    let access = jwt.create_access_token(&grant.sub).scopes(asked.intersection(&granted)).sign().unwrap();
    assert_eq!(ask(&app, access.as_str()).await.code(), "insufficient_scope");
}

#[test]
fn an_enum_of_scopes_names_parses_and_issues() {
    assert_eq!(Orders::ALL, [Orders::Read, Orders::Write, Orders::Everything]);
    assert_eq!(Orders::Write.name(), "orders:write");
    assert_eq!(Orders::Everything.to_string(), "orders:*");
    assert_eq!("orders:write".parse(), Ok(Orders::Write));
    for unknown in ["orders:Write", "write", "", "orders:write ", "orders:delete"] {
        let parsed: Result<Orders, UnknownScope> = unknown.parse();
        assert!(parsed.is_err(), "{unknown:?}");
    }
    let token = jwt().create_access_token("USER_ID").scopes([Orders::Write, Orders::Read]).sign().unwrap();
    let payload = jwt().verify_access_token::<fastjwt::NoClaims>(token.as_str()).unwrap();
    assert_eq!(payload.scopes, ["orders:write", "orders:read"]);
    let token = jwt().create_access_token("USER_ID").scopes(ScopeSet::<Orders>::all()).sign().unwrap();
    let payload = jwt().verify_access_token::<fastjwt::NoClaims>(token.as_str()).unwrap();
    assert_eq!(payload.scopes, ["orders:read", "orders:write", "orders:*"]);
}

#[test]
fn a_set_of_scopes() {
    let mut set: ScopeSet<Orders> = [Orders::Write, Orders::Read, Orders::Write].into_iter().collect();
    assert_eq!((set.to_string().as_str(), set.is_empty()), ("orders:read orders:write", false));
    assert_eq!(format!("{set:?}"), r#"{"orders:read", "orders:write"}"#);
    set.remove(&Orders::Read);
    assert!(!set.contains(&Orders::Read) && set.contains(&Orders::Write));
    set.insert(&Orders::Everything);
    assert!(set.iter().eq([&Orders::Write, &Orders::Everything]));
    assert!(set.is_subset(&ScopeSet::all()) && !ScopeSet::all().is_subset(&set));
    assert_eq!("  orders:write  ".parse(), Ok([Orders::Write].into_iter().collect::<ScopeSet<_>>()));
    assert_eq!("".parse(), Ok(ScopeSet::<Orders>::default()));
    assert!("orders:write orders:x".parse::<ScopeSet<Orders>>().is_err());
}
