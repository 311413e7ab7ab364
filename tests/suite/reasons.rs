//! Why a token that another library accepts is refused here, and the other way round: each reason with what shows it in the token.

use std::collections::HashSet;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{ClaimFault, ErrorKind, HeaderFault, TokenFault};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::{
    mutants::{AUDIENCE, ISSUER, LEEWAY, lenient},
    support::NOW,
};

/// What a token says, read leniently; members stand as often as they do in the text.
pub struct Seen {
    pub token: String,
    header: Option<Members>,
    payload: Option<Members>,
}

/// The members of an object, in their order, with those that stand twice.
#[derive(Default)]
pub struct Members(Vec<(String, Value)>);

/// A reason to refuse: what is answered here, and what must then be seen in the token, by other eyes.
pub struct Reason {
    pub why: &'static str,
    pub answers: fn(&TokenFault) -> bool,
    pub shows: fn(&Seen) -> bool,
}

impl Reason {
    pub fn explains(&self, kind: &ErrorKind, seen: &Seen) -> bool {
        matches!(kind, ErrorKind::Token(fault) if (self.answers)(fault)) && (self.shows)(seen)
    }
}

/// A reason to accept what another library refuses.
pub struct Licence {
    pub why: &'static str,
    pub shows: fn(&Seen) -> bool,
}

impl Seen {
    pub fn new(token: &str) -> Self {
        let mut parts = token.rsplit_once('.').unwrap_or_default().0.splitn(2, '.');
        let mut read = || {
            let json = lenient(parts.next()?)?;
            // What serde_json has no value for, and others have.
            let text = String::from_utf8_lossy(&json).replace("\\ud800", "\\ufffd").replace("1e400", "1e300");
            serde_json::from_str(&text).ok()
        };
        let (header, payload) = (read(), read());
        Self { token: token.to_owned(), header, payload }
    }

    /// Whether strict base64url and serde_json find no objects in the first two segments.
    pub fn is_unreadable(&self) -> bool {
        self.token.split('.').take(2).any(|segment| {
            let json = BASE64_URL_SAFE_NO_PAD.decode(segment).unwrap_or_default();
            !serde_json::from_slice::<Value>(&json).is_ok_and(|json| json.is_object())
        })
    }

    fn header(&self, name: &str) -> Option<&Value> {
        self.header.as_ref()?.last(name)
    }

    /// Whether it is so of any member of the header, the first of two as well as the last.
    fn any_in_header(&self, is_so: impl Fn(&str, &Value) -> bool) -> bool {
        self.header.as_ref().is_some_and(|header| header.0.iter().any(|(name, value)| is_so(name, value)))
    }

    fn claim(&self, name: &str) -> Option<&Value> {
        self.payload.as_ref()?.last(name)
    }

    /// A claim that is a number.
    pub fn moment(&self, name: &str) -> Option<f64> {
        self.claim(name)?.as_f64()
    }
}

