//! What the arguments mean; each knows its own form, and a new one is a line in [`KNOWN`] and an arm in `take`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::Parser;
use syn::{LitBool, LitStr, Path, Type};

use super::Demand;
use super::meant;
use super::parse::{Argument, Value};
use super::places::{self, Place};
use super::values::{self, Limits};
use crate::const_str::ConstStr;
use crate::diag::Mistakes;
use crate::near;
use crate::rule::{self, Rule};

/// The arguments, each at most once.
#[derive(Default)]
pub(super) struct Arguments {
    /// The path of the runtime crate.
    pub(super) krate: Option<Path>,
    pub(super) state: Option<Type>,
    pub(super) realm: Option<Type>,
    pub(super) optional: Option<Optional>,
    pub(super) demands: Demands,
}

pub(super) struct Optional {
    /// The word itself, to point at.
    pub(super) word: Ident,
    /// Whether an expired token counts as none.
    pub(super) or_expired: bool,
}

/// What is demanded beyond the attribute's name.
#[derive(Default)]
pub(super) struct Demands {
    pub(super) subject_param: Option<ConstStr>,
    pub(super) scopes: Option<Rule>,
    /// In seconds.
    pub(super) max_age: Option<u64>,
    /// In seconds.
    pub(super) leeway: Option<u64>,
    pub(super) issuer: Option<ConstStr>,
    /// At least one, if any.
    pub(super) audience: Vec<ConstStr>,
    /// At least one, if any.
    pub(super) locations: Vec<Place>,
    /// `csrf = false`, to point at.
    pub(super) without_csrf: Option<TokenStream>,
    pub(super) without_revocation: bool,
}

/// Every argument's name and how it is written.
const KNOWN: [(&str, &str); 13] = [
    ("audience", "audience(\"orders\", \"billing\")"),
    ("crate", "crate = path::to::fastjwt"),
    ("csrf", "csrf = false"),
    ("issuer", "issuer = \"https://login.example.org\""),
    ("leeway", "leeway = \"30s\""),
    ("locations", "locations(headers, cookies)"),
    ("max_age", "max_age = \"5m\""),
    ("optional", "optional"),
    ("realm", "realm = Staff"),
    ("revocation", "revocation = false"),
    ("scopes", "scopes(all(\"orders:read\"), any(\"admin\", \"support\"))"),
    ("state", "state = AppState"),
    ("subject_param", "subject_param = \"user_id\""),
];

impl Arguments {
    pub(super) fn read(demand: Demand, found: Vec<Argument>, mistakes: &mut Mistakes) -> Self {
        let mut arguments = Self::default();
        let mut seen = Vec::new();
        for argument in found {
            let name = argument.name.to_string();
            if seen.contains(&name) {
                mistakes.at(&argument.name, format_args!("`{name}` must stand only once\nhelp: remove this one"));
                continue;
            }
            match KNOWN.iter().find(|(known, _)| *known == name) {
                Some((_, form)) => arguments.take(&name, form, argument, mistakes),
                None => arguments.refuse(demand, &name, argument, mistakes),
            }
            seen.push(name);
        }
        arguments.demands.check(mistakes);
        arguments
    }

