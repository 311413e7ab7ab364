//! Durations as people write them: `15m`, `20d`, `1h30m`, or seconds.

use std::time::Duration;

/// The units, longest first, each with its length in milliseconds.
const UNITS: &[(&str, u64)] =
    &[("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The duration that a text says, if it says one: seconds, with or without a fraction, or numbers with units, the longest first.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Duration::try_from_secs_f64(text.parse().ok()?).ok();
    }
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut milliseconds = 0_u64;
    while !rest.is_empty() {
        let (number, behind) = rest.split_at(rest.find(|letter: char| !letter.is_ascii_digit())?);
        let behind = behind.trim_start();
        let (unit, behind) =
            behind.split_at(behind.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(behind.len()));
        // What stands behind a unit must be a shorter one, so that none can stand twice.
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        milliseconds = milliseconds.checked_add(number.parse::<u64>().ok()?.checked_mul(*length)?)?;
        rest = behind.trim_start();
    }
    Some(Duration::from_millis(milliseconds))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse;

    #[test]
    fn what_is_a_duration() {
        let table = [
            ("0", 0),
            ("900", 900_000),
            ("0.5", 500),
            ("15m", 900_000),
            (" 15m ", 900_000),
            ("15 m", 900_000),
            ("20d", 1_728_000_000),
            ("1h30m", 5_400_000),
            ("1h 30m", 5_400_000),
            ("1w2d3h4m5s6ms", 788_645_006),
            ("250ms", 250),
            ("0s", 0),
            ("90m", 5_400_000),
        ];
        for (text, milliseconds) in table {
            assert_eq!(parse(text), Some(Duration::from_millis(milliseconds)), "{text:?}");
        }
    }

    #[test]
    fn what_is_none() {
        let refused = [
            "",
            " ",
            "m",
            "-5",
            "-5m",
            "+5",
            "15M",
            "15 min",
            "15minutes",
            "1.5h",
            "30m1h",
            "1m1m",
            "1h30",
            "5 5",
            "5,5",
            "1e3",
            "inf",
            "NaN",
            ".",
            "1.2.3",
            "15m!",
            "PT15M",
            "00:15:00",
            "0x10",
            "\u{661}m",
            "18446744073709551616",
            "99999999999999999999d",
            "18446744073709551615d",
            "18446744073709551615s1ms",
        ];
        for text in refused {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
