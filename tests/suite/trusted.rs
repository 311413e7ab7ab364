//! Tokens of trusted issuers: whose keys they are held against, what is demanded of them, and what is not done for them (R-16, R-17, R-35 to R-37).

use axum::{Router, body::Body, extract::Request, routing::get};
use fastjwt::{
    Algorithm, ClaimMap, FastJwt, HeaderFault, MachineFault, NoClaims, Policy, Realm, SigningKey, TokenFault,
    TokenKind, TokenPayload, TrustedIssuer, UsageFault, claim_value, jwt_claims,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    issuer_server::{
        GOOD, INVALID, ISSUER, Server, Time, UNAVAILABLE, builder, fault, issuing_with, jwk, jwk_set, token, told,
        trusting,
    },
    support::{NOW, SECRET, get_bearer},
    test_keys::{P256, Signer},
};

/// What another system issues: no `type`, scopes in one string.
pub fn foreign_claims() -> Value {
    json!({ "iss": ISSUER, "sub": "USER_ID", "aud": "api", "exp": NOW + 900, "iat": NOW, "scope": "read write" })
}

pub fn foreign_header() -> Value {
    json!({ "alg": "ES256", "kid": "a", "typ": "JWT" })
}

/// Signed by the issuer whose key is [`P256`] under the id `a`.
pub fn forge(header: &Value, claims: &Value) -> String {
    Signer::Es256.forge(header, claims)
}

pub async fn server() -> Server {
    let issuer = issuing_with(SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap());
    Server::serving(jwk_set(&[&issuer]).await).await
}

pub fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

pub fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

#[jwt_claims]
struct Foreign {
    email: String,
    address: Address,
}

#[claim_value]
struct Address {
    country: String,
}

