//! How long an answer says that it may be kept (RFC 9111 sections 4.2 and 5.2.2).

use std::time::Duration;

use reqwest::header::{AGE, CACHE_CONTROL, HeaderMap};

/// How much longer an answer may be kept, if it says so: `max-age`, less the time that it has spent in caches on its way.
pub(super) fn remaining(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all(CACHE_CONTROL).into_iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let longest = lines.flat_map(|line| line.split(',')).filter_map(seconds_of).min()?;
    let age = headers.get(AGE).and_then(|age| age.to_str().ok()).map_or(0, |age| digits(age.trim()));
    Some(Duration::from_secs(longest.saturating_sub(age)))
}

/// What one directive allows, in seconds; `None` if it is about something else.
fn seconds_of(directive: &str) -> Option<u64> {
    let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
    let name = name.trim();
    if ["no-store", "no-cache"].iter().any(|never| never.eq_ignore_ascii_case(name)) {
        return Some(0);
    }
    // An age that can't be read is none at all.
    name.eq_ignore_ascii_case("max-age").then(|| digits(value.trim().trim_matches('"')))
}

/// A number of seconds; one that is too large is the largest (RFC 9111 section 1.2.2).
fn digits(text: &str) -> u64 {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        0
    } else {
        text.parse().unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[(&'static str, &'static str)]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, reqwest::header::HeaderValue::from_static(value));
        }
        remaining(&headers).map(|remaining| remaining.as_secs())
    }

    #[test]
    fn r_85_what_the_answer_says_about_its_life() {
        let table: &[(&str, Option<u64>)] = &[
            ("max-age=600", Some(600)),
            ("public, max-age=600, must-revalidate", Some(600)),
            ("MAX-AGE=600", Some(600)),
            ("max-age=\"600\"", Some(600)),
            (" max-age = 600 ", Some(600)),
            ("max-age=0", Some(0)),
            ("max-age=99999999999999999999999999", Some(u64::MAX)),
            ("max-age=-1", Some(0)),
            ("max-age=1.5", Some(0)),
            ("max-age=", Some(0)),
            ("max-age", Some(0)),
            ("max-age=600, max-age=60", Some(60)),
            ("max-age=600, no-cache", Some(0)),
            ("no-store", Some(0)),
            ("s-maxage=600", None),
            ("x-max-age=600", None),
            ("public", None),
            ("", None),
            (",,,", None),
        ];
        for (line, seconds) in table {
            assert_eq!(of(&[("cache-control", line)]), *seconds, "{line}");
        }
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("cache-control", "public"), ("cache-control", "max-age=5")]), Some(5));
        // The time in a cache on the way counts.
        assert_eq!(of(&[("cache-control", "max-age=600"), ("age", "500")]), Some(100));
        assert_eq!(of(&[("cache-control", "max-age=600"), ("age", "700")]), Some(0));
        assert_eq!(of(&[("cache-control", "max-age=600"), ("age", "soon")]), Some(600));
        assert_eq!(of(&[("age", "700")]), None);
    }
}
