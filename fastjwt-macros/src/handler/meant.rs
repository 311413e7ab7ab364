//! What an argument that is none was probably meant to be: the words of other libraries, and what they are called here.

use proc_macro2::TokenStream;
use syn::LitStr;
use syn::parse::Parser;

use super::Demand;
use super::parse::Value;
use super::places::Place;

/// What others call the kind of token that a handler demands, which here is the attribute's own name.
const KINDS: [(&str, Demand); 6] = [
    ("fresh", Demand::Fresh),
    ("verify_fresh", Demand::Fresh),
    ("refresh", Demand::Refresh),
    ("refresh_token", Demand::Refresh),
    ("access", Demand::Access),
    ("access_token", Demand::Access),
];

/// What others call scopes.
const SCOPES: [&str; 10] = [
    "role",
    "roles",
    "permission",
    "permissions",
    "authority",
    "authorities",
    "group",
    "groups",
    "required_scopes",
    "has_role",
];

/// How to say what an argument was meant to say; `None` if nobody can know.
pub(super) fn instead(demand: Demand, name: &str, value: &Value) -> Option<String> {
    if let Some((_, meant)) = KINDS.iter().find(|(word, _)| *word == name) {
        return Some(if *meant == demand {
            format!("remove it: `#[{}]` demands just that", demand.name())
        } else {
            format!("write `#[{}]` in place of `#[{}]`", meant.name(), demand.name())
        });
    }
    if SCOPES.contains(&name) {
        let words = match value {
            Value::Assigned(tokens) => text(tokens).map(|text| format!("\"{text}\"")),
            Value::List(tokens) if is_all_texts(tokens) => Some(tokens.to_string()),
            Value::Absent | Value::List(_) | Value::Other => None,
        };
        return Some(format!(
            "write `scopes({})`: what a token allows is its scopes",
            words.as_deref().unwrap_or("..")
        ));
    }
    let place = |name: &str| Place::ALL.into_iter().map(Place::name).find(|place| *place == name);
    let place = place(name).or_else(|| place(&format!("{name}s")))?;
    Some(format!("write `locations({place})`"))
}

/// The same for a text without a name.
pub(super) fn instead_of_text(tokens: &TokenStream) -> Option<String> {
    text(tokens).map(|text| format!("write `scopes(\"{text}\")` for what the token must allow, or `name = \"{text}\"`"))
}

fn text(tokens: &TokenStream) -> Option<String> {
    let literal = <LitStr as syn::parse::Parse>::parse.parse2(tokens.clone()).ok()?;
    Some(literal.value()).filter(|text| !text.contains(['"', '\\', '\n']))
}

fn is_all_texts(tokens: &TokenStream) -> bool {
    let texts = syn::punctuated::Punctuated::<LitStr, syn::Token![,]>::parse_terminated;
    texts.parse2(tokens.clone()).is_ok_and(|texts| !texts.is_empty())
}