    fn take(&mut self, name: &str, form: &str, argument: Argument, mistakes: &mut Mistakes) {
        let Argument { name: word, value, tokens } = argument;
        let text = |value, mistakes: &mut Mistakes| {
            assigned(<LitStr as syn::parse::Parse>::parse, value, form, &tokens, mistakes)
        };
        match name {
            "crate" => self.krate = assigned(Path::parse_mod_style, value, form, &tokens, mistakes),
            "state" => self.state = assigned(<Type as syn::parse::Parse>::parse, value, form, &tokens, mistakes),
            "realm" => self.realm = assigned(<Type as syn::parse::Parse>::parse, value, form, &tokens, mistakes),
            "subject_param" => {
                self.demands.subject_param = text(value, mistakes).and_then(|text| values::parameter(&text, mistakes));
            }
            "issuer" => {
                self.demands.issuer =
                    text(value, mistakes).and_then(|text| values::identifier("issuer", &text, mistakes));
            }
            "leeway" => {
                self.demands.leeway =
                    text(value, mistakes).and_then(|text| values::seconds(&text, &Limits::LEEWAY, mistakes));
            }
            "max_age" => {
                self.demands.max_age =
                    text(value, mistakes).and_then(|text| values::seconds(&text, &Limits::MAX_AGE, mistakes));
            }
            "scopes" => match value {
                Value::List(members) => self.demands.scopes = rule::read("scopes", &tokens, members, mistakes),
                Value::Absent | Value::Assigned(_) | Value::Other => wrong_form(form, &tokens, mistakes),
            },
            "audience" => match value {
                Value::List(members) => self.demands.audience = values::audience(&tokens, members, mistakes),
                Value::Absent | Value::Assigned(_) | Value::Other => wrong_form(form, &tokens, mistakes),
            },
            "locations" => match value {
                Value::List(members) => self.demands.locations = places::read(&tokens, members, mistakes),
                Value::Absent | Value::Assigned(_) | Value::Other => wrong_form(form, &tokens, mistakes),
            },
            "csrf" => self.demands.without_csrf = switched_off(name, value, form, tokens, mistakes),
            "revocation" => {
                self.demands.without_revocation = switched_off(name, value, form, tokens, mistakes).is_some();
            }
            _ => {
                let or_expired = matches!(&value, Value::List(word) if word.to_string() == "expired");
                if !or_expired && !matches!(value, Value::Absent) {
                    mistakes
                        .at(&tokens, format_args!("`{tokens}` must have the form `optional` or `optional(expired)`"));
                }
                self.optional = Some(Optional { word, or_expired });
            }
        }
    }

    fn refuse(&mut self, demand: Demand, name: &str, argument: Argument, mistakes: &mut Mistakes) {
        let forms: Vec<_> = KNOWN.iter().map(|(_, form)| format!("`{form}`")).collect();
        let instead = meant::instead(demand, name, &argument.value);
        let meant = near::nearest(name, KNOWN.iter().map(|(known, _)| *known)).filter(|_| instead.is_none());
        let instead = instead.or_else(|| meant.map(|known| format!("write `{known}`")));
        let help = instead.map(|instead| format!("help: {instead}\n")).unwrap_or_default();
        let message = format!(
            "`{name}` must be an argument that `#[{}]` knows\n{help}note: the arguments are {}",
            demand.name(),
            forms.join(", ")
        );
        mistakes.at(&argument.name, message);
        if meant == Some("optional") {
            // That `optional` is missing is the same mistake.
            self.optional = Some(Optional { word: argument.name, or_expired: false });
        }
    }
}

impl Demands {
    /// Finds demands that don't fit together.
    fn check(&self, mistakes: &mut Mistakes) {
        let Self { locations, without_csrf, .. } = self;
        if let Some(argument) = without_csrf
            && !locations.is_empty()
            && !locations.contains(&Place::Cookies)
        {
            mistakes.at(
                argument,
                "`csrf = false` must not stand with `locations(..)` that has no `cookies`: only a token that comes by itself, \
                 in a cookie, needs a CSRF proof\nhelp: remove `csrf = false`",
            );
        }
    }
}

/// `false` for what is demanded unless it is switched off; the whole argument comes back.
fn switched_off(
    name: &str,
    value: Value,
    form: &str,
    tokens: TokenStream,
    mistakes: &mut Mistakes,
) -> Option<TokenStream> {
    let switch = assigned(<LitBool as syn::parse::Parse>::parse, value, form, &tokens, mistakes)?;
    if switch.value {
        mistakes.at(
            &tokens,
            format_args!(
                "`{name}` must be `false` or left out: without the argument it is on\nhelp: remove `{tokens}`"
            ),
        );
        return None;
    }
    Some(tokens)
}

fn assigned<T>(
    read: fn(syn::parse::ParseStream<'_>) -> syn::Result<T>,
    value: Value,
    form: &str,
    tokens: &TokenStream,
    mistakes: &mut Mistakes,
) -> Option<T> {
    let read = match value {
        Value::Assigned(value) => read.parse2(value).ok(),
        Value::Absent | Value::List(_) | Value::Other => None,
    };
    if read.is_none() {
        wrong_form(form, tokens, mistakes);
    }
    read
}

fn wrong_form(form: &str, tokens: &TokenStream, mistakes: &mut Mistakes) {
    mistakes.at(tokens, format_args!("`{tokens}` must have the form `{form}`"));
}
