//! Rules of logins and their ends: what is opened is listed, what is ended is gone, and every text comes back as it was.

use super::{
    Rule,
    case::{Case, LIFE, expect},
};
use crate::session::{CutOff, End, List, Open, RefreshRecord, Rotation, Session, Standing, StoreFault, Which};

pub(super) const RULES: &[Rule] = &[
    Rule::new("one session ends", |case| Box::pin(one_session_ends(case))),
    Rule::new("all sessions end", |case| Box::pin(all_sessions_end(case))),
    Rule::new("all sessions but one end", |case| Box::pin(all_sessions_but_one_end(case))),
    Rule::new("sessions opened before a moment end", |case| Box::pin(sessions_opened_before_end(case))),
    Rule::new("ending counts what lived", |case| Box::pin(ending_counts_what_lived(case))),
    Rule::new("sessions and other tokens end together", |case| Box::pin(ending_with_a_cut_off(case))),
    Rule::new("a login after the end of all lives", |case| Box::pin(a_login_after_the_end_lives(case))),
    Rule::new("a clock that is ahead keeps no session from its end", |case| {
        Box::pin(a_clock_ahead_keeps_nothing(case))
    }),
    Rule::new("sessions are listed, newest first", |case| Box::pin(listed_newest_first(case))),
    Rule::new("a login whose answer was lost is asked again", |case| Box::pin(a_login_is_asked_again(case))),
    Rule::new("an id is taken once", |case| Box::pin(an_id_is_taken_once(case))),
    Rule::new("every text comes back as it was", |case| Box::pin(every_text_comes_back(case))),
    Rule::new("every time comes back as it was", |case| Box::pin(every_time_comes_back(case))),
];

/// Four sessions, `a` opened at 1, `b` at 2, and so on.
async fn four(case: &Case<'_>) -> Result<(), String> {
    for (id, seconds) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
        case.open(&Session::new(id, case.at(seconds), case.at(LIFE)), &case.token("P", seconds)).await?;
    }
    Ok(())
}

async fn left(case: &Case<'_>, ids: &[&str]) -> Result<(), String> {
    let expected: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    expect("the sessions that are left", case.ids(10).await?, expected)?;
    for id in ["a", "b", "c", "d"] {
        let standing = if ids.contains(&id) { Standing::Good(case.ends(LIFE, LIFE)) } else { Standing::SessionEnded };
        expect("a token of a session", case.session_standing(id, 10).await?, standing)?;
    }
    Ok(())
}

async fn one_session_ends(case: &Case<'_>) -> Result<(), String> {
    four(case).await?;
    expect("sessions ended", case.end(Which::One("b"), 10).await?, 1)?;
    left(case, &["d", "c", "a"]).await?;
    for id in ["b", "", "%", "nobody"] {
        expect("sessions ended by another name", case.end(Which::One(id), 10).await?, 0)?;
    }
    left(case, &["d", "c", "a"]).await
}

async fn all_sessions_end(case: &Case<'_>) -> Result<(), String> {
    four(case).await?;
    let strangers = [case.other("", "-other"), case.other("staff", "")];
    for stranger in &strangers {
        stranger.log_in("a").await?;
    }
    // Even one that was opened by a clock that is ahead.
    case.open(&Session::new("ahead", case.at(100), case.at(LIFE)), &case.token("P", 100)).await?;
    expect("sessions ended", case.end(Which::All, 10).await?, 5)?;
    left(case, &[]).await?;
    expect("the session of a clock ahead", case.session_standing("ahead", 100).await?, Standing::SessionEnded)?;
    expect("sessions ended again", case.end(Which::All, 10).await?, 0)?;
    for stranger in &strangers {
        expect("a stranger's sessions", stranger.ids(10).await?, vec!["a".to_owned()])?;
    }
    Ok(())
}

