//! Finds every mistake of an enum of scopes; what comes out right is a [`Scopes`].

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Fields, Generics, LitStr, Path, Variant};

use super::parse::{Input, Words};
use crate::diag::Mistakes;
use crate::rule::check_name;

/// A set of scopes has a bit for each.
const MOST_VARIANTS: usize = 128;

/// What one `Str` of the runtime holds, as which a variant becomes part of a policy.
const MOST_BYTES: usize = 64;

/// An enum of scopes without a mistake.
pub(super) struct Scopes {
    pub(super) krate: Option<Path>,
    pub(super) ident: Ident,
    /// The variants and their names.
    pub(super) named: Vec<(Ident, String)>,
}

/// An enum with mistakes.
pub(super) struct Refused {
    pub(super) krate: Option<Path>,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) mistakes: Mistakes,
}

pub(super) fn check(input: Input) -> Result<Scopes, Box<Refused>> {
    let Input { ident, generics, variants, words, mut mistakes } = input;
    if !generics.params.is_empty() {
        mistakes.at(&generics, format_args!("`{ident}` must not be generic: a scope is a name and nothing else"));
    }
    let prefix = words.prefix.as_ref().map_or_else(|| snake_case(&ident.unraw().to_string()), LitStr::value);
    let mut scopes: Vec<(Ident, String)> = Vec::new();
    if let (Some(given), Err(mistake)) = (words.prefix.as_ref().filter(|_| !prefix.is_empty()), check_name(&prefix)) {
        // What it makes of the variants' names is the same mistake.
        mistakes.at(given, mistake);
        return Err(Box::new(Refused { krate: words.krate, ident, generics, mistakes }));
    }
    match variants {
        None => mistakes.at(
            &ident,
            format_args!("`#[derive(Scope)]` belongs on an enum, whose variants are the scopes\nhelp: write `enum {ident} {{ Read, Write }}`"),
        ),
        Some(variants) if variants.is_empty() => mistakes
            .at(&ident, format_args!("`{ident}` must have a scope\nhelp: write `enum {ident} {{ Read, Write }}`")),
        Some(variants) if variants.len() > MOST_VARIANTS => mistakes.at(
            &ident,
            format_args!("`{ident}` must have at most {MOST_VARIANTS} scopes\nhelp: make two enums of it, with the same `#[scope(prefix = \"..\")]`"),
        ),
        Some(variants) => {
            for (variant, words) in variants {
                if let Some(name) = name(&variant, &words, &prefix, &scopes, &mut mistakes) {
                    scopes.push((variant.ident, name));
                }
            }
        }
    }
    let krate = words.krate;
    if !mistakes.is_empty() {
        return Err(Box::new(Refused { krate, ident, generics, mistakes }));
    }
    mistakes.into_errors();
    Ok(Scopes { krate, ident, named: scopes })
}

fn name(
    variant: &Variant,
    words: &Words,
    prefix: &str,
    before: &[(Ident, String)],
    mistakes: &mut Mistakes,
) -> Option<String> {
    let ident = &variant.ident;
    if !matches!(variant.fields, Fields::Unit) {
        mistakes
            .at(&variant.fields, format_args!("`{ident}` must not have fields: a scope is a name and nothing else"));
        return None;
    }
    let own = snake_case(&ident.unraw().to_string());
    let joined = if prefix.is_empty() { own } else { format!("{prefix}:{own}") };
    let name = words.name.as_ref().map_or(joined, LitStr::value);
    if let Err(mistake) = check_name(&name) {
        const HELP: &str = "help: give it a name with `#[scope(name = \"orders:read\")]`, or the enum a `prefix`";
        match &words.name {
            Some(given) => mistakes.at(given, mistake),
            None => mistakes.at(ident, format_args!("{mistake}\n{HELP}")),
        }
        return None;
    }
    if name.len() > MOST_BYTES {
        let message = format!("`{name}` must be at most {MOST_BYTES} bytes long, this is {}", name.len());
        match &words.name {
            Some(given) => mistakes.at(given, message),
            None => mistakes.at(ident, message),
        }
        return None;
    }
    if let Some((other, _)) = before.iter().find(|(_, other)| *other == name) {
        let message = format!("`{ident}` must have a name of its own: `{name}` is `{other}` already");
        match &words.name {
            Some(given) => mistakes.at(given, message),
            None => mistakes.at(ident, message),
        }
        return None;
    }
    Some(name)
}

/// `LineItems` becomes `line_items`, `HTTPLog` becomes `http_log`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                *before != '_' && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
            });
        if begins {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn words_of_a_name() {
        let table = [
            ("Orders", "orders"),
            ("LineItems", "line_items"),
            ("HTTPLog", "http_log"),
            ("ReadV2", "read_v2"),
            ("V2Read", "v2_read"),
            ("X", "x"),
            ("ID", "id"),
            ("already_snake", "already_snake"),
            ("Mixed_Case", "mixed_case"),
        ];
        for (name, snake) in table {
            assert_eq!(snake_case(name), snake, "{name}");
        }
    }
}