#[tokio::test]
async fn r_37_a_foreign_token_becomes_typed_claims() {
    let server = server().await;
    let verifier = trusting(server.issuer().audience(["api"]).untyped_tokens());
    let mut claims = foreign_claims();
    claims["email"] = json!("a@example.com");
    claims["address"] = json!({ "country": "CH", "street": "x" });
    let app = Router::new()
        .route(
            "/",
            get(async |payload: TokenPayload<Foreign>| {
                format!("{} {} {} {:?}", payload.sub, payload.email, payload.address.country, payload.scopes)
            }),
        )
        .with_state(verifier);
    for typ in ["JWT", "jwt", "at+jwt", "application/AT+JWT"] {
        let token = forge(&with(foreign_header(), "typ", json!(typ)), &claims);
        let answer = get_bearer(&app, "/", &token).await;
        assert_eq!(answer.body, r#"USER_ID a@example.com CH ["read", "write"]"#, "{typ}");
    }
    let untold = forge(&without(foreign_header(), "typ"), &claims);
    assert_eq!(get_bearer(&app, "/", &untold).await.status, 200);
}

#[tokio::test]
async fn r_37_untyped_tokens_are_access_tokens_only_where_the_configuration_says_so() {
    let server = server().await;
    let token = forge(&foreign_header(), &foreign_claims());
    let strict = trusting(server.issuer().audience(["api"]));
    assert_eq!(told(&strict, &token).await, INVALID);
    let lenient = trusting(server.issuer().audience(["api"]).untyped_tokens());
    assert_eq!(told(&lenient, &token).await, GOOD);
    // As an access token, and nothing else.
    let refresh = lenient.authenticate::<NoClaims>(&token, &Policy::refresh()).await;
    assert!(refresh.is_err());
    for (kind, expected) in [("access", GOOD), ("refresh", INVALID), ("id", INVALID), ("", INVALID)] {
        let typed = forge(&foreign_header(), &with(foreign_claims(), "type", json!(kind)));
        assert_eq!(told(&lenient, &typed).await, expected, "{kind}");
    }
    // Not even where a refresh route stands, or one that takes every kind: it is refreshed by whoever issued it.
    let refresh = forge(&foreign_header(), &with(foreign_claims(), "type", json!("refresh")));
    for policy in [Policy::refresh(), Policy::any()] {
        let refused = lenient.authenticate::<NoClaims>(&refresh, &policy).await.unwrap_err();
        assert_eq!(*refused.kind(), TokenFault::WrongKind { expected: TokenKind::Access }.into());
    }
    for kind in [json!(1), json!(["access"]), json!({})] {
        assert_eq!(told(&lenient, &forge(&foreign_header(), &with(foreign_claims(), "type", kind))).await, INVALID);
    }
    // Other kinds of JWT, and other types of what is known.
    for typ in ["secevent+jwt", "dpop+jwt", "logout+jwt", "id+jwt", "", "JWT "] {
        let token = forge(&with(foreign_header(), "typ", json!(typ)), &foreign_claims());
        assert_eq!(fault(&lenient, &token).await, TokenFault::Header(HeaderFault::WrongTyp).into(), "{typ}");
    }
}

/// RFC 7800, as RFC 8705 and RFC 9449 use it: a bearer shows no key, so that whoever stole the token could use it.
#[tokio::test]
async fn r_96_a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    let server = server().await;
    let issuer = || server.issuer().audience(["api"]).untyped_tokens();
    let (strict, lenient) = (trusting(issuer()), trusting(issuer().bound_tokens_as_bearer()));
    for bound in [json!({ "jkt": "a" }), json!({ "x5t#S256": "a" }), json!({}), json!(null), json!("a"), json!([])] {
        let token = forge(&foreign_header(), &with(foreign_claims(), "cnf", bound));
        assert_eq!(fault(&strict, &token).await, TokenFault::Bound.into());
        assert_eq!(told(&strict, &token).await, INVALID);
        assert_eq!(told(&lenient, &token).await, GOOD);
        // Who knows DPoP or not: its scheme is not the one that is configured.
        let app = Router::new().route("/", get(async |_: TokenPayload| "in")).with_state(strict.clone());
        let request = Request::get("/").header("authorization", format!("DPoP {token}")).body(Body::empty()).unwrap();
        assert_eq!(app.oneshot(request).await.unwrap().status(), 401);
    }
    // Nothing of it is a claim of the service's, and no claim stands twice.
    let token = forge(&foreign_header(), &with(foreign_claims(), "cnf", json!({ "jkt": "a" })));
    let payload = lenient.authenticate::<ClaimMap>(&token, &Policy::access()).await.unwrap();
    assert!(!payload.extra.contains_key("cnf"));
}

#[tokio::test]
async fn r_37_rfc_9068_demanded_of_an_issuer() {
    let server = server().await;
    let verifier = trusting(server.issuer().audience(["api"]).untyped_tokens().at_jwt());
    let header = with(foreign_header(), "typ", json!("at+jwt"));
    let claims = with(with(foreign_claims(), "client_id", json!("c")), "jti", json!("j"));
    assert_eq!(told(&verifier, &forge(&header, &claims)).await, GOOD);
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert_eq!(told(&verifier, &forge(&header, &without(claims.clone(), claim))).await, INVALID, "{claim}");
    }
    for header in [foreign_header(), without(foreign_header(), "typ")] {
        assert_eq!(told(&verifier, &forge(&header, &claims)).await, INVALID, "{header}");
    }
}

