//! Rules of refresh tokens: each works once, a second use ends the session, and grace is small.

use super::{
    Rule,
    case::{Call, Case, LIFE, expect, together},
};
use crate::session::{Rotate, Rotation, Session, Standing, Which};

pub(super) const RULES: &[Rule] = &[
    Rule::new("a refresh installs the successor", |case| Box::pin(a_refresh_installs_the_successor(case))),
    Rule::new("a spent token ends the session", |case| Box::pin(a_spent_token_ends_the_session(case))),
    Rule::new("of callers at once one wins", |case| Box::pin(of_callers_at_once_one_wins(case))),
    Rule::new("callers at once share a successor in grace", |case| Box::pin(callers_share_a_successor(case))),
    Rule::new("grace is for the immediate predecessor", |case| Box::pin(grace_is_for_the_predecessor(case))),
    Rule::new("grace starts at the first use and is not extended", |case| Box::pin(grace_is_not_extended(case))),
    Rule::new("grace is not longer when the clock goes back", |case| Box::pin(grace_when_the_clock_goes_back(case))),
    Rule::new("grace ends with the token", |case| Box::pin(grace_ends_with_the_token(case))),
    Rule::new("a refresh without grace has none", |case| Box::pin(a_refresh_without_grace_has_none(case))),
    Rule::new("grace gives the same successor", |case| Box::pin(grace_gives_the_same_successor(case))),
    Rule::new("a lost answer is given again", |case| Box::pin(a_lost_answer_is_given_again(case))),
    Rule::new("a later request is given what nobody has spent", |case| {
        Box::pin(a_later_request_is_given_what_nobody_has_spent(case))
    }),
    Rule::new("a lost alarm is given again", |case| Box::pin(a_lost_alarm_is_given_again(case))),
    Rule::new("an alarm that nobody heard of is told by another", |case| Box::pin(a_lost_alarm_passes_on(case))),
    Rule::new("an alarm that is overdue is told once", |case| Box::pin(an_overdue_alarm_is_told_once(case))),
    Rule::new("an ended session has no successors", |case| Box::pin(an_ended_session_has_no_successors(case))),
    Rule::new("an end beside a refresh wins", |case| Box::pin(an_end_beside_a_refresh_wins(case))),
    Rule::new("spent tokens stay spent through many refreshes", |case| Box::pin(spent_tokens_stay_spent(case))),
    Rule::new("spent tokens stay spent after a purge", |case| Box::pin(spent_after_a_purge(case))),
    Rule::new("refreshing does not move the absolute end", |case| Box::pin(the_absolute_end_stays(case))),
    Rule::new("a session that idles ends", |case| Box::pin(a_session_that_idles_ends(case))),
    Rule::new("refresh tokens belong to their subject", |case| Box::pin(tokens_belong_to_their_subject(case))),
];

async fn a_refresh_installs_the_successor(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("the first token", case.rotate("P", "S", None, 10).await?, Rotation::Installed)?;
    expect("its successor", case.rotate("S", "T", None, 20).await?, Rotation::Installed)?;
    let sessions = case.sessions(10, 20).await?;
    let refreshed: Vec<_> = sessions.iter().map(|session| session.refreshed).collect();
    expect("when the session was refreshed", refreshed, vec![case.at(20)])
}

async fn a_spent_token_ends_the_session(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    case.log_in("another").await?;
    expect("the first use", case.rotate("P", "S", None, 10).await?, Rotation::Installed)?;
    expect("the second use", case.rotate("P", "X", None, 10).await?, Rotation::Reuse)?;
    expect("the successor", case.rotate("S", "T", None, 11).await?, Rotation::Ended)?;
    expect("the third use", case.rotate("P", "Y", None, 12).await?, Rotation::Ended)?;
    expect("access tokens", case.session_standing("sid", 12).await?, Standing::Reused(case.at(10)))?;
    let renewed = case.renew(case.token_of(Some("sid"), None, 12), 500).await?;
    expect("access tokens, renewed", renewed, Standing::Reused(case.at(10)))?;
    expect("the subject's sessions", case.ids(12).await?, vec!["another".to_owned()])
}

