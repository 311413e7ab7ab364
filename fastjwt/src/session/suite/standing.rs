//! Rules of checks: what is revoked, ended or cut off is refused, until it has ended by itself, and nothing else is.

use super::{
    Rule,
    case::{Case, LIFE, expect},
};
use crate::session::{CutOff, End, Standing, Which};

pub(super) const RULES: &[Rule] = &[
    Rule::new("what nobody refused is good", |case| Box::pin(what_nobody_refused_is_good(case))),
    Rule::new("a revoked token is refused by issuer and id", |case| Box::pin(refused_by_issuer_and_id(case))),
    Rule::new("issuer and id are not mixed up", |case| Box::pin(issuer_and_id_are_not_mixed_up(case))),
    Rule::new("revoking twice is revoking", |case| Box::pin(revoking_twice_is_revoking(case))),
    Rule::new("a revocation is kept until its end", |case| Box::pin(kept_until_its_end(case))),
    Rule::new("a clock that goes back revives no token", |case| Box::pin(going_back_revives_no_token(case))),
    Rule::new("a clock that goes back revives no cut-off token", |case| Box::pin(going_back_keeps_cut_offs(case))),
    Rule::new("a clock that was ahead shuts nobody out", |case| Box::pin(having_been_ahead_shuts_nobody_out(case))),
    Rule::new("a purge takes only what has ended", |case| Box::pin(a_purge_takes_what_has_ended(case))),
    Rule::new("a session is its subject's", |case| Box::pin(a_session_is_its_subjects(case))),
    Rule::new("a check tells the session's ends", |case| Box::pin(a_check_tells_the_ends(case))),
    Rule::new("renewing moves the idle end alone", |case| Box::pin(renewing_moves_the_idle_end(case))),
    Rule::new("renewing never brings the idle end nearer", |case| Box::pin(renewing_keeps_the_later_end(case))),
    Rule::new("what is refused is not renewed", |case| Box::pin(what_is_refused_is_not_renewed(case))),
    Rule::new("a cut-off refuses older tokens", |case| Box::pin(a_cut_off_refuses_older_tokens(case))),
    Rule::new("a cut-off never moves back", |case| Box::pin(a_cut_off_never_moves_back(case))),
];

async fn what_nobody_refused_is_good(case: &Case<'_>) -> Result<(), String> {
    for jti in [Some("a"), None] {
        expect("a token", case.standing(case.token_of(None, jti, 10)).await?, Standing::Good(None))?;
        let renewed = case.renew(case.token_of(None, jti, 10), 500).await?;
        expect("a token that is renewed", renewed, Standing::Good(None))?;
    }
    Ok(())
}

async fn refused_by_issuer_and_id(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    case.revoke("https://a.example", "a", 110, 10).await?;
    for session in [None, Some("sid")] {
        let mut check = case.token_of(session, Some("a"), 10);
        check.issuer = "https://a.example";
        expect("the token", case.standing(check).await?, Standing::Revoked)?;
    }
    let mut other_issuer = case.token_of(None, Some("a"), 10);
    other_issuer.issuer = "https://b.example";
    let no_issuer = case.token_of(None, Some("a"), 10);
    let mut other_id = case.token_of(None, Some("b"), 10);
    other_id.issuer = "https://a.example";
    let no_id = case.token_of(None, None, 10);
    for check in [other_issuer, no_issuer, other_id, no_id] {
        expect("another token", case.standing(check).await?, Standing::Good(None))?;
    }
    for stranger in [case.other("", "-other"), case.other("staff", "")] {
        let mut check = stranger.token_of(None, Some("a"), 10);
        check.issuer = "https://a.example";
        expect("a stranger's token", stranger.standing(check).await?, Standing::Good(None))?;
    }
    let sessions = case.session_standing("sid", 10).await?;
    expect("another token of the session", sessions, Standing::Good(case.ends(LIFE, LIFE)))
}

async fn issuer_and_id_are_not_mixed_up(case: &Case<'_>) -> Result<(), String> {
    for (issuer, jti) in [("a", "b:c"), ("d:e", "f"), ("g", ""), ("h%", "_"), ("\0", "{i}")] {
        case.revoke(issuer, jti, 110, 10).await?;
        let mut check = case.token_of(None, Some(jti), 10);
        check.issuer = issuer;
        expect("the token", case.standing(check).await?, Standing::Revoked)?;
    }
    for (issuer, jti) in [("a:b", "c"), ("d", "e:f"), ("", "g"), ("hh", "x"), ("", "\0{i}"), ("\u{1}0", "{i}")] {
        let mut check = case.token_of(None, Some(jti), 10);
        check.issuer = issuer;
        expect("another token", case.standing(check).await?, Standing::Good(None))?;
    }
    Ok(())
}

async fn revoking_twice_is_revoking(case: &Case<'_>) -> Result<(), String> {
    for keep_until in [110, 110, 50, 0] {
        case.revoke("", "a", keep_until, 10).await?;
        let standing = case.standing(case.token_of(None, Some("a"), 10)).await?;
        expect("the token", standing, Standing::Revoked)?;
    }
    case.purge(60).await?;
    let standing = case.standing(case.token_of(None, Some("a"), 60)).await?;
    expect("the token, after the end of the shorter revocation", standing, Standing::Revoked)
}

