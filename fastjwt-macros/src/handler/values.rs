//! The values of arguments: names, and times in words.

use proc_macro2::TokenStream;
use syn::LitStr;

use crate::const_str::ConstStr;
use crate::diag::Mistakes;
use crate::tokens::{split_at_commas, ungroup};

/// The longest issuer or member of an audience, in bytes; the configuration's limit, too.
const MOST_NAME: usize = 255;
/// How many members an audience may have; `fastjwt::__private::ConstList` goes as far.
const MOST_AUDIENCE: usize = 8;

/// How long a time may be, in seconds.
pub(super) struct Limits {
    name: &'static str,
    least: u64,
    most: u64,
    rule: &'static str,
}

impl Limits {
    pub(super) const LEEWAY: Self = Self {
        name: "leeway",
        least: 0,
        most: 300,
        rule: "at most \"5m\": a token that lives on for longer has no end to speak of",
    };
    pub(super) const MAX_AGE: Self = Self {
        name: "max_age",
        least: 1,
        most: 3650 * 24 * 60 * 60,
        rule: "\"1s\" to \"3650d\"; for a token that comes from a login itself write `#[fresh_token_required]`",
    };
}

/// A whole number and a unit.
pub(super) fn seconds(text: &LitStr, limits: &Limits, mistakes: &mut Mistakes) -> Option<u64> {
    let Limits { name, least, most, rule } = limits;
    let value = text.value();
    let Some(seconds) = parse(&value) else {
        mistakes.at(
            text,
            format_args!(
                "`{name}` must be a whole number and a unit, `s`, `m`, `h` or `d`\nhelp: write \"30s\", \"5m\", \"12h\" or \"1d\""
            ),
        );
        return None;
    };
    if (*least..=*most).contains(&seconds) {
        return Some(seconds);
    }
    mistakes.at(text, format_args!("`{name}` must be {rule}"));
    None
}

fn parse(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let number = text.get(..text.len() - 1)?;
    let is_whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    // A number that is too large for this is too large for every limit.
    is_whole.then(|| number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(unit))
}

/// The name of a path parameter, without the braces of the route.
pub(super) fn parameter(text: &LitStr, mistakes: &mut Mistakes) -> Option<ConstStr> {
    const ADVICE: &str = "help: write `user_id` for a route `/user/{user_id}`";
    let name = text.value();
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
        let (capacity, length) = (ConstStr::CAPACITY, name.len());
        mistakes.at(
            text,
            format_args!(
                "`subject_param` must be at most {capacity} bytes long, this is {length}\nhelp: name the parameter shorter"
            ),
        );
    }
    packed
}

/// An issuer, or a member of an audience.
pub(super) fn identifier(what: &str, text: &LitStr, mistakes: &mut Mistakes) -> Option<ConstStr> {
    let name = text.value();
    if !(1..=MOST_NAME).contains(&name.len()) {
        mistakes.at(
            text,
            format_args!("`{what}` must have 1 to {MOST_NAME} bytes, as in the configuration, this has {}", name.len()),
        );
        return None;
    }
    ConstStr::new(&name)
}

/// The members between the parentheses, one of which a token must name.
pub(super) fn audience(at: &TokenStream, members: TokenStream, mistakes: &mut Mistakes) -> Vec<ConstStr> {
    let members = split_at_commas(members);
    if members.is_empty() || members.len() > MOST_AUDIENCE {
        mistakes.at(
            at,
            format_args!("`audience` must have 1 to {MOST_AUDIENCE} members\nhelp: write `audience(\"orders\")`"),
        );
        return Vec::new();
    }
    let mut names = Vec::new();
    for member in members {
        match syn::parse2::<LitStr>(ungroup(member.clone())) {
            Ok(text) => names.extend(identifier("audience", &text, mistakes)),
            Err(_) => mistakes.at(&member, "a member of `audience` must be a text in quotes"),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn times_in_words() {
        assert_eq!(parse("0s"), Some(0));
        assert_eq!(parse("30s"), Some(30));
        assert_eq!(parse("5m"), Some(300));
        assert_eq!(parse("12h"), Some(43_200));
        assert_eq!(parse("1d"), Some(86_400));
        assert_eq!(parse("99999999999999999999d"), Some(u64::MAX));
        for wrong in ["", "s", "5", "5 m", " 5m", "5M", "-5m", "+5m", "1.5h", "5min", "1h30m", "m5", "５m", "5é"] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
