//! The names under which serde writes and reads a field or a variant.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::LitStr;
use syn::ext::IdentExt;

use super::parse::Facts;
use super::words::{Value, Word};

/// A `rename_all` rule; serde's eight, and none.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) enum Rule {
    #[default]
    Keep,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// The rules by their names.
pub(crate) const RULES: &[(&str, Rule)] = &[
    ("lowercase", Rule::Lower),
    ("UPPERCASE", Rule::Upper),
    ("PascalCase", Rule::Pascal),
    ("camelCase", Rule::Camel),
    ("snake_case", Rule::Snake),
    ("SCREAMING_SNAKE_CASE", Rule::ScreamingSnake),
    ("kebab-case", Rule::Kebab),
    ("SCREAMING-KEBAB-CASE", Rule::ScreamingKebab),
];

impl Rule {
    /// A rule that serde does not know is refused elsewhere.
    fn read(text: &LitStr) -> Self {
        let text = text.value();
        RULES.iter().find(|(name, _)| *name == text).map_or(Self::Keep, |(_, rule)| *rule)
    }

    /// The rule on a field, which serde takes to be written in snake case.
    fn field(self, name: &str) -> String {
        match self {
            Self::Keep | Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => name.split('_').map(|part| first_letter(part, |c| c.to_ascii_uppercase())).collect(),
            Self::Camel => first_letter(&Self::Pascal.field(name), |c| c.to_ascii_lowercase()),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// The rule on a variant, which serde takes to be written in Pascal case.
    fn variant(self, name: &str) -> String {
        match self {
            Self::Keep | Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => first_letter(name, |c| c.to_ascii_lowercase()),
            Self::Snake => words_of(name).join("_"),
            Self::ScreamingSnake => words_of(name).join("_").to_ascii_uppercase(),
            Self::Kebab => words_of(name).join("-"),
            Self::ScreamingKebab => words_of(name).join("-").to_ascii_uppercase(),
        }
    }
}

/// The rule for writing and the rule for reading, where there is one.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rules<'w> {
    write: Option<Rule>,
    read: Option<Rule>,
    /// The word that says so, or the first of several.
    pub(crate) word: Option<&'w Word>,
}

impl<'w> Rules<'w> {
    /// What `rename_all` (or `rename_all_fields`) says among the words of a container or a variant.
    pub(crate) fn among(words: &'w [Word], name: &str) -> Self {
        let mut rules = Self::default();
        for word in words.iter().filter(|word| word.is(name)) {
            let (write, read) = both_ways(word);
            let (write, read) = (write.first().map(Rule::read), read.first().map(Rule::read));
            rules = rules.or(Self { write, read, word: Some(word) });
        }
        rules
    }

    /// These rules, and the `other` ones in the directions that these leave open.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { write: self.write.or(other.write), read: self.read.or(other.read), word: self.word.or(other.word) }
    }

    /// The name of the one rule that is most likely meant, where a name is written by another one than it is read by.
    pub(crate) fn meant(self) -> Option<&'static str> {
        let meant = self.write.or(self.read).filter(|_| self.write != self.read)?;
        RULES.iter().find(|(_, rule)| *rule == meant).map(|(name, _)| *name)
    }
}

/// What is being named, which decides how a rule changes it.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Field,
    Variant,
}

/// A name as it stands in the JSON.
pub(crate) struct JsonName {
    pub(crate) text: String,
    /// Where it comes from: the string that gives it, or the Rust name.
    pub(crate) at: TokenStream,
    /// Whether it comes from the field's own name, as it is or by `rename_all`, and not from an `alias`.
    pub(crate) primary: bool,
    /// Whether it is written by this name, and read only by others.
    pub(crate) one_way: bool,
}

