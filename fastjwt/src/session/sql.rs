//! What SQLite and PostgreSQL have in common: statements that are atomic by themselves, and what their rows and errors mean.

mod lent;
mod store;

use std::borrow::Cow;

pub(super) use self::{lent::Lent, store::sql_store};
use super::{
    Ends, Grace, NumericDate, RefreshRecord, Session, StoreError, StoreFault,
    family::{Family, Forgotten, Previous, Reuse},
};

// One text for both: `$n` is a parameter in either, and no more than their common language is used.

/// Asked again with the same token, it changes nothing and counts as done.
pub(super) const OPEN: &str = "
    INSERT INTO fastjwt_sessions
        (realm, subject, id, created, refreshed, ends, idle_end, device, current, current_iat, current_exp)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (realm, subject, id) DO UPDATE SET id = excluded.id
    WHERE fastjwt_sessions.current = excluded.current AND fastjwt_sessions.previous IS NULL
        AND fastjwt_sessions.ended_by IS NULL";

/// The whole rotation, when the token is good: of two at once, the second finds another `current`.
pub(super) const ROTATE: &str = "
    UPDATE fastjwt_sessions
    SET previous = current, grace_from = $5, grace_until = $6,
        current = $7, current_iat = $8, current_exp = $9, refreshed = $10, idle_end = $11
    WHERE realm = $1 AND subject = $2 AND id = $3
        AND current = $4 AND ended_by IS NULL AND ends > $10 AND idle_end > $10";

pub(super) const FAMILY: &str = "
    SELECT current, current_iat, current_exp, previous, grace_from, grace_until, ends, idle_end,
        ended_by, ended_at
    FROM fastjwt_sessions WHERE realm = $1 AND subject = $2 AND id = $3";

/// Of two at once, the second finds another `ended_by`.
pub(super) const END_BY_REUSE: &str = "
    UPDATE fastjwt_sessions SET ended_by = $4, ended_at = $5
    WHERE realm = $1 AND subject = $2 AND id = $3 AND ended_by IS NOT DISTINCT FROM $6";

pub(super) const CHECK: &str = "
    SELECT
        (SELECT COUNT(*) FROM fastjwt_revoked WHERE realm = $1 AND subject = $2 AND issuer = $3 AND jti = $4),
        (SELECT keep_until FROM fastjwt_forgotten),
        (SELECT made FROM fastjwt_forgotten),
        session.ends,
        session.idle_end,
        session.ended_at,
        (SELECT moment FROM fastjwt_cut_offs WHERE realm = $1 AND subject = $2)
    FROM (SELECT 1 AS one) AS always
    LEFT JOIN fastjwt_sessions AS session
        ON session.realm = $1 AND session.subject = $2 AND session.id = $5";

pub(super) const RENEW: &str = "
    UPDATE fastjwt_sessions SET refreshed = $6, idle_end = CASE WHEN idle_end < $7 THEN $7 ELSE idle_end END
    WHERE realm = $1 AND subject = $2 AND id = $5 AND ended_by IS NULL AND ends > $6 AND idle_end > $6
        AND NOT EXISTS (
            SELECT 1 FROM fastjwt_revoked WHERE realm = $1 AND subject = $2 AND issuer = $3 AND jti = $4
        )
        AND NOT EXISTS (SELECT 1 FROM fastjwt_forgotten WHERE keep_until >= $8 AND made >= $9)";

pub(super) const REVOKE: &str = "
    INSERT INTO fastjwt_revoked (realm, subject, issuer, jti, keep_until, made) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (realm, subject, issuer, jti) DO UPDATE SET keep_until = excluded.keep_until
    WHERE fastjwt_revoked.keep_until < excluded.keep_until";

pub(super) const SESSIONS: &str = "
    SELECT id, created, refreshed, ends, idle_end, device FROM fastjwt_sessions
    WHERE realm = $1 AND subject = $2 AND ended_by IS NULL AND ends > $3 AND idle_end > $3
    ORDER BY created DESC, id LIMIT $4";

/// The columns of [`FAMILY`].
pub(super) type FamilyRow =
    (String, i64, i64, Option<String>, Option<i64>, Option<i64>, i64, i64, Option<String>, Option<i64>);