/// 64 calls with one token, each with a successor of its own: how many got each answer but grace, and what grace gave.
async fn race(case: &Case<'_>, allowed: bool) -> Result<(usize, usize, usize, Vec<String>), String> {
    case.log_in("sid").await?;
    let successors: Vec<_> = (0..64).map(|number| case.token(&format!("S{number}"), 10)).collect();
    let calls = successors.iter().map(|successor| {
        let mut rotate = Rotate::new(case.subject(), "sid", "P", successor, case.at(LIFE), case.at(10));
        rotate.grace = if allowed { case.grace(10, 20) } else { None };
        let call: Call<'_, _> = Box::pin(case.send(rotate));
        call
    });
    let (mut installed, mut reuse, mut ended, mut graced) = (0, 0, 0, Vec::new());
    for answer in together(calls.collect()).await {
        match answer? {
            Rotation::Installed => installed += 1,
            Rotation::Reuse => reuse += 1,
            Rotation::Ended => ended += 1,
            Rotation::Grace(successor) => graced.push(successor.jti),
        }
    }
    Ok((installed, reuse, ended, graced))
}

async fn of_callers_at_once_one_wins(case: &Case<'_>) -> Result<(), String> {
    let counts = race(case, false).await?;
    expect("installed, reuse, ended and grace", counts, (1, 1, 62, Vec::new()))
}

async fn callers_share_a_successor(case: &Case<'_>) -> Result<(), String> {
    let (installed, reuse, ended, graced) = race(case, true).await?;
    expect("installed, reuse, ended and grace", (installed, reuse, ended, graced.len()), (1, 0, 0, 63))?;
    let Some(successor) = graced.first() else { return Err("nobody was given grace".to_owned()) };
    expect("how many were given another successor", graced.iter().filter(|jti| *jti != successor).count(), 0)?;
    expect("the successor", case.rotate(successor, "T", None, 11).await?, Rotation::Installed)
}

async fn grace_is_for_the_predecessor(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("the first refresh", case.rotate("P", "S", case.grace(10, 20), 10).await?, Rotation::Installed)?;
    expect("the second refresh", case.rotate("S", "T", case.grace(11, 21), 11).await?, Rotation::Installed)?;
    expect(
        "the predecessor",
        case.rotate("S", "X", case.grace(12, 22), 12).await?,
        Rotation::Grace(case.token("T", 11)),
    )?;
    expect("its predecessor", case.rotate("P", "Y", case.grace(12, 22), 12).await?, Rotation::Reuse)?;
    expect("the current token", case.rotate("T", "Z", None, 13).await?, Rotation::Ended)
}

async fn grace_is_not_extended(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("the first use", case.rotate("P", "S", case.grace(10, 20), 10).await?, Rotation::Installed)?;
    for now in [10, 15, 19] {
        // Each use asks for a grace of its own, which must not be heeded.
        let answer = case.rotate("P", "X", case.grace(now, now + 10), now).await?;
        expect("a use in grace", answer, Rotation::Grace(case.token("S", 10)))?;
    }
    expect("a use at its end", case.rotate("P", "X", case.grace(20, 30), 20).await?, Rotation::Reuse)
}

async fn grace_when_the_clock_goes_back(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("the first use", case.rotate("P", "S", case.grace(100, 110), 100).await?, Rotation::Installed)?;
    expect("a use before it", case.rotate("P", "X", case.grace(50, 60), 50).await?, Rotation::Reuse)
}

async fn grace_ends_with_the_token(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    // The caller ends the grace with the token, which expires at 12.
    expect("the first use", case.rotate("P", "S", case.grace(10, 12), 10).await?, Rotation::Installed)?;
    expect("a use before it expires", case.rotate("P", "X", None, 11).await?, Rotation::Grace(case.token("S", 10)))?;
    expect("a use when it has", case.rotate("P", "Y", None, 12).await?, Rotation::Reuse)
}

async fn a_refresh_without_grace_has_none(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("a refresh with grace", case.rotate("P", "S", case.grace(10, 20), 10).await?, Rotation::Installed)?;
    expect("a refresh without", case.rotate("S", "T", None, 11).await?, Rotation::Installed)?;
    expect("a second use, in the grace of another token", case.rotate("S", "X", None, 12).await?, Rotation::Reuse)
}

async fn grace_gives_the_same_successor(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("the first use", case.rotate("P", "S", case.grace(10, 20), 10).await?, Rotation::Installed)?;
    for other in ["X", "Y", "Z"] {
        expect("a use in grace", case.rotate("P", other, None, 12).await?, Rotation::Grace(case.token("S", 10)))?;
    }
    expect("the successor, once", case.rotate("S", "T", None, 13).await?, Rotation::Installed)
}

