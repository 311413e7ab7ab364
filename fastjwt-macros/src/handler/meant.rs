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

/// What others call scopes, one of which is enough there.
const ONE_OF: [&str; 5] = ["role", "roles", "group", "groups", "has_role"];

/// What others call scopes, all of which are needed there.
const ALL_OF: [&str; 5] = ["permission", "permissions", "authority", "authorities", "required_scopes"];

/// How to say what an argument was meant to say; `None` if nobody can know.
pub(super) fn instead(demand: Demand, name: &str, value: &Value) -> Option<String> {
    if let Some((_, meant)) = KINDS.iter().find(|(word, _)| *word == name) {
        return instead_of_kind(demand, *meant, is_false(value));
    }
    if ONE_OF.contains(&name) || ALL_OF.contains(&name) {
        let words = match value {
            Value::Assigned(tokens) => text(tokens).map(|text| format!("\"{text}\"")),
            Value::List(tokens) => number_of_texts(tokens).map(|number| {
                if number > 1 && ONE_OF.contains(&name) { format!("any({tokens})") } else { tokens.to_string() }
            }),
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

/// For a kind of token that an attribute is to demand, or not to. Nothing that is advised lets in what the words kept out.
fn instead_of_kind(demand: Demand, meant: Demand, is_negated: bool) -> Option<String> {
    use Demand::{Access, Any, Fresh, Refresh};

    let own = demand.name();
    let other = match (demand, meant, is_negated) {
        (Access, Access, false) | (Fresh, Fresh, false) | (Refresh, Refresh, false) => {
            return Some(format!("remove it: `#[{own}]` demands just that"));
        }
        (Fresh, Access, false) => return Some(format!("remove it: `#[{own}]` demands that, and that it is fresh")),
        (Access | Any, Fresh, true) | (Access | Fresh, Refresh, true) | (Refresh, Access | Fresh, true) => {
            return Some(format!("remove it: `#[{own}]` does not demand that"));
        }
        // No token is both, or of no kind.
        (Fresh, Refresh, false) | (Access | Fresh, Access, true) => return None,
        (_, _, false) => meant,
        (Any, Access, true) => Refresh,
        (_, _, true) => Access,
    };
    Some(format!("write `#[{}]` in place of `#[{own}]`", other.name()))
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