/// The columns of [`CHECK`].
pub(super) type CheckRow = (i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
/// The columns of [`SESSIONS`].
pub(super) type SessionRow = (String, i64, i64, i64, i64, String);

pub(super) fn family(row: FamilyRow) -> Result<Family, StoreError> {
    let (current, iat, exp, previous, grace_from, grace_until, ends, idle_end, ended_by, ended_at) = row;
    let grace = match (grace_from, grace_until) {
        (Some(from), Some(until)) => Some(Grace { from: date(from)?, until: date(until)? }),
        (None, None) => None,
        _ => return Err(garbage("half of a grace period")),
    };
    let ended_by = match (ended_by, ended_at) {
        (Some(call), Some(since)) => Some(Reuse { call: from_column(call), since: date(since)? }),
        (None, None) => None,
        _ => return Err(garbage("half of a reuse")),
    };
    Ok(Family {
        current: RefreshRecord { jti: from_column(current), iat: date(iat)?, exp: date(exp)? },
        previous: previous.map(|jti| Previous { jti: from_column(jti), grace }),
        ends: Ends { absolute: date(ends)?, idle: date(idle_end)? },
        ended_by,
    })
}

pub(super) fn session(row: SessionRow) -> Result<Session, StoreError> {
    let (id, created, refreshed, ends, idle_end, device) = row;
    Ok(Session {
        id: from_column(id),
        created: date(created)?,
        refreshed: date(refreshed)?,
        ends: date(ends)?,
        idle_end: date(idle_end)?,
        device: from_column(device),
    })
}

/// The ends in a row, if both are there.
pub(super) fn ends(absolute: Option<i64>, idle: Option<i64>) -> Result<Option<Ends>, StoreError> {
    match (absolute, idle) {
        (Some(absolute), Some(idle)) => Ok(Some(Ends { absolute: date(absolute)?, idle: date(idle)? })),
        (None, None) => Ok(None),
        _ => Err(garbage("half of a session")),
    }
}

/// What was forgotten, if anything was.
pub(super) fn forgotten(until: Option<i64>, made: Option<i64>) -> Result<Option<Forgotten>, StoreError> {
    match (until, made) {
        (Some(until), Some(made)) => Ok(Some(Forgotten { until: date(until)?, made: date(made)? })),
        (None, None) => Ok(None),
        _ => Err(garbage("half of what was forgotten")),
    }
}

// --- Values -------------------------------------------------------------------------------------------------------------

/// What stands before a digit in a column for a character that PostgreSQL's text can't hold, or for itself.
const ESCAPE: char = '\u{1}';

/// A text as it stands in a column: itself, but for NUL, which PostgreSQL refuses. Two texts never become one.
pub(super) fn column(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(ESCAPE, "\u{1}1").replace('\0', "\u{1}0"))
}

pub(super) fn from_column(text: String) -> String {
    if text.contains(ESCAPE) { text.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}") } else { text }
}

/// Every date fits: the year 9999 has 15 digits in milliseconds.
pub(super) fn millis(date: NumericDate) -> i64 {
    i64::try_from(date.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn date(millis: i64) -> Result<NumericDate, StoreError> {
    u64::try_from(millis)
        .ok()
        .and_then(NumericDate::from_millis)
        .ok_or_else(|| garbage("a time before 1970 or after 9999"))
}

// --- Errors -------------------------------------------------------------------------------------------------------------

pub(super) fn garbage(reason: &'static str) -> StoreError {
    StoreError::new(StoreFault::Garbage, reason)
}

/// What an error of the database means; its text may hold values and is left out.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    use sqlx::Error;

    match &error {
        Error::Database(told) => {
            let code = told.code().unwrap_or_default();
            let (fault, reason) = meaning(&code);
            StoreError::new(fault, reason).with_code(code)
        }
        Error::Io(_) | Error::Tls(_) => StoreError::new(StoreFault::Unavailable, "the connection failed"),
        Error::PoolTimedOut => StoreError::new(StoreFault::Unavailable, "the pool had no connection in time"),
        Error::PoolClosed => StoreError::new(StoreFault::Unavailable, "the pool is closed"),
        Error::WorkerCrashed | Error::BeginFailed => {
            StoreError::new(StoreFault::Unavailable, "the connection is not usable")
        }
        Error::Protocol(_)
        | Error::RowNotFound
        | Error::TypeNotFound { .. }
        | Error::ColumnIndexOutOfBounds { .. }
        | Error::ColumnNotFound(_)
        | Error::ColumnDecode { .. }
        | Error::Decode(_) => garbage("a row is not as it was written"),
        _ => StoreError::new(StoreFault::Refused, "the database library refused"),
    }
}

/// What a database's code means: an SQLSTATE has five characters, SQLite's is a small number whose lowest byte is the kind.
fn meaning(code: &str) -> (StoreFault, &'static str) {
    if let Some(class) = code.get(..2).filter(|_| code.len() == 5) {
        return match (class, code) {
            ("08" | "57", _) => (StoreFault::Unavailable, "the database closed the connection or is starting"),
            ("40", _) | (_, "55P03") => (StoreFault::Unavailable, "other transactions were in the way"),
            (_, "25006") => (StoreFault::Unavailable, "the database is read-only at the moment"),
            (_, "53100") => (StoreFault::Full, "the database's disk is full"),
            ("53", _) => (StoreFault::Unavailable, "the database is overloaded"),
            ("XX", _) => (StoreFault::Garbage, "the database is damaged"),
            (_, "42P01" | "42703") => (StoreFault::Refused, "the tables are missing: `migrate` makes them"),
            _ => (StoreFault::Refused, "the database refused the statement"),
        };
    }
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(5 | 6) => (StoreFault::Unavailable, "another connection kept the database locked"),
        Ok(10 | 14) => (StoreFault::Unavailable, "the file could not be read or written"),
        Ok(13) => (StoreFault::Full, "the disk is full"),
        Ok(11 | 26) => (StoreFault::Garbage, "the file is damaged or no database"),
        _ => (StoreFault::Refused, "the database refused the statement"),
    }
}
