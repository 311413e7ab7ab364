//! Odd uses of the public interface that a type can be written for: none of them gets a wrong token in or out.

use std::fmt;

use fastjwt::{
    ClaimFault, ClaimMap, ClaimNames, Claims, ErrorKind, FastJwt, Names, NoClaims, Realm, TokenFault, TokenPayload,
    UsageFault, jwt_claims,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Value, json};

use crate::support::{NOW, builder, forge_claims, good_claims, jwt, refusal};

/// Extra claims whose reader takes no notice of errors.
#[derive(Debug, Serialize)]
struct Careless {}

impl ClaimNames for Careless {
    const NAMES: Names = Names::open();
}

impl Claims for Careless {}

impl<'de> Deserialize<'de> for Careless {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Careless;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Careless, A::Error> {
                while let Ok(Some(_)) = map.next_key::<String>() {
                    _ = map.next_value::<de::IgnoredAny>();
                }
                Ok(Careless {})
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[test]
fn r_30_a_reader_that_overlooks_errors_lets_no_token_in() {
    let jwt = jwt();
    assert!(jwt.verify_access_token::<Careless>(&forge_claims(&good_claims())).is_ok());
    for (claim, value) in
        [("nbf", json!("never")), ("realm", json!(7)), ("scopes", json!("all")), ("csrf", json!(null))]
    {
        let mut claims = good_claims();
        claims[claim] = value;
        let kind = refusal::<Careless>(&jwt, &forge_claims(&claims));
        let ErrorKind::Token(TokenFault::Claims(ClaimFault::WrongType(Some(found)))) = kind else {
            panic!("{claim}: {kind:?}")
        };
        assert_eq!(found, claim);
    }
}

/// Extra claims whose reader looks at the first and goes.
#[derive(Debug, Serialize)]
struct Impatient(Option<String>);

impl ClaimNames for Impatient {
    const NAMES: Names = Names::open();
}

impl Claims for Impatient {}

impl<'de> Deserialize<'de> for Impatient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Impatient;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Impatient, A::Error> {
                let first = map.next_entry::<String, de::IgnoredAny>()?;
                Ok(Impatient(first.map(|(name, _)| name)))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[test]
fn r_30_what_a_reader_leaves_unread_counts() {
    let verify = |members: &str| {
        let claims = good_claims().to_string();
        let payload = format!(r#"{{"first":1,"second":2,{},{members}"third":3}}"#, &claims[1..claims.len() - 1]);
        let token = crate::support::forge_text(crate::support::good_header().to_string(), payload);
        jwt().verify_access_token::<Impatient>(&token).map_err(|error| error.kind().clone())
    };
    let payload = verify("").unwrap();
    assert_eq!((payload.extra.0.as_deref(), payload.sub.as_str()), (Some("first"), "USER_ID"));
    let repeated = |claim| Err(ErrorKind::Token(TokenFault::Claims(ClaimFault::Repeated(claim))));
    assert_eq!(verify(r#""sub":"ANOTHER","#).map(drop), repeated(Some("sub")));
    assert_eq!(verify(r#""second":2,"#).map(drop), repeated(None));
    assert_eq!(verify(r#""realm":"staff","#).map(drop), Err(TokenFault::WrongRealm.into()));
    // No token of one's own is bound; that of another service with the same key is, and a bearer shows none.
    assert_eq!(verify(r#""cnf":{"jkt":"a"},"#).map(drop), Err(TokenFault::Bound.into()));
    assert_eq!(verify(r#""cnf":{},"cnf":{},"#).map(drop), repeated(Some("cnf")));
}

#[jwt_claims]
struct Whole {
    own: u8,
    #[serde(flatten)]
    part: Part,
}

#[jwt_claims]
struct Part {
    role: String,
}

#[test]
fn r_08_a_flattened_name_stands_once_and_an_unread_one_may_repeat() {
    let jwt = jwt();
    let with = |members: &str| {
        let claims = good_claims().to_string();
        crate::support::forge_text(
            crate::support::good_header().to_string(),
            format!("{},{members}}}", &claims[..claims.len() - 1]),
        )
    };
    let payload: TokenPayload<Whole> =
        jwt.verify_access_token(&with(r#""own":1,"role":"a","other":1,"other":2"#)).unwrap();
    assert_eq!((payload.own, payload.part.role.as_str()), (1, "a"));
    for twice in [r#""own":1,"role":"user","role":"admin""#, r#""own":1,"own":2,"role":"user""#] {
        let kind = refusal::<Whole>(&jwt, &with(twice));
        assert!(matches!(kind, ErrorKind::Token(TokenFault::Claims(ClaimFault::Repeated(Some(_))))), "{kind:?}");
    }
}

#[test]
fn a_subject_that_cannot_be_displayed_is_an_error() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }
    let error = jwt().create_access_token(Broken).sign().unwrap_err();
    assert_eq!(error.kind(), &UsageFault::CannotIssue("the subject can't be displayed".into()).into());
}

#[test]
fn what_is_signed_can_be_read_back_however_deep() {
    let jwt = jwt();
    let nested = |depth| (0..depth).fold(json!(0), |inner, _| Value::Array(vec![inner]));
    // The payload itself is one level.
    for (depth, fits) in [(100, true), (126, true), (127, false), (1000, false)] {
        let signed = jwt.create_access_token("u").claim("deep", nested(depth)).sign();
        assert_eq!(signed.is_ok(), fits, "{depth}");
        if let Ok(token) = signed {
            assert!(jwt.verify_access_token::<ClaimMap>(token.as_str()).is_ok(), "{depth}");
        }
    }
    // Brackets side by side, or in a text, are no depth.
    for value in [json!(vec![Vec::<u8>::new(); 400]), json!("[".repeat(400))] {
        assert!(jwt.create_access_token("u").claim("wide", value).sign().is_ok());
    }
}

#[test]
fn r_30_the_kind_is_a_claim_like_the_others_and_judged_before_the_time() {
    let mut claims = good_claims();
    claims["exp"] = json!(NOW - 1000);
    claims["type"] = json!("foo");
    let kind = refusal::<NoClaims>(&jwt(), &forge_claims(&claims));
    assert_eq!(kind, TokenFault::Claims(ClaimFault::WrongType(Some("type"))).into());
}

#[test]
fn r_36_an_empty_audience_does_not_switch_the_check_off() {
    let error = builder().audience([""; 0]).build().unwrap_err();
    assert_eq!(error.faults().len(), 1);
    assert_eq!(error.faults()[0].option(), "audience");
}

#[test]
fn r_25_the_secret_of_the_tests_is_no_secret() {
    let error = FastJwt::builder().secret("fastjwt testing: public, never for a service").build().unwrap_err();
    assert!(error.to_string().contains("well-known"), "{error}");
}

#[test]
fn a_payload_is_written_with_its_realm() {
    struct Staff;
    impl Realm for Staff {
        const NAME: &'static str = "staff";
    }
    let jwt = FastJwt::<Staff>::realm_builder().secret(crate::support::SECRET).build().unwrap();
    let token = jwt.create_access_token("u").sign().unwrap();
    let payload: TokenPayload<NoClaims, Staff> = jwt.verify_access_token(token.as_str()).unwrap();
    let written = serde_json::to_value(&payload).unwrap();
    assert_eq!((&written["realm"], &written["sub"]), (&json!("staff"), &json!("u")));
}