async fn kept_until_its_end(case: &Case<'_>) -> Result<(), String> {
    case.revoke("", "a", 110, 10).await?;
    // In the last millisecond of the leeway.
    let purged = case.store.purge(case.at_millis(109_999)).await;
    purged.map_err(|error| format!("purge: {error}"))?;
    let mut check = case.token_of(None, Some("a"), 109);
    check.expires = case.at(110);
    expect("the token", case.standing(check).await?, Standing::Revoked)
}

async fn going_back_revives_no_token(case: &Case<'_>) -> Result<(), String> {
    case.revoke("", "a", 110, 10).await?;
    case.purge(5000).await?;
    // Another write, in case the store forgets by itself.
    case.revoke("", "b", 6000, 5000).await?;
    let mut check = case.token_of(None, Some("a"), 20);
    check.expires = case.at(110);
    expect("the token", case.standing(check).await?, Standing::Revoked)?;
    expect("the token, renewed", case.renew(check, 200).await?, Standing::Revoked)
}

async fn going_back_keeps_cut_offs(case: &Case<'_>) -> Result<(), String> {
    case.cut_off(50, 150, 50).await?;
    case.purge(5000).await?;
    let mut check = case.token_of(None, Some("a"), 60);
    check.issued_at = Some(case.at(40));
    check.expires = case.at(140);
    let standing = case.standing(check).await?;
    if matches!(standing, Standing::CutOff | Standing::Revoked) { Ok(()) } else { Err(format!("found {standing:?}")) }
}

async fn having_been_ahead_shuts_nobody_out(case: &Case<'_>) -> Result<(), String> {
    case.revoke("", "a", 5000, 10).await?;
    case.cut_off(10, 5000, 10).await?;
    case.purge(6000).await?;
    case.revoke("", "b", 7000, 6000).await?;
    case.log_in("sid").await?;
    // Issued when they were made, by a clock that is ahead by as much as one may be.
    let mut check = case.token_of(None, Some("a"), 310);
    expect("the revoked token", case.standing(check).await?, Standing::Revoked)?;
    check.issued_at = None;
    expect("one that does not say when", case.standing(check).await?, Standing::Revoked)?;
    for session in [None, Some("sid")] {
        let later = case.token_of(session, Some("c"), 311);
        let good = Standing::Good(session.and_then(|_| case.ends(LIFE, LIFE)));
        expect("a later token", case.standing(later).await?, good)?;
        expect("a later token, renewed", case.renew(later, 400).await?, good)?;
    }
    Ok(())
}

async fn a_purge_takes_what_has_ended(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    case.revoke("", "a", LIFE, 10).await?;
    case.cut_off(10, LIFE, 10).await?;
    case.purge(LIFE - 1).await?;
    let now = LIFE - 1;
    expect("the session", case.session_standing("sid", now).await?, Standing::Good(case.ends(LIFE, LIFE)))?;
    let mut check = case.token_of(None, Some("a"), now);
    expect("the revoked token", case.standing(check).await?, Standing::Revoked)?;
    check.jti = Some("b");
    expect("another token", case.standing(check).await?, Standing::Good(None))?;
    check.issued_at = Some(case.at(9));
    expect("a token that was cut off", case.standing(check).await?, Standing::CutOff)?;
    case.purge(LIFE).await?;
    expect("the session at its end", case.session_standing("sid", LIFE).await?, Standing::SessionEnded)?;
    let later = case.token_of(None, Some("b"), LIFE + 1);
    expect("a token of later", case.standing(later).await?, Standing::Good(None))
}

async fn a_session_is_its_subjects(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    for stranger in [case.other("", "-other"), case.other("staff", "")] {
        expect("a stranger's", stranger.session_standing("sid", 10).await?, Standing::SessionEnded)?;
        expect("sessions that a stranger ended", stranger.end(Which::One("sid"), 10).await?, 0)?;
        expect("sessions that a stranger ended", stranger.end(Which::All, 10).await?, 0)?;
        expect("a stranger's sessions", stranger.ids(10).await?, Vec::new())?;
    }
    for id in ["SID", "sid ", "", "si_", "%"] {
        expect("another id", case.session_standing(id, 10).await?, Standing::SessionEnded)?;
    }
    expect("the subject's", case.session_standing("sid", 10).await?, Standing::Good(case.ends(LIFE, LIFE)))
}

async fn a_check_tells_the_ends(case: &Case<'_>) -> Result<(), String> {
    case.log_in_idling("sid", 200).await?;
    expect("a login", case.session_standing("sid", 0).await?, Standing::Good(case.ends(LIFE, 200)))?;
    let renewed = case.renew(case.token_of(Some("sid"), None, 10), 300).await?;
    expect("a renewal", renewed, Standing::Good(case.ends(LIFE, 300)))?;
    expect("before the end", case.session_standing("sid", 299).await?, Standing::Good(case.ends(LIFE, 300)))?;
    expect("at the end", case.session_standing("sid", 300).await?, Standing::SessionEnded)
}