async fn a_lost_answer_is_given_again(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    for now in [10, 11, 400] {
        expect("one call, asked again", case.rotate("P", "S", None, now).await?, Rotation::Installed)?;
    }
    expect("the successor", case.rotate("S", "T", None, 410).await?, Rotation::Installed)?;
    expect("the call, after its successor", case.rotate("P", "S", None, 411).await?, Rotation::Installed)?;
    expect("another call with the token", case.rotate("P", "X", None, 412).await?, Rotation::Reuse)
}

async fn a_later_request_is_given_what_nobody_has_spent(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    let later = async |presented: &str, successor: &str, now| {
        let successor = case.token(successor, 10);
        let mut rotate = Rotate::new(case.subject(), "sid", presented, &successor, case.at(LIFE), case.at(now));
        rotate.is_later = true;
        rotate.grace = case.grace(0, 30);
        case.send(rotate).await
    };
    expect("a request that had come to nothing", later("P", "S", 10).await?, Rotation::Installed)?;
    expect("one that had succeeded", later("P", "S", 400).await?, Rotation::Installed)?;
    expect("the successor", later("S", "T", 410).await?, Rotation::Installed)?;
    expect("the request, after its successor", later("P", "S", 411).await?, Rotation::Reuse)
}

async fn a_lost_alarm_is_given_again(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("the first use", case.rotate("P", "S", None, 10).await?, Rotation::Installed)?;
    for now in [11, 12] {
        expect("the second use, asked again", case.rotate("P", "X", None, now).await?, Rotation::Reuse)?;
    }
    expect("another call", case.rotate("P", "Y", None, 13).await?, Rotation::Ended)?;
    expect("sessions ended that had ended", case.end(Which::All, 14).await?, 0)?;
    expect("the second use, asked again after the end of all", case.rotate("P", "X", None, 15).await?, Rotation::Ended)
}

/// Spends `P`, uses it once more, and nobody hears of it: its alarm is owed since 11.
async fn unheard_reuse(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("the first use", case.rotate("P", "S", None, 10).await?, Rotation::Installed)?;
    expect("the second use", case.rotate("P", "X", None, 11).await?, Rotation::Reuse)
}

/// A call with any token of the session, when alarms since `overdue` are.
async fn asked_for(case: &Case<'_>, presented: &str, call: &str, overdue: u64, now: u64) -> Result<Rotation, String> {
    let successor = case.token(call, now);
    let mut rotate = Rotate::new(case.subject(), "sid", presented, &successor, case.at(LIFE), case.at(now));
    rotate.overdue = case.at(overdue);
    case.send(rotate).await
}

async fn a_lost_alarm_passes_on(case: &Case<'_>) -> Result<(), String> {
    unheard_reuse(case).await?;
    expect("a call that comes soon", asked_for(case, "P", "V", 10, 20).await?, Rotation::Ended)?;
    expect("one that comes later", asked_for(case, "S", "Y", 11, 21).await?, Rotation::Reuse)?;
    expect("that one, asked again", asked_for(case, "S", "Y", 11, 22).await?, Rotation::Reuse)?;
    expect("the call that had it before", asked_for(case, "P", "X", 20, 23).await?, Rotation::Ended)?;
    expect("the next, when it is overdue again", asked_for(case, "P", "Z", 21, 31).await?, Rotation::Reuse)?;
    expect("access tokens", case.session_standing("sid", 31).await?, Standing::Reused(case.at(31)))?;
    expect("the subject's sessions", case.ids(31).await?, Vec::new())?;
    expect("sessions ended that had ended", case.end(Which::One("sid"), 32).await?, 0)?;
    expect("once it is told", asked_for(case, "P", "W", 100, 200).await?, Rotation::Ended)?;
    expect("access tokens then", case.session_standing("sid", 200).await?, Standing::SessionEnded)
}

async fn an_overdue_alarm_is_told_once(case: &Case<'_>) -> Result<(), String> {
    unheard_reuse(case).await?;
    let names: Vec<String> = (0..64).map(|number| format!("Y{number}")).collect();
    let calls = names.iter().map(|name| {
        let call: Call<'_, _> = Box::pin(asked_for(case, "S", name, 15, 20));
        call
    });
    let mut alarms = 0;
    for answer in together(calls.collect()).await {
        match answer? {
            Rotation::Reuse => alarms += 1,
            other => expect("another call", other, Rotation::Ended)?,
        }
    }
    expect("alarms", alarms, 1)
}

