//! `RedisStore`: sessions in Redis or Valkey, for any number of machines.

mod answer;

use std::{fmt, sync::Arc};

use base64::Engine as _;
use redis::{FromRedisValue, Script, ScriptInvocation, aio::ConnectionLike, aio::ConnectionManager};

use super::{
    Check, End, List, NumericDate, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing, StoreError,
    StoreFault, StoreFuture, Subject, Which,
};
use crate::jws::BASE64;

/// Keeps sessions in Redis or Valkey, alone or in a cluster.
///
/// `C` is a connection of the `redis` crate, cloned for each request: a `ConnectionManager`, or a cluster's.
///
/// A `ConnectionManager` connects anew once it hears that its connection has ended. Of a server that falls silent, as when its machine
/// loses power, it hears nothing until the operating system gives up, which takes a quarter of an hour by default; until then every
/// request is answered with 503. So say how long that is, as in the example: on Linux the user timeout decides while answers are
/// missing, and keepalive while nothing is asked.
///
/// Each operation is one script that the server runs in one piece; it is loaded once and called by its hash. All keys of a
/// subject have one hash tag, made of the realm and the subject, so that a cluster keeps them in one place.
///
/// While a script runs, the server does nothing else. So a list of sessions looks at no more than 4,000, or as many as are asked
/// for: where a subject has more, it is the newest of those that end last. The end of all sessions of a subject looks at each of them,
/// 100,000 in half a second: [`max_sessions`](crate::Builder::max_sessions) keeps them few.
///
/// # How durable it is
/// As durable as the server is told to be. Without `appendonly yes` a restart forgets what was revoked, and with
/// `appendfsync everysec`, its default, up to a second of it; so does a failover to a replica that lags. Sessions that are
/// forgotten have ended, and one whose last refresh is forgotten ends with an alarm at the next: its newest token is unknown. A server that drops keys when its memory is full is refused: it could drop a revocation.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use fastjwt::session::RedisStore;
/// use redis::{IntoConnectionInfo as _, io::tcp::{TcpSettings, socket2::TcpKeepalive}};
///
/// let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(5)).with_interval(Duration::from_secs(1));
/// let settings = TcpSettings::default().set_keepalive(keepalive);
/// #[cfg(target_os = "linux")]
/// let settings = settings.set_user_timeout(Duration::from_secs(5));
///
/// let client = redis::Client::open("redis://127.0.0.1/".into_connection_info()?.set_tcp_settings(settings))?;
/// let store = RedisStore::connect(client.get_connection_manager().await?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore<C = ConnectionManager> {
    connection: C,
    prefix: Arc<str>,
    scripts: Arc<Scripts>,
}

struct Scripts {
    open: Script,
    rotate: Script,
    check: Script,
    revoke: Script,
    end: Script,
    sessions: Script,
}

/// A script with what all of them share in front.
macro_rules! script {
    ($file:literal) => {
        Script::new(concat!(include_str!("redis/keep.lua"), include_str!($file)))
    };
}

impl<C: ConnectionLike + Clone + Send + Sync> RedisStore<C> {
    /// Keeps sessions where `connection` leads, under keys that begin with `fastjwt:`.
    ///
    /// # Errors
    /// If the server can't be asked, or has a `maxmemory` and another `maxmemory-policy` than `noeviction`.
    pub async fn connect(mut connection: C) -> Result<Self, StoreError> {
        match redis::cmd("INFO").arg("memory").query_async::<redis::Value>(&mut connection).await {
            Ok(memory) if answer::drops_keys(&memory) => {
                return Err(StoreError::new(
                    StoreFault::Refused,
                    "its `maxmemory-policy` must be `noeviction`, or it drops revocations when its memory is full",
                ));
            }
            Ok(_) => {}
            Err(error) => {
                let error = answer::failed(&error);
                if error.is_transient() {
                    return Err(error);
                }
                // A role may be kept from asking.
                tracing::warn!(
                    target: "fastjwt", event = "store_setting_unknown", detail = %error,
                    "could not ask for `maxmemory-policy`: it must be `noeviction`, or the store drops revocations"
                );
            }
        }
        let scripts = Scripts {
            open: script!("redis/open.lua"),
            rotate: script!("redis/rotate.lua"),
            check: script!("redis/check.lua"),
            revoke: script!("redis/revoke.lua"),
            end: script!("redis/end.lua"),
            sessions: script!("redis/sessions.lua"),
        };
        Ok(Self { connection, prefix: "fastjwt".into(), scripts: Arc::new(scripts) })
    }

