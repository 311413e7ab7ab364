//! Moments as people write them: `2027-01-31T12:00:00Z` (RFC 3339), or seconds since the epoch.

use std::time::{Duration, SystemTime};

/// The last second of the year 9999 (RFC 3339 has no later one).
const LAST: u64 = 253_402_300_799;

/// The moment that a text says, if it says one between the epoch and the year 9999. A fraction of a second is cut off.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let seconds = if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok()? } else { rfc_3339(text)? };
    if seconds > LAST { None } else { SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)) }
}

/// Whether a text is a number of seconds beyond that year: most likely of milliseconds.
pub(super) fn is_too_far(text: &str) -> bool {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number && text.parse::<u64>().map_or(true, |seconds| seconds > LAST)
}

/// Seconds since the epoch of `date-time` (RFC 3339 section 5.6); a leap second is none.
fn rfc_3339(text: &str) -> Option<u64> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(8)?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    if !(1..=days_in(year, month)?).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = ((days_since_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    u64::try_from(seconds.checked_sub(offset(without_fraction(rest)?)?)?).ok()
}

/// What stands behind a fraction of a second.
fn without_fraction(text: &str) -> Option<&str> {
    let Some(fraction) = text.strip_prefix('.') else { return Some(text) };
    let rest = fraction.trim_start_matches(|letter: char| letter.is_ascii_digit());
    (rest.len() < fraction.len()).then_some(rest)
}

/// How far the clock is ahead of UTC, in seconds.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let [hours, minutes] = numbers(text.strip_prefix(['+', '-'])?, ':', [2, 2])?;
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes) * 60)
}

/// Numbers of just so many digits, with a mark between them.
fn numbers<const N: usize>(text: &str, mark: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(mark);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        *number = (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse().ok())
            .flatten()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn days_in(year: i64, month: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => Some(if is_leap { 29 } else { 28 }),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, which repeats every 400 years. A year that begins in March has its odd day last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let days_before_month = (153 * month_from_march + 2) / 5;
    365 * year + year / 4 - year / 100 + year / 400 + days_before_month + day - 719_469
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{is_too_far, parse};

    #[test]
    fn what_is_a_moment() {
        let table = [
            ("0", 0),
            ("1767225600", 1_767_225_600),
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-02T00:00:00Z", 86_400),
            ("2000-02-29T12:34:56Z", 951_827_696),
            ("2026-01-01T00:00:00Z", 1_767_225_600),
            ("2026-01-01t00:00:00.999z", 1_767_225_600),
            ("2026-01-01 02:00:00+02:00", 1_767_225_600),
            ("2025-12-31T19:30:00-04:30", 1_767_225_600),
            ("2026-12-31T23:59:59Z", 1_798_761_599),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("253402300799", 253_402_300_799),
        ];
        for (text, seconds) in table {
            assert_eq!(parse(text), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), "{text:?}");
        }
    }

    #[test]
    fn what_is_none() {
        let refused = [
            "-1",
            "1.5",
            "tomorrow",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+2",
            "2026-01-01T00:00:00+24:00",
            "2026-1-1T00:00:00Z",
            "26-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "\u{e4}26-01-01T00:00:00Z",
            "253402300800",
            "1767226600000",
            "9999-12-31T23:59:59-00:01",
            "18446744073709551616",
        ];
        for text in refused {
            assert_eq!(parse(text), None, "{text:?}");
            assert_eq!(is_too_far(text), text.bytes().all(|byte| byte.is_ascii_digit()), "{text:?}");
        }
        assert!(!is_too_far("253402300799") && !is_too_far(""));
        assert_eq!(parse(""), None);
    }
}