async fn an_ended_session_has_no_successors(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    expect("the refresh", case.rotate("P", "S", case.grace(10, 20), 10).await?, Rotation::Installed)?;
    expect("sessions ended", case.end(Which::One("sid"), 11).await?, 1)?;
    for presented in ["P", "S", "X"] {
        expect("any token", case.rotate(presented, "T", case.grace(12, 22), 12).await?, Rotation::Ended)?;
    }
    expect("access tokens", case.session_standing("sid", 12).await?, Standing::SessionEnded)
}

async fn an_end_beside_a_refresh_wins(case: &Case<'_>) -> Result<(), String> {
    for round in 0..16 {
        let case = case.other("", &format!("-{round}"));
        case.log_in("sid").await?;
        let refresh = async {
            case.rotate("P", "S", None, 10).await.map(|rotation| match rotation {
                Rotation::Installed | Rotation::Ended => None,
                other => Some(format!("{other:?}")),
            })
        };
        let end = async {
            let ended = case.end(Which::All, 10).await?;
            Ok((ended != 1).then(|| format!("{ended} sessions ended")))
        };
        let calls: Vec<Call<'_, Result<Option<String>, String>>> = vec![Box::pin(refresh), Box::pin(end)];
        for answer in together(calls).await {
            expect("what went wrong", answer?, None)?;
        }
        expect("the successor", case.rotate("S", "T", None, 11).await?, Rotation::Ended)?;
        expect("access tokens", case.session_standing("sid", 11).await?, Standing::SessionEnded)?;
    }
    Ok(())
}

/// Refreshes from `T0` on: the last token.
async fn refresh_often(case: &Case<'_>) -> Result<u64, String> {
    case.open(&Session::new("sid", case.at(0), case.at(LIFE)), &case.token("T0", 0)).await?;
    for number in 0..20 {
        let (presented, successor) = (format!("T{number}"), format!("T{}", number + 1));
        let answer = case.rotate(&presented, &successor, case.grace(number, number + 10), number).await?;
        expect("a refresh", answer, Rotation::Installed)?;
    }
    Ok(20)
}

async fn spent_tokens_stay_spent(case: &Case<'_>) -> Result<(), String> {
    refresh_often(case).await?;
    expect("the first token", case.rotate("T0", "X", case.grace(20, 30), 20).await?, Rotation::Reuse)
}

async fn spent_after_a_purge(case: &Case<'_>) -> Result<(), String> {
    let last = refresh_often(case).await?;
    case.purge(LIFE - 1).await?;
    expect("a token of long ago", case.rotate("T3", "X", None, last).await?, Rotation::Reuse)
}

async fn the_absolute_end_stays(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    let (first, second) = (case.token("S", 10), case.token("T", LIFE));
    let refresh = Rotate::new(case.subject(), "sid", "P", &first, case.at(5 * LIFE), case.at(10));
    expect("a refresh", case.send(refresh).await?, Rotation::Installed)?;
    let late = Rotate::new(case.subject(), "sid", "S", &second, case.at(5 * LIFE), case.at(LIFE));
    expect("a refresh at the end", case.send(late).await?, Rotation::Ended)?;
    expect("access tokens at the end", case.session_standing("sid", LIFE).await?, Standing::SessionEnded)
}

async fn a_session_that_idles_ends(case: &Case<'_>) -> Result<(), String> {
    let mut session = Session::new("sid", case.at(0), case.at(LIFE));
    session.idle_end = case.at(100);
    case.open(&session, &case.token("P", 0)).await?;
    let (first, second) = (case.token("S", 99), case.token("T", 299));
    let refresh = Rotate::new(case.subject(), "sid", "P", &first, case.at(200), case.at(99));
    expect("a refresh in time", case.send(refresh).await?, Rotation::Installed)?;
    let sessions = case.sessions(10, 199).await?;
    let idle_ends: Vec<_> = sessions.iter().map(|session| session.idle_end).collect();
    expect("the idle end", idle_ends, vec![case.at(200)])?;
    let late = Rotate::new(case.subject(), "sid", "S", &second, case.at(300), case.at(200));
    expect("a refresh too late", case.send(late).await?, Rotation::Ended)?;
    expect("access tokens", case.session_standing("sid", 200).await?, Standing::SessionEnded)?;
    expect("the subject's sessions", case.ids(200).await?, Vec::new())
}

async fn tokens_belong_to_their_subject(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    for stranger in [case.other("", "-other"), case.other("staff", "")] {
        expect("a stranger with the token", stranger.rotate("P", "S", None, 10).await?, Rotation::Ended)?;
    }
    expect("the subject", case.rotate("P", "S", None, 10).await?, Rotation::Installed)
}