    /// Begins the keys with another word than `fastjwt`, where several services share a server. A brace in it becomes `_`: it
    /// would change where a cluster keeps the keys.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.replace(['{', '}'], "_").into();
        self
    }

    fn keys(&self, subject: Subject<'_>) -> Keys {
        let realm = BASE64.encode(subject.realm);
        let id = BASE64.encode(subject.id);
        Keys(format!("{}:{{{realm}.{id}}}", self.prefix))
    }

    async fn run<T: FromRedisValue>(&self, invocation: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        invocation.invoke_async(&mut self.connection.clone()).await.map_err(|error| answer::failed(&error))
    }

    async fn open_session(&self, open: Open<'_>) -> Result<(), StoreError> {
        let Open { session, refresh, .. } = open;
        let keys = self.keys(open.subject);
        let mut script = self.scripts.open.key(keys.session(&session.id));
        script.key(keys.index()).arg(&session.id);
        for date in [session.created, session.refreshed, session.ends, session.idle_end] {
            script.arg(date.as_millis());
        }
        script.arg(&session.device).arg(&refresh.jti).arg(refresh.iat.as_millis()).arg(refresh.exp.as_millis());
        match self.run(script.arg(open.now.as_millis()).arg(keys.session(""))).await? {
            1 => Ok(()),
            0 => Err(StoreError::new(StoreFault::Refused, "the subject has another session with this id")),
            _ => Err(answer::garbage()),
        }
    }

    async fn rotate_session(&self, rotate: Rotate<'_>) -> Result<Rotation, StoreError> {
        let heard = self.try_to_rotate(rotate, false).await?;
        let answer = if answer::is_spent(&heard) { self.try_to_rotate(rotate, true).await? } else { heard };
        answer::rotation(&answer)
    }

    /// A token that is spent ends its session only if `has_heard`.
    async fn try_to_rotate(&self, rotate: Rotate<'_>, has_heard: bool) -> Result<Vec<String>, StoreError> {
        let keys = self.keys(rotate.subject);
        let mut script = self.scripts.rotate.key(keys.session(rotate.session));
        script.key(keys.index()).arg(rotate.session).arg(rotate.presented);
        let successor = rotate.successor;
        script.arg(&successor.jti).arg(successor.iat.as_millis()).arg(successor.exp.as_millis());
        script.arg(optional(rotate.grace.map(|grace| grace.from)));
        script.arg(optional(rotate.grace.map(|grace| grace.until)));
        script.arg(rotate.idle_end.as_millis()).arg(rotate.now.as_millis()).arg(rotate.overdue.as_millis());
        script.arg(u8::from(rotate.is_later)).arg(u8::from(has_heard));
        self.run(&script).await
    }

    async fn check_token(&self, check: Check<'_>, idle_end: Option<NumericDate>) -> Result<Standing, StoreError> {
        let keys = self.keys(check.subject);
        let mut script = self.scripts.check.key(keys.session(check.session.unwrap_or_default()));
        script.key(keys.index()).key(keys.revoked(check.issuer, check.jti.unwrap_or_default())).key(keys.cut_off());
        script.arg(u8::from(check.jti.is_some())).arg(u8::from(check.session.is_some()));
        script.arg(check.session.unwrap_or_default()).arg(optional(check.issued_at));
        script.arg(check.now.as_millis()).arg(optional(idle_end));
        answer::standing(&self.run::<Vec<String>>(&script).await?)
    }

    async fn revoke_token(&self, revoke: Revoke<'_>) -> Result<(), StoreError> {
        let mut script = self.scripts.revoke.key(self.keys(revoke.subject).revoked(revoke.issuer, revoke.jti));
        script.arg(revoke.keep_until.as_millis()).arg(revoke.now.as_millis());
        match self.run(&script).await? {
            1 => Ok(()),
            _ => Err(answer::garbage()),
        }
    }

    async fn end_sessions(&self, end: End<'_>) -> Result<u64, StoreError> {
        let keys = self.keys(end.subject);
        let mut script = self.scripts.end.key(keys.index());
        script.key(keys.cut_off());
        match end.which {
            Which::One(id) => script.arg("one").arg(id),
            Which::All => script.arg("all").arg(""),
            Which::AllBut(id) => script.arg("all_but").arg(id),
            Which::OpenedBefore(moment) => script.arg("opened_before").arg(moment.as_millis()),
        };
        script.arg(optional(end.cut_off.map(|cut_off| cut_off.before)));
        script.arg(optional(end.cut_off.map(|cut_off| cut_off.keep_until)));
        script.arg(end.now.as_millis()).arg(keys.session(""));
        self.run(&script).await
    }

    async fn list_sessions(&self, list: List<'_>) -> Result<Vec<Session>, StoreError> {
        let keys = self.keys(list.subject);
        let mut script = self.scripts.sessions.key(keys.index());
        script.arg(list.now.as_millis()).arg(keys.session("")).arg(list.limit);
        let rows: Vec<answer::SessionRow> = self.run(&script).await?;
        rows.into_iter().map(answer::session).collect()
    }
}

/// The beginning of a subject's keys.
struct Keys(String);

impl Keys {
    fn index(&self) -> String {
        format!("{}:sessions", self.0)
    }

    fn session(&self, id: &str) -> String {
        format!("{}:session:{id}", self.0)
    }

    /// The issuer in letters that have no colon, so that no two pairs make one key.
    fn revoked(&self, issuer: &str, jti: &str) -> String {
        format!("{}:revoked:{}:{jti}", self.0, BASE64.encode(issuer))
    }

    fn cut_off(&self) -> String {
        format!("{}:cut-off", self.0)
    }
}

/// An argument that may be missing.
fn optional(date: Option<NumericDate>) -> String {
    date.map(|date| date.as_millis().to_string()).unwrap_or_default()
}

impl<C: ConnectionLike + Clone + Send + Sync> SessionStore for RedisStore<C> {
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        Box::pin(self.open_session(open))
    }

    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        Box::pin(self.rotate_session(rotate))
    }

    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
        Box::pin(self.check_token(check, None))
    }

    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
        Box::pin(self.check_token(check, Some(idle_end)))
    }

    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
        Box::pin(self.revoke_token(revoke))
    }

    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
        Box::pin(self.end_sessions(end))
    }

    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        Box::pin(self.list_sessions(list))
    }

    /// The server forgets by itself.
    fn purge(&self, _now: NumericDate) -> StoreFuture<'_, u64> {
        Box::pin(async { Ok(0) })
    }
}

impl<C> fmt::Debug for RedisStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