impl Members {
    /// The value that counts for who takes the last of two.
    fn last(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|member| member.0 == name).map(|member| &member.1)
    }

    fn has_twice(&self) -> bool {
        let mut names = HashSet::new();
        !self.0.iter().all(|(name, _)| names.insert(name))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                while let Some(member) = map.next_entry()? {
                    members.0.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// Whether a claim that has a meaning here has a value that it can't have.
fn has_wrong_claim(seen: &Seen) -> bool {
    let is_date = |value: &Value| value.as_f64().is_some_and(|date| (0.0..253_402_300_800.0).contains(&date));
    let texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    let Some(payload) = &seen.payload else { return false };
    payload.0.iter().any(|(name, value)| match name.as_str() {
        "iss" | "jti" | "csrf" | "sid" | "realm" | "client_id" => !value.is_string(),
        "sub" => value.as_str().is_none_or(str::is_empty),
        "type" => !["access", "refresh"].contains(&value.as_str().unwrap_or_default()),
        "exp" | "nbf" | "iat" | "auth_time" => !is_date(value),
        "aud" => !value.is_string() && !texts(value),
        "fresh" => !value.is_boolean() && !is_date(value),
        "scopes" => !texts(value),
        _ => false,
    })
}

pub const TYP: Reason = Reason {
    why: "`typ` of another kind of JWT (RFC 8725 section 3.11)",
    answers: |fault| matches!(fault, TokenFault::Header(HeaderFault::WrongTyp)),
    shows: |seen| {
        let accepted = ["jwt", "at+jwt", "application/at+jwt"];
        seen.any_in_header(|name, value| {
            name == "typ" && value.as_str().is_some_and(|typ| !accepted.contains(&typ.to_ascii_lowercase().as_str()))
        })
    },
};

pub const CRIT: Reason = Reason {
    why: "`crit`: no extension is understood (RFC 7515 section 4.1.11)",
    answers: |fault| matches!(fault, TokenFault::Header(HeaderFault::Critical)),
    shows: |seen| seen.header("crit").is_some(),
};

pub const ENCRYPTED: Reason = Reason {
    why: "`enc`, `zip` and `b64` belong to other tokens than signed JWTs",
    answers: |fault| matches!(fault, TokenFault::Header(HeaderFault::Encrypted)),
    shows: |seen| ["enc", "zip", "b64"].iter().any(|name| seen.header(name).is_some()),
};

pub const HEADER_TWICE: Reason = Reason {
    why: "a member of the header stands twice, which two readers could read as two headers",
    answers: |fault| matches!(fault, TokenFault::Header(HeaderFault::Repeated)),
    shows: |seen| seen.header.as_ref().is_some_and(Members::has_twice),
};

pub const HEADER_TYPE: Reason = Reason {
    why: "a standard member of the header has a type that the standard does not give it, null among them",
    answers: |fault| matches!(fault, TokenFault::Header(HeaderFault::WrongType)),
    shows: |seen| {
        seen.any_in_header(|name, value| match name {
            "typ" | "alg" | "kid" | "cty" | "jku" | "x5u" | "x5t" | "x5t#S256" => !value.is_string(),
            "jwk" => !value.is_object(),
            "x5c" => !value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            _ => false,
        })
    },
};

pub const KID: Reason = Reason {
    why: "`kid` names another key",
    answers: |fault| matches!(fault, TokenFault::UnknownKey),
    shows: |seen| seen.header("kid").is_some_and(Value::is_string),
};

pub const MISSING: Reason = Reason {
    why: "`sub`, `exp` and `type` are required",
    answers: |fault| matches!(fault, TokenFault::Claims(ClaimFault::Missing(Some(_)))),
    shows: |seen| ["sub", "exp", "type"].iter().any(|name| seen.claim(name).is_none()),
};

pub const CLAIM_TYPE: Reason = Reason {
    why: "a claim has a type that it can't have, null among them, or is a date that no calendar has",
    answers: |fault| matches!(fault, TokenFault::Claims(ClaimFault::WrongType(Some(_)))),
    shows: has_wrong_claim,
};

pub const CLAIM_TWICE: Reason = Reason {
    why: "a claim stands twice, which two readers could read as two payloads",
    answers: |fault| matches!(fault, TokenFault::Claims(ClaimFault::Repeated(_))),
    shows: |seen| seen.payload.as_ref().is_some_and(Members::has_twice),
};

pub const NESTED_TWICE: Reason = Reason {
    why: "a member stands twice in a claim that is read",
    answers: |fault| matches!(fault, TokenFault::Claims(ClaimFault::WrongType(None))),
    shows: |seen| {
        lenient(seen.token.split('.').nth(1).unwrap_or_default())
            .is_some_and(|json| String::from_utf8_lossy(&json).contains(r#"{"a":1,"a":2}"#))
    },
};

pub const EXPIRED: Reason = Reason {
    why: "`exp` has passed: at the very second, too, where jsonwebtoken's own check would let it live one more (RFC 7519 section 4.1.4)",
    answers: |fault| matches!(fault, TokenFault::Expired { .. }),
    shows: |seen| seen.moment("exp").is_some_and(|exp| exp <= (NOW - LEEWAY) as f64),
};

pub const EARLY: Reason = Reason {
    why: "`nbf` lies ahead",
    answers: |fault| matches!(fault, TokenFault::NotYetValid { .. }),
    shows: |seen| seen.moment("nbf").is_some_and(|nbf| nbf > (NOW + LEEWAY) as f64),
};

pub const FUTURE: Reason = Reason {
    why: "`iat` lies ahead: the clock of whoever made the token is not to be trusted",
    answers: |fault| matches!(fault, TokenFault::IssuedInFuture),
    shows: |seen| seen.moment("iat").is_some_and(|iat| iat > (NOW + LEEWAY) as f64),
};

pub const ISSUER_MISSING: Reason = Reason {
    why: "the configured issuer is required, as the one string",
    answers: |fault| matches!(fault, TokenFault::WrongIssuer),
    shows: |seen| seen.claim("iss").is_none_or(|iss| iss != ISSUER),
};

pub const AUDIENCE_MISSING: Reason = Reason {
    why: "the configured audience is required",
    answers: |fault| matches!(fault, TokenFault::WrongAudience),
    shows: |seen| {
        seen.claim("aud").is_none_or(|aud| {
            aud != AUDIENCE && !aud.as_array().is_some_and(|list| list.iter().any(|member| member == AUDIENCE))
        })
    },
};

pub const REALM: Reason = Reason {
    why: "the token belongs to another realm",
    answers: |fault| matches!(fault, TokenFault::WrongRealm),
    shows: |seen| seen.claim("realm").is_some(),
};

pub const BOUND: Reason = Reason {
    why: "the token is bound to a key, which a bearer does not show",
    answers: |fault| matches!(fault, TokenFault::Bound),
    shows: |seen| seen.claim("cnf").is_some(),
};

pub const KIND: Reason = Reason {
    why: "a refresh token is no access token",
    answers: |fault| matches!(fault, TokenFault::WrongKind { .. }),
    shows: |seen| seen.claim("type").is_some_and(|kind| kind == "refresh"),
};

pub const ED25519: Licence = Licence {
    why: "`Ed25519` is RFC 9864's name for what was `EdDSA`",
    shows: |seen| seen.header("alg").is_some_and(|alg| alg == "Ed25519"),
};

pub const UNREAD_JWK: Licence = Licence {
    why: "a key in the header is ignored, so that only its type is looked at",
    shows: |seen| seen.header("jwk").is_some_and(Value::is_object),
};

pub const ACME: Licence = Licence {
    why: "`url` and `nonce` are RFC 8555's, and nothing to a JWT: who does not know a member must ignore it (RFC 7515 section 4)",
    shows: |seen| ["url", "nonce"].iter().any(|name| seen.header(name).is_some_and(|value| !value.is_string())),
};

pub const UNREAD_VALUE: Licence = Licence {
    why: "a member that nobody reads is only held against JSON's grammar, which has numbers and escapes that serde_json's values have not",
    shows: Seen::is_unreadable,
};
