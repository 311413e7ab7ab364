//! When a token is valid: its end, its beginning and its moment of issue, to the second and to the fraction (R-31 to R-34).

use std::time::{Duration, SystemTime};

use fastjwt::{NumericDate, TokenFault};
use proptest::prelude::*;
use serde_json::json;

use crate::{
    claims::{fault, forge_member, with, wrong_type},
    support::{NOW, at, builder, cases, forge_claims, forge_text, good_header, jwt},
};

fn date(seconds: u64) -> NumericDate {
    NumericDate::from_secs(seconds).unwrap()
}

/// Whether a token whose claim `claim` is this JSON text is taken at `now` with this leeway; it has no other time but an end.
fn is_taken(now: SystemTime, leeway: u64, claim: &str, text: &str) -> bool {
    let jwt = builder().clock(move || now).leeway(Duration::from_secs(leeway)).build().unwrap();
    let end = if claim == "exp" { String::new() } else { format!(r#","exp":{}"#, NOW + 900) };
    let payload = format!(r#"{{"sub":"USER_ID","type":"access","{claim}":{text}{end}}}"#);
    fault(&jwt, &forge_text(good_header().to_string(), payload)).is_none()
}

#[test]
fn r_31_the_second_before_expiry_plus_leeway_is_in_time() {
    assert!(is_taken(at(NOW + 109), 10, "exp", &(NOW + 100).to_string()));
    assert!(is_taken(at(NOW + 99), 0, "exp", &(NOW + 100).to_string()));
}

#[test]
fn r_31_equal_to_expiry_plus_leeway_is_too_late() {
    for (now, leeway) in [(NOW + 110, 10), (NOW + 100, 0), (NOW + 400, 300)] {
        let jwt = builder().clock(move || at(now)).leeway(Duration::from_secs(leeway)).build().unwrap();
        let token = forge_member("exp", &(NOW + 100).to_string());
        assert_eq!(fault(&jwt, &token), Some(TokenFault::Expired { at: date(NOW + 100) }));
    }
}

#[test]
fn r_31_the_end_counts_to_the_fraction() {
    let quarter = at(NOW) + Duration::from_millis(250);
    let nanosecond = Duration::from_nanos(1);
    // A clock with a fraction, an end without.
    assert!(is_taken(at(NOW) - nanosecond, 0, "exp", &NOW.to_string()));
    assert!(!is_taken(quarter, 0, "exp", &NOW.to_string()));
    // An end with a fraction is neither cut off nor rounded up.
    assert!(is_taken(quarter - nanosecond, 0, "exp", &format!("{NOW}.25")));
    assert!(!is_taken(quarter, 0, "exp", &format!("{NOW}.25")));
    assert!(is_taken(quarter + Duration::from_secs(10) - nanosecond, 10, "exp", &format!("{NOW}.25")));
    assert!(!is_taken(quarter + Duration::from_secs(10), 10, "exp", &format!("{NOW}.25")));
}

#[test]
fn r_32_not_before_is_heeded_with_leeway_and_cut_to_the_second() {
    for (nbf, taken) in [
        (NOW.to_string(), true),
        ((NOW + 10).to_string(), true),
        (format!("{}.999", NOW + 10), true),
        ((NOW + 11).to_string(), false),
    ] {
        assert_eq!(is_taken(at(NOW), 10, "nbf", &nbf), taken, "{nbf}");
    }
    assert!(is_taken(at(NOW), 0, "nbf", &format!("{NOW}.999")));
    assert!(!is_taken(at(NOW) - Duration::from_nanos(1), 0, "nbf", &NOW.to_string()));
    let token = forge_member("nbf", &(NOW + 11).to_string());
    assert_eq!(fault(&jwt(), &token), Some(TokenFault::NotYetValid { at: date(NOW + 11) }));
    // Not writing it is no reason not to heed it.
    let silent = builder().not_before(false).build().unwrap();
    assert_eq!(fault(&silent, &token), Some(TokenFault::NotYetValid { at: date(NOW + 11) }));
}

#[test]
fn r_33_issued_in_the_future_is_refused_beyond_leeway() {
    for (iat, taken) in [
        ((NOW + 10).to_string(), true),
        (format!("{}.999", NOW + 10), true),
        ((NOW + 11).to_string(), false),
        ((NOW + 31_536_000).to_string(), false),
    ] {
        assert_eq!(is_taken(at(NOW), 10, "iat", &iat), taken, "{iat}");
    }
    assert!(!is_taken(at(NOW) - Duration::from_nanos(1), 0, "iat", &NOW.to_string()));
    let token = forge_member("iat", &(NOW + 11).to_string());
    assert_eq!(fault(&jwt(), &token), Some(TokenFault::IssuedInFuture));
}

#[test]
fn r_34_leeway_is_ten_seconds_unless_configured_and_at_most_five_minutes() {
    let ended = |seconds| forge_claims(&with(&json!({ "exp": NOW - seconds })));
    assert_eq!(fault(&jwt(), &ended(9)), None);
    assert_eq!(fault(&jwt(), &ended(10)), Some(TokenFault::Expired { at: date(NOW - 10) }));
    let longest = builder().leeway(Duration::from_secs(300)).build().unwrap();
    assert_eq!(fault(&longest, &ended(299)), None);
    assert!(builder().leeway(Duration::from_secs(300) + Duration::from_nanos(1)).build().is_err());
    assert!(builder().leeway(Duration::MAX).build().is_err());
}

#[test]
fn r_34_the_ends_of_time_neither_overflow_nor_last_for_ever() {
    let jwt = jwt();
    let last = NumericDate::MAX.as_secs();
    for text in [last.to_string(), format!("{last}.0"), "1e11".into(), "2.5e9".into()] {
        assert_eq!(fault(&jwt, &forge_member("exp", &text)), None, "{text}");
    }
    let beyond = [
        (last + 1).to_string(),
        format!("{last}.5"),
        u64::MAX.to_string(),
        i64::MAX.to_string(),
        i64::MIN.to_string(),
        "18446744073709551616".into(),
        "1e300".into(),
        "1e400".into(),
        "-1e400".into(),
        "-0.5".into(),
        "NaN".into(),
    ];
    for claim in ["exp", "nbf", "iat", "auth_time"] {
        for text in &beyond {
            let told = fault(&jwt, &forge_member(claim, text));
            assert_eq!(told, wrong_type(claim), "{claim}: {text}");
        }
    }
}

#[test]
fn r_34_clocks_at_the_ends_of_time() {
    let leeway = Duration::from_secs(300);
    let first = builder().clock(|| at(0)).leeway(leeway).build().unwrap();
    assert_eq!(fault(&first, &forge_claims(&json!({ "sub": "u", "exp": 1, "iat": 300, "type": "access" }))), None);
    // Before the epoch is the epoch.
    let before = builder().clock(|| at(0) - Duration::from_secs(5)).leeway(leeway).build().unwrap();
    assert_eq!(
        fault(&before, &forge_claims(&json!({ "sub": "u", "exp": 1, "iat": 301, "type": "access" }))),
        Some(TokenFault::IssuedInFuture)
    );
    // At the end of the last year every token has ended, the longest too.
    let last = NumericDate::MAX;
    for seconds in [last.as_secs(), last.as_secs() + 1_000_000] {
        let end = builder().clock(move || at(seconds)).leeway(leeway).build().unwrap();
        let token = forge_claims(&with(&json!({ "exp": last.as_secs() })));
        assert_eq!(fault(&end, &token), Some(TokenFault::Expired { at: last }), "{seconds}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(512, 100_000)))]

    /// The rules of time, said once more in whole seconds, hold for every clock, leeway and token.
    #[test]
    fn r_31_r_32_r_33_times_are_judged_by_the_rules(
        now in NOW - 700..NOW + 700,
        leeway in 0_u64..=300,
        exp in NOW - 700..NOW + 700,
        nbf in NOW - 700..NOW + 700,
        iat in NOW - 700..NOW + 700,
    ) {
        let jwt = builder().clock(move || at(now)).leeway(Duration::from_secs(leeway)).build().unwrap();
        let token = forge_claims(&with(&json!({ "exp": exp, "nbf": nbf, "iat": iat })));
        let expected = if now >= exp + leeway {
            Some(TokenFault::Expired { at: date(exp) })
        } else if nbf > now + leeway {
            Some(TokenFault::NotYetValid { at: date(nbf) })
        } else if iat > now + leeway {
            Some(TokenFault::IssuedInFuture)
        } else {
            None
        };
        prop_assert_eq!(fault(&jwt, &token), expected);
    }
}
