//! Every rule of the public suite, on every store.

use std::collections::BTreeSet;

use fastjwt::session::{SessionStore, suite};

use super::{Place, Where};

async fn holds(name: &str, store: &dyn SessionStore) {
    let rule = suite::rules().find(|rule| rule.name() == name).expect("there is such a rule");
    assert_eq!(rule.check(store).await, Ok(()));
}

macro_rules! rules {
    ($($test:ident: $rule:literal),* $(,)?) => {
        rules! { @on memory Memory $($test: $rule),* }
        rules! { @on sqlite Sqlite $($test: $rule),* }
        rules! { @on postgres Postgres $($test: $rule),* }
        rules! { @on redis Redis $($test: $rule),* }

        const TESTED: &[&str] = &[$($rule),*];
    };
    (@on $module:ident $kind:ident $($test:ident: $rule:literal),*) => {
        mod $module {
            use super::*;
            $(
                #[tokio::test]
                async fn $test() {
                    holds($rule, &*Place::new(Where::$kind).await.open().await).await;
                }
            )*
        }
    };
}

rules! {
    r_63_a_refresh_installs_the_successor: "a refresh installs the successor",
    r_64_a_spent_token_ends_the_session: "a spent token ends the session",
    r_64_a_lost_alarm_is_given_again: "a lost alarm is given again",
    r_64_an_alarm_that_nobody_heard_of_is_told: "an alarm that nobody heard of is told by another",
    r_64_an_alarm_that_is_overdue_is_told_once: "an alarm that is overdue is told once",
    r_65_of_callers_at_once_one_wins: "of callers at once one wins",
    r_65_callers_at_once_share_a_successor_in_grace: "callers at once share a successor in grace",
    r_66_grace_is_for_the_immediate_predecessor: "grace is for the immediate predecessor",
    r_67_grace_starts_at_the_first_use: "grace starts at the first use and is not extended",
    r_67_grace_is_not_longer_when_the_clock_goes_back: "grace is not longer when the clock goes back",
    r_68_grace_ends_with_the_token: "grace ends with the token",
    r_66_a_refresh_without_grace_has_none: "a refresh without grace has none",
    r_69_grace_gives_the_same_successor: "grace gives the same successor",
    r_70_a_lost_answer_is_given_again: "a lost answer is given again",
    r_83_a_clock_that_was_ahead_shuts_nobody_out: "a clock that was ahead shuts nobody out",
    r_64_a_later_request_is_given_what_nobody_has_spent: "a later request is given what nobody has spent",
    r_72_an_ended_session_has_no_successors: "an ended session has no successors",
    r_72_an_end_beside_a_refresh_wins: "an end beside a refresh wins",
    r_73_spent_tokens_stay_spent: "spent tokens stay spent through many refreshes",
    r_73_spent_tokens_stay_spent_after_a_purge: "spent tokens stay spent after a purge",
    r_74_the_absolute_end_stays: "refreshing does not move the absolute end",
    r_74_a_session_that_idles_ends: "a session that idles ends",
    r_72_refresh_tokens_belong_to_their_subject: "refresh tokens belong to their subject",
    r_77_what_nobody_refused_is_good: "what nobody refused is good",
    r_80_refused_by_issuer_and_id: "a revoked token is refused by issuer and id",
    r_80_issuer_and_id_are_not_mixed_up: "issuer and id are not mixed up",
    r_82_revoking_twice_is_revoking: "revoking twice is revoking",
    r_81_a_revocation_is_kept_until_its_end: "a revocation is kept until its end",
    r_83_going_back_revives_no_token: "a clock that goes back revives no token",
    r_83_going_back_revives_no_cut_off_token: "a clock that goes back revives no cut-off token",
    r_73_a_purge_takes_only_what_has_ended: "a purge takes only what has ended",
    r_78_a_session_is_its_subjects: "a session is its subject's",
    r_74_a_check_tells_the_ends: "a check tells the session's ends",
    r_74_renewing_moves_the_idle_end_alone: "renewing moves the idle end alone",
    r_74_renewing_never_brings_the_idle_end_nearer: "renewing never brings the idle end nearer",
    r_77_what_is_refused_is_not_renewed: "what is refused is not renewed",
    r_78_a_cut_off_refuses_older_tokens: "a cut-off refuses older tokens",
    r_78_a_cut_off_never_moves_back: "a cut-off never moves back",
    r_78_one_session_ends: "one session ends",
    r_78_all_sessions_end: "all sessions end",
    r_78_all_sessions_but_one_end: "all sessions but one end",
    r_78_sessions_opened_before_a_moment_end: "sessions opened before a moment end",
    ending_counts_what_lived: "ending counts what lived",
    r_78_sessions_and_other_tokens_end_together: "sessions and other tokens end together",
    r_78_a_login_after_the_end_of_all_lives: "a login after the end of all lives",
    r_78_a_clock_ahead_keeps_no_session: "a clock that is ahead keeps no session from its end",
    sessions_are_listed_newest_first: "sessions are listed, newest first",
    r_70_a_login_is_asked_again: "a login whose answer was lost is asked again",
    an_id_is_taken_once: "an id is taken once",
    every_text_comes_back: "every text comes back as it was",
    every_time_comes_back: "every time comes back as it was",
}

