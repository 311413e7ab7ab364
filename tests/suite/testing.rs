//! Payloads that the tests of services make: they know the time and the rule of scopes that the service's own would know.

use std::time::Duration;

use fastjwt::{
    AnyPayload, Clock as _, ConstPolicy, CurrentSubject, FreshPayload, Freshness, NoClaims, Policy, RefreshPayload,
    Required, TokenPayload, scopes,
    testing::{self, PayloadBuilder, StillClock},
};

use crate::support::{NOW, at};

fn made() -> PayloadBuilder<NoClaims> {
    PayloadBuilder::new("USER_ID", NoClaims::default())
}

#[test]
fn a_made_payload_compares_scopes_as_it_is_told() {
    let made = || made().scopes(["orders:*", "mail"]);
    let grants =
        |payload: TokenPayload| ["orders:read", "orders:*", "mail", "mail:read"].map(|it| payload.has_scopes([it]));
    assert_eq!(grants(made().build()), [false, true, true, false]);
    assert_eq!(grants(made().wildcard_scopes(true).build()), [true, true, true, false]);
    assert_eq!(grants(made().wildcard_scopes(true).wildcard_scopes(false).build()), [false, true, true, false]);
}

#[test]
fn a_made_payload_grows_old_by_the_clock_that_it_is_given() {
    const MINUTE: Duration = Duration::from_secs(60);
    let clock = StillClock::at(at(NOW));
    let until = Freshness::Until((at(NOW) + 2 * MINUTE).into());
    let fresh = made().fresh().clock(&clock).with(|claims| claims.fresh = until);
    let payload: TokenPayload = fresh.build();
    assert_eq!((payload.issued_at(), payload.expiry()), (Some(at(NOW)), at(NOW) + 15 * MINUTE));
    assert_eq!((payload.nbf, payload.auth_time), (payload.iat, payload.iat));
    for (minutes, left, is_fresh) in [(0, 15, true), (1, 14, true), (2, 13, false), (15, 0, false), (16, 0, false)] {
        clock.set(at(NOW) + minutes * MINUTE);
        assert_eq!(payload.time_until_expiry(), left * MINUTE, "{minutes}");
        assert_eq!(payload.time_since_issued(), Some(minutes * MINUTE), "{minutes}");
        assert_eq!(payload.is_fresh(), is_fresh, "{minutes}");
    }
    // Without one it stands still, and what was never a login is none.
    let payload: TokenPayload = made().build();
    assert_eq!(payload.issued_at(), Some(StillClock::default().now()));
    assert_eq!(payload.time_until_expiry(), 15 * MINUTE);
    let payload: TokenPayload = made().clock(&clock).build();
    assert_eq!(payload.auth_time, None);
}

/// What handlers and checks take that no attribute guards.
#[tokio::test]
async fn handlers_and_checks_can_be_called_with_what_a_test_makes() {
    struct ReadOrders;

    impl ConstPolicy for ReadOrders {
        const POLICY: Policy = Policy::access().scopes(scopes!("orders:read"));
    }

    async fn subjects(
        required: Required<ReadOrders>,
        fresh: FreshPayload,
        refresh: RefreshPayload,
        any: AnyPayload,
        user: CurrentSubject<&'static str>,
    ) -> [String; 5] {
        [&*required.sub, &fresh.sub, &refresh.sub, &any.sub, *user].map(str::to_owned)
    }

    let of = |sub| testing::payload::<_, fastjwt::DefaultRealm>(sub, NoClaims::default());
    let called = subjects(
        testing::required(of("a")),
        testing::fresh_payload(of("b")),
        testing::refresh_payload(of("c")),
        testing::any_payload(of("d")),
        testing::current_subject("e"),
    );
    assert_eq!(called.await, ["a", "b", "c", "d", "e"]);
    assert!(testing::no_request().parts().is_none());
}
