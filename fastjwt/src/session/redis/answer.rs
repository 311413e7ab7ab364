//! What the scripts' answers and the server's errors mean.

use redis::{ErrorKind, RedisError, ServerErrorKind, Value};

use crate::session::{Ends, NumericDate, RefreshRecord, Rotation, Session, Standing, StoreError, StoreFault};

/// id, created, refreshed, ends, idle end, device.
pub(super) type SessionRow = (String, u64, u64, u64, u64, String);

/// Whether the token that was presented is spent, and its session goes on as yet.
pub(super) fn is_spent(answer: &[String]) -> bool {
    answer == ["spent"]
}

pub(super) fn rotation(answer: &[String]) -> Result<Rotation, StoreError> {
    let words: Vec<&str> = answer.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["installed"] => Ok(Rotation::Installed),
        ["reuse"] => Ok(Rotation::Reuse),
        ["ended"] => Ok(Rotation::Ended),
        ["grace", jti, iat, exp] => Ok(Rotation::Grace(RefreshRecord::new(*jti, number(iat)?, number(exp)?))),
        _ => Err(garbage()),
    }
}

pub(super) fn standing(answer: &[String]) -> Result<Standing, StoreError> {
    let words: Vec<&str> = answer.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["good"] => Ok(Standing::Good(None)),
        ["good", absolute, idle] => Ok(Standing::Good(Some(Ends { absolute: number(absolute)?, idle: number(idle)? }))),
        ["revoked"] => Ok(Standing::Revoked),
        ["reused", since] => Ok(Standing::Reused(number(since)?)),
        ["session_ended", ..] => Ok(Standing::SessionEnded),
        ["cut_off"] => Ok(Standing::CutOff),
        _ => Err(garbage()),
    }
}

pub(super) fn session(row: SessionRow) -> Result<Session, StoreError> {
    let (id, created, refreshed, ends, idle_end, device) = row;
    Ok(Session {
        id,
        created: date(created)?,
        refreshed: date(refreshed)?,
        ends: date(ends)?,
        idle_end: date(idle_end)?,
        device,
    })
}

fn number(text: &str) -> Result<NumericDate, StoreError> {
    date(text.parse().map_err(|_| garbage())?)
}

fn date(milliseconds: u64) -> Result<NumericDate, StoreError> {
    NumericDate::from_millis(milliseconds).ok_or_else(garbage)
}

pub(super) fn garbage() -> StoreError {
    StoreError::new(StoreFault::Garbage, "a script's answer is none of those it gives")
}

/// Whether a server says in `INFO memory` that it drops keys when its memory is full; a cluster answers for each of its servers.
pub(super) fn drops_keys(memory: &Value) -> bool {
    let drops = |memory: &str| {
        let value = |name: &str| memory.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value("maxmemory").is_some_and(|bytes| bytes.trim() != "0")
            && value("maxmemory_policy").is_some_and(|policy| policy.trim() != "noeviction")
    };
    match memory {
        Value::BulkString(text) => drops(&String::from_utf8_lossy(text)),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => drops(text),
        Value::Array(servers) => servers.iter().any(drops_keys),
        Value::Map(servers) => servers.iter().any(|(_, memory)| drops_keys(memory)),
        _ => false,
    }
}

/// What an error of the server or the connection means; its text may hold values and is left out.
pub(super) fn failed(error: &RedisError) -> StoreError {
    if error.is_timeout() {
        return StoreError::new(StoreFault::TimedOut, "the server did not answer in time");
    }
    if error.is_io_error() || error.is_connection_dropped() || error.is_connection_refusal() {
        return StoreError::new(StoreFault::Unavailable, "the connection failed");
    }
    match error.kind() {
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::TryAgain
            | ServerErrorKind::ClusterDown
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ReadOnly
            | ServerErrorKind::Moved
            | ServerErrorKind::Ask,
        )
        | ErrorKind::ClusterConnectionNotFound
        | ErrorKind::MasterNameNotFoundBySentinel
        | ErrorKind::NoValidReplicasFoundBySentinel => coded(StoreFault::Unavailable, "it is not ready", error),
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType => garbage(),
        // Not the library's codes: `OOM` is a full server, `BUSY` one that is held up, `NOAUTH` and others a missing permission.
        _ => match error.code() {
            Some("OOM" | "MISCONF") => coded(StoreFault::Full, "the server takes no more", error),
            Some("BUSY" | "NOREPLICAS") => coded(StoreFault::Unavailable, "it is not ready", error),
            Some("ERR" | "WRONGTYPE") => coded(StoreFault::Garbage, "a script failed on what is kept", error),
            _ => coded(StoreFault::Refused, "the server refused the command", error),
        },
    }
}

fn coded(fault: StoreFault, reason: &'static str, error: &RedisError) -> StoreError {
    StoreError::new(fault, reason).with_code(error.code().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(policy: &str, most: u64) -> Value {
        Value::BulkString(format!("# Memory\r\nmaxmemory:{most}\r\nmaxmemory_policy:{policy}\r\n").into_bytes())
    }

    #[test]
    fn one_server_of_a_cluster_that_drops_keys_is_enough() {
        let node = |name: &str, policy| (Value::SimpleString(name.to_owned()), server(policy, 1));
        assert!(drops_keys(&server("volatile-lru", 1)));
        assert!(!drops_keys(&server("volatile-lru", 0)) && !drops_keys(&server("noeviction", 1)));
        assert!(!drops_keys(&Value::Map(vec![node("a", "noeviction"), node("b", "noeviction")])));
        assert!(drops_keys(&Value::Map(vec![node("a", "noeviction"), node("b", "volatile-lru")])));
        assert!(drops_keys(&Value::Array(vec![Value::Array(vec![node("a", "x").0, server("allkeys-lru", 9)])])));
        assert!(!drops_keys(&Value::Nil));
    }
}