async fn renewing_moves_the_idle_end(case: &Case<'_>) -> Result<(), String> {
    case.log_in_idling("sid", 50).await?;
    for (now, idle_end) in [(10, 100), (99, 200), (199, 5 * LIFE)] {
        let renewed = case.renew(case.token_of(Some("sid"), Some("a"), now), idle_end).await?;
        expect("a renewal", renewed, Standing::Good(case.ends(LIFE, idle_end)))?;
    }
    let refreshed: Vec<_> = case.sessions(10, 200).await?.iter().map(|session| session.refreshed).collect();
    expect("when it was refreshed", refreshed, vec![case.at(199)])?;
    expect(
        "before the absolute end",
        case.session_standing("sid", LIFE - 1).await?,
        Standing::Good(case.ends(LIFE, 5 * LIFE)),
    )?;
    let late = case.renew(case.token_of(Some("sid"), Some("a"), LIFE), 9 * LIFE).await?;
    expect("a renewal at the absolute end", late, Standing::SessionEnded)
}

async fn renewing_keeps_the_later_end(case: &Case<'_>) -> Result<(), String> {
    case.log_in_idling("sid", 300).await?;
    for (now, idle_end) in [(10, 200), (11, 12), (5, 6), (20, 300)] {
        let renewed = case.renew(case.token_of(Some("sid"), None, now), idle_end).await?;
        expect("a renewal", renewed, Standing::Good(case.ends(LIFE, 300)))?;
    }
    let idle_ends: Vec<_> = case.sessions(10, 20).await?.iter().map(|session| session.idle_end).collect();
    expect("the idle end in the list", idle_ends, vec![case.at(300)])?;
    case.purge(299).await?;
    expect("before the end", case.session_standing("sid", 299).await?, Standing::Good(case.ends(LIFE, 300)))?;
    expect("at the end", case.session_standing("sid", 300).await?, Standing::SessionEnded)
}

async fn what_is_refused_is_not_renewed(case: &Case<'_>) -> Result<(), String> {
    case.log_in_idling("sid", 100).await?;
    case.revoke("", "a", 110, 10).await?;
    let renewed = case.renew(case.token_of(Some("sid"), Some("a"), 10), 500).await?;
    expect("a revoked token", renewed, Standing::Revoked)?;
    let standing = case.session_standing("sid", 11).await?;
    expect("its session's ends", standing, Standing::Good(case.ends(LIFE, 100)))?;
    case.log_in("other").await?;
    case.end(Which::One("other"), 11).await?;
    let renewed = case.renew(case.token_of(Some("other"), Some("b"), 11), 500).await?;
    expect("a token of a session that was ended", renewed, Standing::SessionEnded)?;
    expect("the sessions", case.ids(11).await?, vec!["sid".to_owned()])?;
    let late = case.renew(case.token_of(Some("sid"), Some("b"), 100), 500).await?;
    expect("a token of a session that idled", late, Standing::SessionEnded)
}

async fn a_cut_off_refuses_older_tokens(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    case.cut_off(50, 500, 50).await?;
    let mut check = case.token_of(None, Some("a"), 60);
    for (issued_at, expected) in [
        (Some(case.at(49)), Standing::CutOff),
        (Some(case.at_millis(49_999)), Standing::CutOff),
        (None, Standing::CutOff),
        (Some(case.at(50)), Standing::Good(None)),
        (Some(case.at(60)), Standing::Good(None)),
    ] {
        check.issued_at = issued_at;
        expect("a token", case.standing(check).await?, expected)?;
    }
    // A session is ended by name; what was issued in it before goes on.
    let mut of_session = case.token_of(Some("sid"), Some("a"), 60);
    of_session.issued_at = Some(case.at(0));
    expect("a token of a session", case.standing(of_session).await?, Standing::Good(case.ends(LIFE, LIFE)))?;
    for stranger in [case.other("", "-other"), case.other("staff", "")] {
        let mut check = stranger.token_of(None, Some("a"), 60);
        check.issued_at = Some(case.at(0));
        expect("a stranger's token", stranger.standing(check).await?, Standing::Good(None))?;
    }
    Ok(())
}

async fn a_cut_off_never_moves_back(case: &Case<'_>) -> Result<(), String> {
    case.cut_off(50, 500, 50).await?;
    case.cut_off(40, 100, 51).await?;
    case.purge(200).await?;
    let mut check = case.token_of(None, None, 200);
    check.issued_at = Some(case.at(45));
    expect("a token between the two", case.standing(check).await?, Standing::CutOff)?;
    let mut end = End::new(case.subject(), Which::All, case.at(210));
    end.cut_off = Some(CutOff { before: case.at(60), keep_until: case.at(100) });
    case.store.end(end).await.map_err(|error| format!("end: {error}"))?;
    check.issued_at = Some(case.at(55));
    expect("a token before the third", case.standing(check).await?, Standing::CutOff)?;
    case.purge(300).await?;
    expect("the same, when the third alone would be forgotten", case.standing(check).await?, Standing::CutOff)
}
