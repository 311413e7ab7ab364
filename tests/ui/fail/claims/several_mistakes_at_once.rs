//~ 12 errors: twelve mistakes, each told once
use std::time::{Instant, SystemTime};

use fastjwt::jwt_claims;

#[jwt_claims(rename_all = "camelCase")]
#[derive(Debug, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    #[serde(rename = "sub")]
    user: String,
    #[serde(alias = "user_name")]
    name: String,
    user_name: String,
    extra: u8,
    since: SystemTime,
    last: Vec<Instant>,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    text: &'static str,
    #[claim(checked)]
    realm: String,
}

fn main() {}
