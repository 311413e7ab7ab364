//! What `build` says to issuers that can't be trusted as they are given: each fault, all of them at once, without a secret.

use std::time::Duration;

use fastjwt::{Algorithm, FastJwt, TrustedIssuer};

use crate::issuer_server::ISSUER;

#[test]
fn every_wrong_option_is_told_with_what_is_allowed() {
    let https = "it must be an absolute `https` address without user, password and fragment, of at most 2048 bytes";
    let base = || TrustedIssuer::jwks(ISSUER, "https://issuer.example/keys");
    let at = |url: &str| TrustedIssuer::jwks(ISSUER, url);
    let seconds = Duration::from_secs;
    let table: Vec<(TrustedIssuer, String)> = vec![
        (TrustedIssuer::jwks("", "https://x"), "`issuer`: it must have 1 to 255 bytes".into()),
        (TrustedIssuer::jwks("x".repeat(256), "https://x"), "`issuer`: it must have 1 to 255 bytes".into()),
        (at("http://issuer.example/keys"), format!("`jwks_uri`: {https}")),
        (at("http://127.0.0.1/keys"), format!("`jwks_uri`: {https}")),
        (at("https://user:hunter2@issuer.example"), format!("`jwks_uri`: {https}")),
        (at(""), format!("`jwks_uri`: {https}")),
        (
            at("http://issuer.example").http_on_loopback(),
            "`jwks_uri`: it must be an absolute `https` address, or one of `http` on 127.0.0.1, [::1] or localhost, \
             without user, password and fragment, of at most 2048 bytes"
                .into(),
        ),
        (TrustedIssuer::discover("issuer.example"), format!("`issuer`: {https}")),
        (TrustedIssuer::discover("http://issuer.example"), format!("`issuer`: {https}")),
        (
            TrustedIssuer::discover("https://issuer.example?a=b"),
            "`issuer`: it must be an address without a query, for its metadata to be found (RFC 8414 section 2)".into(),
        ),
        (base().audience([""; 0]), "`audience`: it is empty: it must name one or more, or be left out".into()),
        (base().audience(["api", ""]), "`audience`: of every member, it must have 1 to 255 bytes".into()),
        (base().algorithms([]), "`algorithms`: there are none: there must be one or more".into()),
        (
            base().algorithms([Algorithm::ES256, Algorithm::HS256]),
            "`algorithms`: HS256 needs a secret, which can't be published: they must be asymmetric".into(),
        ),
        (base().at_jwt(), "`at_jwt`: it needs an `audience` (RFC 9068 section 2.2)".into()),
        (base().scope_claim(""), "`scope_claim`: it must have 1 to 255 bytes".into()),
        (base().scope_claim("x".repeat(256)), "`scope_claim`: it must have 1 to 255 bytes".into()),
        (
            base().scope_claim("sub"),
            "`scope_claim`: it has another meaning here: it must be `scope`, or a claim that has none".into(),
        ),
        (base().timeout(Duration::ZERO), "`timeout`: 0ns: it must be 100ms to 30s".into()),
        (base().timeout(seconds(31)), "`timeout`: 31s: it must be 100ms to 30s".into()),
        (base().cooldown(Duration::from_millis(999)), "`cooldown`: 999ms: it must be 1s to 600s".into()),
        (base().cooldown(seconds(601)), "`cooldown`: 601s: it must be 1s to 600s".into()),
        (base().cache_for(seconds(29)), "`cache_for`: 29s: it must be 30s to 3600s".into()),
        (base().cache_for(seconds(3601)), "`cache_for`: 3601s: it must be 30s to 3600s".into()),
        (base().outage_tolerance(seconds(86_401)), "`outage_tolerance`: 86401s: it must be 0ns to 86400s".into()),
    ];
    for (issuer, message) in table {
        let error = FastJwt::builder().trusted_issuer(issuer).build().unwrap_err();
        let faults: Vec<_> = error.faults().iter().map(|fault| (fault.option(), fault.message())).collect();
        assert_eq!(faults, [("trusted_issuer", format!("issuer 1, {message}").as_str())]);
    }
    let good = [
        base()
            .cooldown(seconds(1))
            .cache_for(seconds(1))
            .outage_tolerance(Duration::ZERO)
            .timeout(Duration::from_millis(100)),
        base().cooldown(seconds(600)).cache_for(seconds(3600)).outage_tolerance(seconds(86_400)).timeout(seconds(30)),
        TrustedIssuer::discover("https://issuer.example/tenant/").audience(["x"]).at_jwt(),
        TrustedIssuer::jwks("any text", "https://10.0.0.1:8443/a?b=c").algorithms([Algorithm::PS512]),
    ];
    for issuer in good {
        assert!(FastJwt::builder().trusted_issuer(issuer).build().is_ok());
    }
}

#[test]
fn all_wrong_issuers_are_told_at_once_and_none_twice() {
    let bad = TrustedIssuer::jwks(ISSUER, "x").algorithms([]).timeout(Duration::ZERO);
    let builder = FastJwt::builder()
        .secret("weak")
        .issuer("own")
        .trusted_issuer(TrustedIssuer::jwks("own", "https://own.example/keys"))
        .trusted_issuer(bad.clone())
        .trusted_issuer(TrustedIssuer::jwks(ISSUER, "https://issuer.example/keys"));
    let text = builder.build().unwrap_err().to_string();
    for part in [
        "issuer 1, `issuer`: it is trusted already, or it is this service's own: each must be there once",
        "issuer 2, `jwks_uri`",
        "issuer 2, `algorithms`",
        "issuer 2, `timeout`",
        "issuer 3, `issuer`: it is trusted already",
        "`key`: ",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(text.matches("\n  - ").count(), 6, "{text}");
    // An address may hold what is nobody's business.
    let text = format!("{:?}", TrustedIssuer::jwks(ISSUER, "https://issuer.example/keys?secret=hunter2"));
    assert!(text.contains(ISSUER) && !text.contains("hunter2"), "{text}");
}
