//! What names are known: ours, those that FastJWT has and that mean nothing here, and those that are nearly ours.

use super::{issuers, keys, near, options::Row};
use crate::DefaultRealm;

/// What a configuration calls the options.
#[derive(Debug, Clone, Default)]
pub(super) enum Naming {
    /// As they are called here, the fields of a file.
    #[default]
    Fields,
    /// In capitals behind a prefix, the variables of an environment.
    Variables(String),
}

impl Naming {
    pub(super) fn name(&self, option: &str) -> String {
        match self {
            Self::Fields => option.to_owned(),
            Self::Variables(prefix) => format!("{prefix}{}", option.to_ascii_uppercase()),
        }
    }

    /// A message in which the options have their names here, and the builder's methods become options.
    pub(super) fn translate(&self, message: &str) -> String {
        with_names(message, |word| option_of(word).map(|option| self.name(option)))
    }
}

/// A message in which the words between backticks have the names that they have somewhere else.
pub(in crate::config) fn with_names(message: &str, name_of: impl Fn(&str) -> Option<String>) -> String {
    let mut translated = String::with_capacity(message.len());
    for (index, part) in message.split('`').enumerate() {
        if index > 0 {
            translated.push('`');
        }
        // Every other part stands between backticks.
        match Some(part).filter(|_| index % 2 == 1).and_then(&name_of) {
            Some(name) => translated.push_str(&name),
            None => translated.push_str(part),
        }
    }
    translated
}

/// What a name means.
pub(super) enum Meaning {
    /// An option, or the file that holds its value.
    Option {
        option: &'static str,
        is_file: bool,
    },
    /// The table of all trusted issuers.
    Issuers,
    /// An option of the issuer that the user calls so.
    OfIssuer {
        issuer: String,
        option: &'static str,
    },
    /// It begins as one of those, and is none.
    NoneOfIssuer,
    /// A name of FastJWT's that means nothing here, for this reason.
    Refused(&'static str),
    /// Nearly the name of this option.
    Near(String),
    Unknown,
}

/// What a name in small letters means.
pub(super) fn meaning(name: &str) -> Meaning {
    if let Some((_, option, is_file)) = all().find(|(known, ..)| known == name) {
        return Meaning::Option { option, is_file };
    }
    match issuers::meaning(name) {
        Some(issuers::Meaning::Table) => return Meaning::Issuers,
        Some(issuers::Meaning::Option { issuer, option }) => {
            return Meaning::OfIssuer { issuer: issuer.to_owned(), option };
        }
        Some(issuers::Meaning::Unknown) => return Meaning::NoneOfIssuer,
        None => {}
    }
    if let Some((_, why)) = REFUSED.iter().find(|(names, _)| names.contains(&name)) {
        return Meaning::Refused(why);
    }
    if let Some((_, ours)) = SYNONYMS.iter().find(|(other, _)| *other == name) {
        return Meaning::Near((*ours).to_owned());
    }
    // The other common name of a variable that holds a file's.
    if let Some(file) = name.strip_suffix("_path").map(|option| format!("{option}_file"))
        && all().any(|(known, ..)| known == file)
    {
        return Meaning::Near(file);
    }
    if name.strip_suffix("_file").is_some_and(|option| all().any(|(known, ..)| known == option)) {
        return Meaning::Refused("only keys can be given as files");
    }
    let names: Vec<String> = all().map(|(known, ..)| known).collect();
    let refused = REFUSED.iter().flat_map(|(names, _)| names.iter().copied());
    match near::nearest(name, names.iter().map(String::as_str).chain(refused).chain([issuers::TABLE])) {
        Some(near) => match meaning(near) {
            Meaning::Refused(why) => Meaning::Refused(why),
            _ => Meaning::Near(near.to_owned()),
        },
        None => Meaning::Unknown,
    }
}

/// Every name with its option, and whether it is that of the file.
fn all() -> impl Iterator<Item = (String, &'static str, bool)> {
    let rows = Row::<DefaultRealm>::ALL.iter().map(|row| (row.name, row.aliases, false));
    let keys = keys::NAMES.iter().map(|key| (key.name, key.aliases, key.is_key));
    rows.chain(keys).flat_map(|(option, aliases, has_file)| {
        let names = std::iter::once(option).chain(aliases.iter().copied());
        names.flat_map(move |name| {
            let file = has_file.then(|| (format!("{name}_file"), option, true));
            std::iter::once((name.to_owned(), option, false)).chain(file)
        })
    })
}

/// The option behind a word of the builder's messages.
fn option_of(word: &str) -> Option<&'static str> {
    match word {
        "secret" | "from_secret" => Some("secret_key"),
        "key" | "from_pem" | "from_der" | "from_jwk" => Some("private_key"),
        "with_id" => Some("key_id"),
        _ => all().find(|(known, _, is_file)| known == word && !is_file).map(|(_, option, _)| option),
    }
}

/// The options that a fault of the builder's may be of, the likeliest first; none if it is of something that is no option.
pub(super) fn places(option: &'static str, part: Option<&'static str>) -> Vec<String> {
    if option == "key" {
        return keys::NAMES.iter().filter(|key| key.is_key).map(|key| key.name.to_owned()).collect();
    }
    let name = match (option, part) {
        ("access_cookie" | "refresh_cookie", Some(part @ ("same_site" | "partitioned" | "domain"))) => {
            format!("cookie_{part}")
        }
        ("access_cookie", Some(part)) => format!("access_{part}"),
        ("refresh_cookie", Some(part)) => format!("refresh_{part}"),
        ("protected_resource", Some(part)) => format!("protected_resource_{part}"),
        ("cookies", _) => "access_cookie_name".to_owned(),
        ("implicit_refresh", Some(part)) => format!("implicit_refresh_{part}"),
        (option, _) => option.to_owned(),
    };
    all().filter(|(known, ..)| *known == name).map(|(_, option, _)| option.to_owned()).collect()
}