#[tokio::test]
async fn r_35_r_36_issuer_and_audience_are_the_configured_ones() {
    let server = server().await;
    let verifier = trusting(server.issuer().audience(["api", "other"]).untyped_tokens());
    for aud in [json!("api"), json!("other"), json!(["x", "api"])] {
        assert_eq!(told(&verifier, &forge(&foreign_header(), &with(foreign_claims(), "aud", aud))).await, GOOD);
    }
    for aud in [json!("API"), json!("ap"), json!([]), json!(["x"]), json!(null), json!(1), json!("")] {
        assert_eq!(told(&verifier, &forge(&foreign_header(), &with(foreign_claims(), "aud", aud))).await, INVALID);
    }
    assert_eq!(told(&verifier, &forge(&foreign_header(), &without(foreign_claims(), "aud"))).await, INVALID);
    // Without an audience, a token that is for somebody is refused.
    let nobody = trusting(server.issuer().untyped_tokens());
    assert_eq!(told(&nobody, &forge(&foreign_header(), &foreign_claims())).await, INVALID);
    assert_eq!(told(&nobody, &forge(&foreign_header(), &without(foreign_claims(), "aud"))).await, GOOD);

    let near =
        [ISSUER.to_uppercase(), format!("{ISSUER}/"), format!("{ISSUER} "), ISSUER[..10].to_owned(), String::new()];
    let others = [json!(null), json!(1), json!([ISSUER]), json!({ ISSUER: 1 })];
    for iss in near.into_iter().map(Value::from).chain(others) {
        let token = forge(&foreign_header(), &with(foreign_claims(), "iss", iss.clone()));
        assert_eq!(fault(&verifier, &token).await, TokenFault::UnknownKey.into(), "{iss}");
    }
    assert_eq!(told(&verifier, &forge(&foreign_header(), &without(foreign_claims(), "iss"))).await, INVALID);
    // A name that stands twice is one for whoever reads it first, and another for whoever reads it last.
    let text = foreign_claims().to_string();
    let segment = crate::support::encode;
    for text in [
        format!(r#"{{"iss":"{ISSUER}",{}"#, &text[1..]),
        format!(r#"{{"\u0069ss":"https://evil.example",{}"#, &text[1..]),
    ] {
        let token = Signer::Es256.sign(&segment(foreign_header().to_string()), &segment(text));
        assert_eq!(told(&verifier, &token).await, INVALID);
    }
}

#[tokio::test]
async fn r_17_a_key_verifies_the_tokens_of_its_own_issuer_alone() {
    // Two issuers, and the service itself, each with another key under the same id.
    const OTHER: &str = "https://other.example";
    let [one, two, own] = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::ES384]
        .map(|algorithm| SigningKey::generate(algorithm).unwrap().with_id("same").unwrap());
    let claiming = |key: &SigningKey, issuer: &str| {
        let jwt = FastJwt::builder().key(key.clone()).issuer(issuer).audience([issuer]).clock(Time::new().clock());
        jwt.build().unwrap()
    };
    let first = Server::serving(json!({ "keys": [jwk(&claiming(&one, ISSUER)).await] })).await;
    let second = Server::serving(json!({ "keys": [jwk(&claiming(&two, OTHER)).await] })).await;
    let verifier = builder(&Time::new())
        .key(own.clone())
        .issuer("own")
        .audience(["own"])
        .trusted_issuer(first.issuer().audience([ISSUER]))
        .trusted_issuer(TrustedIssuer::jwks(OTHER, second.url()).http_on_loopback().audience([OTHER]))
        .build()
        .unwrap();
    for (key, rightful) in [(&one, ISSUER), (&two, OTHER), (&own, "own")] {
        for claimed in [ISSUER, OTHER, "own", "https://nobody.example"] {
            let expected = if claimed == rightful { GOOD } else { INVALID };
            let token = token(&claiming(key, claimed));
            assert_eq!(told(&verifier, &token).await, expected, "{rightful} as {claimed}");
            // Without an id, keys are not tried, either.
            let payload = crate::support::segment_text(&token, 1);
            let header = json!({ "alg": key.algorithm().as_str() }).to_string();
            let unnamed = format!("{}.{}.{}", crate::support::encode(header), crate::support::encode(payload), "AAAA");
            assert_eq!(told(&verifier, &unnamed).await, INVALID);
        }
    }
    // Each has its own audience, whatever the others have.
    for (key, issuer, audience) in [(&one, ISSUER, OTHER), (&two, OTHER, "own"), (&own, "own", ISSUER)] {
        let jwt = FastJwt::builder().key(key.clone()).issuer(issuer).audience([audience]).clock(Time::new().clock());
        assert_eq!(fault(&verifier, &token(&jwt.build().unwrap())).await, TokenFault::WrongAudience.into());
    }
    assert_eq!((first.count(), second.count()), (1, 1));
}

#[tokio::test]
async fn r_17_an_issuer_that_a_route_demands_is_held_against_its_own_keys() {
    const PARTNER: &str = "https://partner.example";
    let server = server().await;
    let trusted = || server.issuer().audience(["api"]).untyped_tokens();
    let demanding = |issuer| Policy::access().issuer(issuer);
    let with_iss = |issuer: &str| forge(&foreign_header(), &with(foreign_claims(), "iss", json!(issuer)));
    // One trusts the partner as well, with keys of its own; the other one issues in the partner's name.
    let other = issuing_with(SigningKey::generate(Algorithm::ES256).unwrap().with_id("a").unwrap());
    let partners = Server::serving(jwk_set(&[&other]).await).await;
    let trusts = builder(&Time::new())
        .secret(SECRET)
        .trusted_issuer(trusted())
        .trusted_issuer(
            TrustedIssuer::jwks(PARTNER, partners.url()).http_on_loopback().audience(["api"]).untyped_tokens(),
        )
        .build()
        .unwrap();
    let issues = builder(&Time::new()).secret(SECRET).issuer(PARTNER).trusted_issuer(trusted()).build().unwrap();
    for jwt in [trusts, issues] {
        let ask = async |token: String, issuer| jwt.authenticate::<NoClaims>(&token, &demanding(issuer)).await;
        assert!(ask(with_iss(ISSUER), ISSUER).await.is_ok(), "the route takes that issuer's tokens");
        assert!(ask(with_iss(ISSUER), PARTNER).await.is_err(), "and no other's");
        assert!(ask(with_iss(PARTNER), PARTNER).await.is_err(), "not even one that says it is the partner's");
        assert!(ask(with_iss(PARTNER), ISSUER).await.is_err());
    }
}

#[tokio::test]
async fn r_17_a_hostile_key_id_goes_nowhere() {
    let server = server().await;
    let verifier = trusting(server.issuer().audience(["api"]).untyped_tokens());
    let hostile = [
        "",
        "..",
        "../keys",
        "/etc/passwd",
        "|sleep 10",
        "x' UNION SELECT '1';--",
        "http://127.0.0.1:1/",
        "a\r\nx: y",
        "A",
        "a ",
        "a\0",
    ];
    for kid in hostile {
        let token = forge(&with(foreign_header(), "kid", json!(kid)), &foreign_claims());
        assert_eq!(fault(&verifier, &token).await, TokenFault::UnknownKey.into(), "{kid:?}");
    }
    // A token that names no key is for the only one there is.
    assert_eq!(told(&verifier, &forge(&without(foreign_header(), "kid"), &foreign_claims())).await, GOOD);
    let sent = server.received();
    assert!(
        sent.starts_with("GET /keys HTTP/1.1\r\n") && !sent.contains("UNION") && !sent.contains("cookie"),
        "{sent}"
    );
}

#[tokio::test]
async fn r_16_what_a_header_points_to_is_never_fetched() {
    let server = server().await;
    let verifier = trusting(server.issuer().audience(["api"]).untyped_tokens());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for url in [format!("http://{address}/keys"), format!("https://{address}/"), server.url() + "/more"] {
        let members = json!({ "jku": url, "x5u": url, "x5c": [url], "jwk": { "kty": "oct", "k": "AAAA", "jku": url } });
        let mut header = foreign_header();
        header.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_eq!(told(&verifier, &forge(&header, &foreign_claims())).await, GOOD);
        for kid in ["unknown", url.as_str()] {
            let token = forge(&with(header.clone(), "kid", json!(kid)), &foreign_claims());
            assert_eq!(told(&verifier, &token).await, INVALID);
        }
        // An issuer that nobody trusts is nobody to ask, either.
        let token = forge(&header, &with(foreign_claims(), "iss", json!(url)));
        assert_eq!(told(&verifier, &token).await, INVALID);
    }
    assert_eq!(server.count(), 1);
    let own = std::net::TcpStream::connect(address).unwrap();
    let (_, peer) = listener.accept().unwrap();
    assert_eq!(peer, own.local_addr().unwrap());
}

#[tokio::test]
async fn r_29_the_signature_is_judged_before_the_claims() {
    let server = server().await;
    let verifier = trusting(server.issuer());
    let claims = json!({ "iss": ISSUER, "exp": 1, "sub": 1, "aud": 1, "type": 1 });
    let token = crate::support::spoil_signature(&forge(&foreign_header(), &claims));
    assert_eq!(fault(&verifier, &token).await, TokenFault::BadSignature.into());
    let other = token.replace(
        &crate::support::encode(foreign_header().to_string()),
        &crate::support::encode(r#"{"alg":"ES384","kid":"a"}"#),
    );
    assert_eq!(fault(&verifier, &other).await, TokenFault::WrongAlgorithm.into());
}

#[tokio::test]
async fn without_keys_only_what_keys_could_decide_is_unavailable() {
    let server = Server::start(async |visit| visit.answer(500, &[], "").await).await;
    let verifier = trusting(server.issuer());
    assert_eq!(fault(&verifier, &forge(&foreign_header(), &foreign_claims())).await, MachineFault::Unavailable.into());
    assert_eq!(told(&verifier, &forge(&without(foreign_header(), "kid"), &foreign_claims())).await, UNAVAILABLE);
    for header in [json!({ "alg": "ES256", "crit": ["x"] }), json!({ "alg": 1 }), json!({}), json!([])] {
        assert_eq!(told(&verifier, &forge(&header, &foreign_claims())).await, INVALID, "{header}");
    }
    assert_eq!(told(&verifier, "a.b.c").await, INVALID);
    assert_eq!(told(&verifier, &forge(&foreign_header(), &with(foreign_claims(), "iss", json!("x")))).await, INVALID);
}

#[tokio::test]
async fn a_verification_that_can_not_wait_says_so_always() {
    let server = server().await;
    let verifier = builder(&Time::new()).secret(SECRET).trusted_issuer(server.issuer()).build().unwrap();
    let own = token(&verifier);
    assert_eq!(told(&verifier, &own).await, GOOD);
    for token in [own.as_str(), forge(&foreign_header(), &foreign_claims()).as_str(), "x"] {
        let error = verifier.verify_access_token::<NoClaims>(token).unwrap_err();
        assert_eq!(*error.kind(), UsageFault::MustAwait.into());
    }
}

#[tokio::test]
async fn a_service_that_only_verifies_needs_no_key_and_issues_nothing() {
    let server = server().await;
    let verifier = trusting(server.issuer().audience(["api"]).untyped_tokens());
    let error = verifier.create_access_token("u").sign().unwrap_err();
    assert_eq!(*error.kind(), UsageFault::NoSigningKey.into());
    assert_eq!(verifier.keys().list().len(), 0);
    // Through every door.
    let app = Router::new()
        .route("/extractor", get(async |_: TokenPayload| "in"))
        .route("/layer", get("in").route_layer(verifier.access_token_required()))
        .with_state(verifier);
    let good = forge(&foreign_header(), &foreign_claims());
    let bad = forge(&with(foreign_header(), "kid", json!("b")), &foreign_claims());
    for path in ["/extractor", "/layer"] {
        assert_eq!(get_bearer(&app, path, &good).await.body, "in");
        assert_eq!(get_bearer(&app, path, &bad).await.status, 401);
    }
}

struct Staff;
impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[tokio::test]
async fn an_issuer_is_trusted_in_the_realm_that_names_it() {
    let server = server().await;
    let trusted = server.issuer().audience(["api"]).untyped_tokens();
    let staff = FastJwt::<Staff>::realm_builder().clock(Time::new().clock()).trusted_issuer(trusted).build().unwrap();
    for (realm, good) in [(None, true), (Some("staff"), true), (Some("admin"), false)] {
        let claims = realm.map_or(foreign_claims(), |realm| with(foreign_claims(), "realm", json!(realm)));
        let result = staff.authenticate::<NoClaims>(&forge(&foreign_header(), &claims), &Policy::access()).await;
        assert_eq!(result.is_ok(), good, "{realm:?}");
    }
}
