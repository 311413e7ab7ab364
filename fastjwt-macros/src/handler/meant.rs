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
        let (is_demanded, own) = (*meant == demand, demand.name());
        return Some(match (is_demanded, is_false(value)) {
            (true, false) => format!("remove it: `#[{own}]` demands just that"),
            (false, true) => format!("remove it: `#[{own}]` does not demand that"),
            (false, false) => format!("write `#[{}]` in place of `#[{own}]`", meant.name()),
            (true, true) if *meant == Demand::Access => {
                format!("write `#[{}]` in place of `#[{own}]`", Demand::Any.name())
            }
            (true, true) => format!("write `#[{}]` in place of `#[{own}]`", Demand::Access.name()),
        });
    }
    if SCOPES.contains(&name) {
        let words = match value {
            Value::Assigned(tokens) => text(tokens).map(|text| format!("\"{text}\"")),
            Value::List(tokens) => match number_of_texts(tokens) {
                Some(1) => Some(tokens.to_string()),
                // Elsewhere one of several is enough.
                Some(_) => Some(format!("any({tokens})")),
                None => None,
            },
            Value::Absent | Value::Other => None,
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

/// How many texts there are, if there is nothing else.
fn number_of_texts(tokens: &TokenStream) -> Option<usize> {
    let texts = syn::punctuated::Punctuated::<LitStr, syn::Token![,]>::parse_terminated;
    texts.parse2(tokens.clone()).ok().map(|texts| texts.len()).filter(|number| *number > 0)
}

fn is_false(value: &Value) -> bool {
    matches!(value, Value::Assigned(tokens) if tokens.to_string() == "false")
}