/// Every name of a field or variant in the JSON, each once, except for the directions in which it is skipped.
pub(crate) fn json_names(ident: &Ident, kind: Kind, facts: &Facts, rules: Rules<'_>) -> Vec<JsonName> {
    let own = ident.unraw().to_string();
    let by_rule = |rule: Rule| match kind {
        Kind::Field => rule.field(&own),
        Kind::Variant => rule.variant(&own),
    };
    let given =
        |text: &LitStr, primary| JsonName { text: text.value(), at: text.to_token_stream(), primary, one_way: false };
    let name = |text: Option<&LitStr>, rule: Option<Rule>| match text {
        Some(text) => given(text, true),
        None => JsonName {
            text: by_rule(rule.unwrap_or_default()),
            at: ident.to_token_stream(),
            primary: true,
            one_way: false,
        },
    };
    let mut names = Vec::new();
    if !facts.skips_reading {
        names.push(name(facts.read_as.first(), rules.read));
        let alias = |text| given(text, false);
        names.extend(facts.read_as.iter().skip(1).chain(&facts.aliases).map(alias));
    }
    if !facts.skips_writing {
        let mut written = name(facts.written_as.as_ref(), rules.write);
        // The variant `other` is what any name reads.
        let is_read = facts.skips_reading || facts.other || names.iter().any(|read| read.text == written.text);
        written.one_way = !is_read;
        names.insert(0, written);
    }
    let mut seen: Vec<String> = Vec::new();
    names.retain(|name| {
        let new = !seen.contains(&name.text);
        seen.push(name.text.clone());
        new
    });
    names
}

/// The strings for writing and for reading: `x = "a"` gives both, `x(serialize = "a", deserialize = "b")` each, and serde
/// lets `deserialize` stand several times.
pub(crate) fn both_ways(word: &Word) -> (Vec<LitStr>, Vec<LitStr>) {
    match &word.value {
        Value::Is(_) => (word.string().into_iter().collect(), word.string().into_iter().collect()),
        Value::List(words) => {
            let all = |name: &str| words.iter().filter(|word| word.is(name)).filter_map(Word::string).collect();
            (all("serialize"), all("deserialize"))
        }
        Value::None => (Vec::new(), Vec::new()),
    }
}

fn first_letter(name: &str, change: impl Fn(char) -> char) -> String {
    let mut letters = name.chars();
    letters.next().map(change).into_iter().chain(letters).collect()
}

/// The words of a Pascal-case name, in lower case; every capital begins one.
fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_uppercase() => word.push(letter.to_ascii_lowercase()),
            _ => words.push(letter.to_ascii_lowercase().into()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::Rule;

    /// Each rule on a field and on a variant, as serde itself names them.
    const TABLE: &[(Rule, [&str; 4], [&str; 4])] = &[
        (Rule::Keep, ["user_id", "x2_y", "_a__b", "sub"], ["UserId", "HTTPCode", "A1b", "Sub"]),
        (Rule::Lower, ["user_id", "x2_y", "_a__b", "sub"], ["userid", "httpcode", "a1b", "sub"]),
        (Rule::Upper, ["USER_ID", "X2_Y", "_A__B", "SUB"], ["USERID", "HTTPCODE", "A1B", "SUB"]),
        (Rule::Pascal, ["UserId", "X2Y", "AB", "Sub"], ["UserId", "HTTPCode", "A1b", "Sub"]),
        (Rule::Camel, ["userId", "x2Y", "aB", "sub"], ["userId", "hTTPCode", "a1b", "sub"]),
        (Rule::Snake, ["user_id", "x2_y", "_a__b", "sub"], ["user_id", "h_t_t_p_code", "a1b", "sub"]),
        (Rule::ScreamingSnake, ["USER_ID", "X2_Y", "_A__B", "SUB"], ["USER_ID", "H_T_T_P_CODE", "A1B", "SUB"]),
        (Rule::Kebab, ["user-id", "x2-y", "-a--b", "sub"], ["user-id", "h-t-t-p-code", "a1b", "sub"]),
        (Rule::ScreamingKebab, ["USER-ID", "X2-Y", "-A--B", "SUB"], ["USER-ID", "H-T-T-P-CODE", "A1B", "SUB"]),
    ];

    #[test]
    fn rules_name_fields_and_variants_as_serde_does() {
        for (rule, fields, variants) in TABLE {
            assert_eq!(["user_id", "x2_y", "_a__b", "sub"].map(|name| rule.field(name)), *fields, "{rule:?}");
            assert_eq!(["UserId", "HTTPCode", "A1b", "Sub"].map(|name| rule.variant(name)), *variants, "{rule:?}");
        }
    }
}