/// As the author of a store runs them: one after another, on one store.
#[tokio::test]
async fn every_rule_holds_on_one_store() {
    for kind in [Where::Memory, Where::Sqlite, Where::Postgres, Where::Redis] {
        let place = Place::new(kind).await;
        assert_eq!(suite::run(&*place.open().await).await, Ok(()), "{kind:?}");
    }
}

#[test]
fn every_rule_is_tested_here() {
    let rules: BTreeSet<_> = suite::rules().map(suite::Rule::name).collect();
    assert_eq!(rules, TESTED.iter().copied().collect());
}

/// A store that keeps nothing breaks rules; the suite must say so.
#[tokio::test]
async fn the_suite_finds_a_store_that_forgets() {
    use fastjwt::{
        NumericDate,
        session::{Check, End, List, Open, Revoke, Rotate, Rotation, Session, Standing, StoreFuture},
    };

    struct Forgets;

    impl SessionStore for Forgets {
        fn open<'a>(&'a self, _: Open<'a>) -> StoreFuture<'a, ()> {
            Box::pin(async { Ok(()) })
        }
        fn rotate<'a>(&'a self, _: Rotate<'a>) -> StoreFuture<'a, Rotation> {
            Box::pin(async { Ok(Rotation::Installed) })
        }
        fn check<'a>(&'a self, _: Check<'a>) -> StoreFuture<'a, Standing> {
            Box::pin(async { Ok(Standing::Good(None)) })
        }
        fn renew<'a>(&'a self, _: Check<'a>, _: NumericDate) -> StoreFuture<'a, Standing> {
            Box::pin(async { Ok(Standing::Good(None)) })
        }
        fn revoke<'a>(&'a self, _: Revoke<'a>) -> StoreFuture<'a, ()> {
            Box::pin(async { Ok(()) })
        }
        fn end<'a>(&'a self, _: End<'a>) -> StoreFuture<'a, u64> {
            Box::pin(async { Ok(0) })
        }
        fn sessions<'a>(&'a self, _: List<'a>) -> StoreFuture<'a, Vec<Session>> {
            Box::pin(async { Ok(Vec::new()) })
        }
        fn purge(&self, _: NumericDate) -> StoreFuture<'_, u64> {
            Box::pin(async { Ok(0) })
        }
    }

    let broken = suite::run(&Forgets).await.expect_err("it keeps nothing");
    let kept: Vec<_> = suite::rules()
        .map(suite::Rule::name)
        .filter(|name| !broken.iter().any(|broken| broken.rule == *name))
        .collect();
    assert_eq!(kept, ["what nobody refused is good"]);
}