async fn all_sessions_but_one_end(case: &Case<'_>) -> Result<(), String> {
    four(case).await?;
    expect("sessions ended", case.end(Which::AllBut("c"), 10).await?, 3)?;
    left(case, &["c"]).await?;
    expect("sessions ended but for none", case.end(Which::AllBut("nobody"), 10).await?, 1)?;
    left(case, &[]).await
}

async fn sessions_opened_before_end(case: &Case<'_>) -> Result<(), String> {
    four(case).await?;
    expect("sessions ended", case.end(Which::OpenedBefore(case.at(3)), 10).await?, 2)?;
    left(case, &["d", "c"]).await?;
    expect("sessions ended again", case.end(Which::OpenedBefore(case.at(3)), 10).await?, 0)
}

async fn ending_counts_what_lived(case: &Case<'_>) -> Result<(), String> {
    case.open(&Session::new("over", case.at(0), case.at(5)), &case.token("P", 0)).await?;
    let mut idle = Session::new("idle", case.at(0), case.at(LIFE));
    idle.idle_end = case.at(5);
    case.open(&idle, &case.token("P", 0)).await?;
    case.log_in("sid").await?;
    case.rotate("P", "S", None, 1).await?;
    expect("the second use", case.rotate("P", "X", None, 1).await?, Rotation::Reuse)?;
    case.log_in("good").await?;
    expect("sessions ended", case.end(Which::All, 10).await?, 1)
}

async fn ending_with_a_cut_off(case: &Case<'_>) -> Result<(), String> {
    four(case).await?;
    let mut end = End::new(case.subject(), Which::AllBut("d"), case.at(10));
    end.cut_off = Some(CutOff { before: case.at(10), keep_until: case.at(500) });
    for expected in [3, 0] {
        expect("sessions ended", case.store.end(end).await.map_err(|error| error.to_string())?, expected)?;
    }
    let mut check = case.token_of(None, Some("x"), 10);
    check.issued_at = Some(case.at(9));
    expect("a token without a session", case.standing(check).await?, Standing::CutOff)?;
    left(case, &["d"]).await
}

async fn a_login_after_the_end_lives(case: &Case<'_>) -> Result<(), String> {
    four(case).await?;
    let mut end = End::new(case.subject(), Which::All, case.at(10));
    end.cut_off = Some(CutOff { before: case.at(11), keep_until: case.at(500) });
    case.store.end(end).await.map_err(|error| error.to_string())?;
    // In the same second, as after a change of the password.
    case.open(&Session::new("d", case.at(10), case.at(LIFE)), &case.token("Q", 10)).await?;
    left(case, &["d"]).await
}

/// What a machine whose clock is a day ahead takes for ended lives on other machines; it may be forgotten, but not half.
async fn a_clock_ahead_keeps_nothing(case: &Case<'_>) -> Result<(), String> {
    const DAY: u64 = 24 * 3600;
    case.log_in("a").await?;
    let ahead = Session::new("b", case.at(DAY), case.at(DAY + LIFE));
    case.open(&ahead, &case.token("P", DAY)).await?;
    let lived = 1 + u64::from(case.session_standing("a", 10).await? == Standing::Good(case.ends(LIFE, LIFE)));
    expect("the sessions that are listed", case.ids(10).await?.len() as u64, lived)?;
    expect("sessions ended", case.end(Which::All, 10).await?, lived)?;
    expect("a session of the clocks that are right", case.session_standing("a", 10).await?, Standing::SessionEnded)?;
    expect("the session of the clock ahead", case.session_standing("b", DAY).await?, Standing::SessionEnded)
}

async fn listed_newest_first(case: &Case<'_>) -> Result<(), String> {
    four(case).await?;
    case.open(&Session::new("bb", case.at(2), case.at(LIFE)), &case.token("P", 2)).await?;
    case.open(&Session::new("B", case.at(2), case.at(LIFE)), &case.token("P", 2)).await?;
    case.open(&Session::new("over", case.at(5), case.at(9)), &case.token("P", 5)).await?;
    expect("the sessions", case.ids(10).await?, ["d", "c", "B", "b", "bb", "a"].map(str::to_owned).to_vec())?;
    let list = List::new(case.subject(), 2, case.at(10));
    let newest = case.store.sessions(list).await.map_err(|error| error.to_string())?;
    let newest: Vec<String> = newest.into_iter().map(|session| session.id).collect();
    expect("the two newest", newest, ["d", "c"].map(str::to_owned).to_vec())?;
    expect("none of them", case.sessions(0, 10).await?, Vec::new())
}