/// FastJWT's names that mean nothing here, and why.
pub(super) const REFUSED: &[(&[&str], &str)] = &[
    (
        &["decode_algorithms"],
        "it means nothing here: a key belongs to one algorithm, and a token never chooses; set `algorithm`",
    ),
    (&["identity_claim"], "it means nothing here: the subject is always the claim `sub` (RFC 7519 section 4.1.2)"),
    (
        &["error_message_key"],
        "it means nothing here: errors are `{\"error\", \"message\"}`, and `Builder::responder` replaces them",
    ),
    (&["session_cookie"], "it means nothing here: `cookie_lifetime` is `token`, `session` or a duration"),
    (&["csrf_methods"], "it means nothing here: every method but GET, HEAD and OPTIONS needs the csrf value"),
];

/// Other names that people try.
const SYNONYMS: &[(&str, &str)] = &[
    ("iss", "issuer"),
    ("aud", "audience"),
    ("alg", "algorithm"),
    ("kid", "key_id"),
    ("key", "secret_key"),
    ("csrf_header_name", "access_csrf_header_name"),
    ("csrf_field_name", "access_csrf_field_name"),
    ("clock_skew", "leeway"),
    ("access_token_lifetime", "access_token_expires_in"),
    ("access_token_ttl", "access_token_expires_in"),
    ("access_token_expire_minutes", "access_token_expires_in"),
    ("refresh_token_lifetime", "refresh_token_expires_in"),
    ("refresh_token_ttl", "refresh_token_expires_in"),
    ("refresh_token_expire_days", "refresh_token_expires_in"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Meaning, Naming, REFUSED, SYNONYMS, all, issuers, meaning};

    const PAGE: &str = include_str!("../../../docs/configuration.md");

    /// What stands between backticks in the first two cells of the rows of a text's tables.
    fn names_in(text: &str) -> BTreeSet<String> {
        let rows = text.lines().filter(|line| line.starts_with("| `"));
        let words =
            rows.flat_map(|row| row.split('|').skip(1).take(2)).flat_map(|cell| cell.split('`').skip(1).step_by(2));
        words.map(str::to_owned).collect()
    }

    #[test]
    fn the_documentation_lists_every_name_and_no_other() {
        let parts = PAGE.split_once("# FastJWT's names that are refused");
        assert!(parts.is_some(), "the page has this part");
        let (options, refused) = parts.unwrap_or_default();
        let known: BTreeSet<String> =
            all().filter(|(name, ..)| !name.ends_with("_file")).map(|(name, ..)| name).collect();
        assert_eq!(names_in(options), known);
        let refused: BTreeSet<String> =
            refused.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect();
        let names = REFUSED.iter().flat_map(|(names, _)| names.iter().map(|name| (*name).to_owned()));
        assert_eq!(refused, names.collect());
    }

    #[test]
    fn the_documentation_lists_every_option_of_an_issuer_and_no_other() {
        let section = PAGE.split_once("# Other issuers").and_then(|(_, rest)| rest.split_once("\n# FastJWT"));
        let (section, _) = section.unwrap_or_default();
        let lines = section.lines().filter(|line| line.starts_with("- `"));
        let listed: BTreeSet<&str> = lines
            .filter_map(|line| line.split(':').next())
            .flat_map(|names| names.split('`').skip(1).step_by(2))
            .collect();
        assert_eq!(listed, issuers::OPTIONS.iter().copied().collect());
        for option in issuers::OPTIONS {
            let name = format!("trusted_issuers_a_{option}_b_{option}");
            let Meaning::OfIssuer { issuer, option: found } = meaning(&name) else {
                assert_eq!(name, "", "it is an option of an issuer");
                continue;
            };
            assert_eq!((issuer, found), (format!("a_{option}_b"), *option));
        }
    }

    #[test]
    fn a_name_means_one_thing() {
        let names: Vec<String> = all().map(|(name, ..)| name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in &names {
            assert!(matches!(meaning(name), Meaning::Option { .. }), "{name}");
        }
        for (name, ours) in SYNONYMS {
            assert!(!names.iter().any(|known| known == name) && names.iter().any(|known| known == ours), "{name}");
            assert!(matches!(meaning(name), Meaning::Near(near) if near == *ours), "{name}");
        }
        for name in REFUSED.iter().flat_map(|(names, _)| *names) {
            assert!(matches!(meaning(name), Meaning::Refused(_)), "{name}");
        }
    }

    #[test]
    fn a_message_is_translated_between_backticks_only() {
        let variables = Naming::Variables("JWT_".to_owned());
        assert_eq!(
            variables.translate("the issuer, `issuer`, and `audience` or `PUBLIC KEY` with `from_pem`, `secret"),
            "the issuer, `JWT_ISSUER`, and `JWT_AUDIENCE` or `PUBLIC KEY` with `JWT_PRIVATE_KEY`, `JWT_SECRET_KEY"
        );
        assert_eq!(Naming::Fields.translate("give `secret` or `verifying_key`"), "give `secret_key` or `public_key`");
    }
}
