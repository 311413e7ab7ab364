//! What the arguments mean; each knows its own form, and a new one is a line in [`KNOWN`] and an arm in `take`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::Parser;
use syn::{LitStr, Path, Type};

use super::Demand;
use super::const_str::ConstStr;
use super::parse::{Argument, Value};
use crate::diag::Mistakes;
use crate::near;

/// The arguments, each at most once.
#[derive(Default)]
pub(super) struct Arguments {
    /// The path of the runtime crate.
    pub(super) krate: Option<Path>,
    pub(super) state: Option<Type>,
    pub(super) realm: Option<Type>,
    /// The word itself, to point at.
    pub(super) optional: Option<Ident>,
    pub(super) subject_param: Option<ConstStr>,
}

/// Every argument's name and how it is written.
const KNOWN: [(&str, &str); 5] = [
    ("crate", "crate = path::to::fastjwt"),
    ("optional", "optional"),
    ("realm", "realm = Staff"),
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
        arguments
    }

    fn take(&mut self, name: &str, form: &str, argument: Argument, mistakes: &mut Mistakes) {
        let Argument { name: word, value, tokens } = argument;
        match name {
            "crate" => self.krate = assigned(Path::parse_mod_style, value, form, &tokens, mistakes),
            "state" => self.state = assigned(<Type as syn::parse::Parse>::parse, value, form, &tokens, mistakes),
            "realm" => self.realm = assigned(<Type as syn::parse::Parse>::parse, value, form, &tokens, mistakes),
            "subject_param" => {
                let text = assigned(<LitStr as syn::parse::Parse>::parse, value, form, &tokens, mistakes);
                self.subject_param = text.and_then(|text| parameter(&text, mistakes));
            }
            _ => {
                if !matches!(value, Value::Absent) {
                    wrong_form(form, &tokens, mistakes);
                }
                self.optional = Some(word);
            }
        }
    }

    fn refuse(&mut self, demand: Demand, name: &str, argument: Argument, mistakes: &mut Mistakes) {
        let forms: Vec<_> = KNOWN.iter().map(|(_, form)| format!("`{form}`")).collect();
        let meant = near::nearest(name, KNOWN.iter().map(|(known, _)| *known));
        let help = meant.map(|known| format!("help: write `{known}`\n")).unwrap_or_default();
        let message = format!(
            "`{name}` must be an argument that `#[{}]` knows\n{help}note: the arguments are {}",
            demand.name(),
            forms.join(", ")
        );
        mistakes.at(&argument.name, message);
        if meant == Some("optional") {
            // That `optional` is missing is the same mistake.
            self.optional = Some(argument.name);
        }
    }
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
        Value::Absent | Value::Other => None,
    };
    if read.is_none() {
        wrong_form(form, tokens, mistakes);
    }
    read
}

fn wrong_form(form: &str, tokens: &TokenStream, mistakes: &mut Mistakes) {
    mistakes.at(tokens, format_args!("`{tokens}` must have the form `{form}`"));
}

/// The name of a path parameter, without the braces of the route.
fn parameter(text: &LitStr, mistakes: &mut Mistakes) -> Option<ConstStr> {
    const ADVICE: &str = "help: write `user_id` for a route `/user/{user_id}`";
    let name = text.value();
    let capacity = ConstStr::CAPACITY;
    if name.is_empty() {
        mistakes.at(text, format_args!("`subject_param` must name a parameter of the route\n{ADVICE}"));
        return None;
    }
    if name.contains(['{', '}', '/', '*']) {
        mistakes.at(text, format_args!("`subject_param` must be the parameter's bare name\n{ADVICE}"));
        return None;
    }
    let packed = ConstStr::new(&name);
    if packed.is_none() {
        let length = name.len();
        mistakes.at(
            text,
            format_args!(
                "`subject_param` must be at most {capacity} bytes long, this is {length}\nhelp: name the parameter shorter"
            ),
        );
    }
    packed
}