async fn a_login_is_asked_again(case: &Case<'_>) -> Result<(), String> {
    for _ in 0..2 {
        case.log_in("sid").await?;
    }
    expect("the sessions", case.ids(10).await?, vec!["sid".to_owned()])?;
    expect("its token", case.rotate("P", "S", None, 10).await?, Rotation::Installed)
}

async fn an_id_is_taken_once(case: &Case<'_>) -> Result<(), String> {
    case.log_in("sid").await?;
    let (session, refresh) = (Session::new("sid", case.at(1), case.at(2 * LIFE)), case.token("Q", 1));
    let open = Open::new(case.subject(), &session, &refresh, case.at(1));
    let fault = case.store.open(open).await.err().map(|error| error.fault());
    expect("a session with a taken id", fault, Some(StoreFault::Refused))?;
    expect("the first one's token", case.rotate("P", "S", None, 10).await?, Rotation::Installed)?;
    let stranger = case.other("", "-other");
    stranger.log_in("sid").await?;
    expect("a token that nobody knows", stranger.rotate("X", "S", None, 10).await?, Rotation::Reuse)?;
    let (session, refresh) = (Session::new("sid", case.at(0), case.at(LIFE)), case.token("P", 0));
    let open = Open::new(stranger.subject(), &session, &refresh, case.at(0));
    let fault = case.store.open(open).await.err().map(|error| error.fault());
    expect("a login that is asked again when its session has ended", fault, Some(StoreFault::Refused))
}

const TEXTS: [&str; 9] = [
    "",
    " leading, trailing ",
    "'; DROP TABLE fastjwt_sessions; --",
    "a\0b",
    "\u{1}0\u{1}1\u{1}",
    "}{sid}:*?[a-z]",
    "\r\n\t\"\\%_",
    "Zoë's 📱 \u{202e}",
    "a\u{301}",
];

async fn every_text_comes_back(case: &Case<'_>) -> Result<(), String> {
    for text in TEXTS {
        let case = case.other(&format!("realm{text}"), text);
        let mut session = Session::new(format!("sid{text}"), case.at(0), case.at(LIFE));
        text.clone_into(&mut session.device);
        let refresh = RefreshRecord::new(format!("P{text}"), case.at(0), case.at(500));
        case.open(&session, &refresh).await?;
        expect("the sessions", case.sessions(10, 10).await?, vec![session.clone()])?;
        expect("its standing", case.session_standing(&session.id, 10).await?, Standing::Good(case.ends(LIFE, LIFE)))?;
        expect("sessions ended but it", case.end(Which::AllBut(&session.id), 10).await?, 0)?;
        expect("sessions ended", case.end(Which::One(&session.id), 10).await?, 1)?;
    }
    // The longest subject, and what a service may well call a device.
    let case = case.other("", &"s".repeat(220));
    let mut session = Session::new("sid", case.at(0), case.at(LIFE));
    session.device = "long ".repeat(200);
    case.open(&session, &case.token("P", 0)).await?;
    expect("the sessions", case.sessions(10, 10).await?, vec![session])
}

async fn every_time_comes_back(case: &Case<'_>) -> Result<(), String> {
    let mut session = Session::new("sid", case.at_millis(1), crate::NumericDate::MAX);
    session.refreshed = case.at_millis(999);
    session.idle_end = case.at_millis(86_400_001);
    case.open(&session, &case.token("P", 0)).await?;
    expect("the sessions", case.sessions(10, 10).await?, vec![session])
}
