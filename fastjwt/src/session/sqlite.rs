//! `SqliteStore`: sessions in one file, for one machine whose logins outlive a restart.

use std::{path::Path, time::Duration};

use sqlx::{
    Connection as _, Sqlite, SqlitePool, Transaction,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::runtime::Handle;

use super::{
    Check, CutOff, End, Ends, List, NumericDate, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing,
    StoreError, StoreFault, StoreFuture, Which,
    family::{Family, Found, Step},
    sql::{self, Lent, sql_store},
};

/// The changes of the tables, in their order.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/sqlite/1_sessions.sql")];

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS fastjwt_migrations (version INTEGER PRIMARY KEY)";
const VERSION: &str = "SELECT MAX(version) FROM fastjwt_migrations";
const MIGRATED: &str = "INSERT INTO fastjwt_migrations (version) VALUES ($1)";

const CUT_OFF: &str = "
    INSERT INTO fastjwt_cut_offs (realm, subject, moment, keep_until, made) VALUES ($1, $2, $3, $4, MAX($3, $5))
    ON CONFLICT (realm, subject) DO UPDATE SET
        moment = MAX(moment, excluded.moment), keep_until = MAX(keep_until, excluded.keep_until),
        made = MAX(made, excluded.made)";

const END_ONE: &str = "
    DELETE FROM fastjwt_sessions WHERE realm = $1 AND subject = $2 AND id = $3 RETURNING ends, idle_end, ended_by";
const END_ALL: &str = "
    DELETE FROM fastjwt_sessions WHERE realm = $1 AND subject = $2 RETURNING ends, idle_end, ended_by";
const END_ALL_BUT: &str = "
    DELETE FROM fastjwt_sessions WHERE realm = $1 AND subject = $2 AND id <> $3 RETURNING ends, idle_end, ended_by";
const END_OPENED_BEFORE: &str = "
    DELETE FROM fastjwt_sessions WHERE realm = $1 AND subject = $2 AND created < $3 RETURNING ends, idle_end, ended_by";

/// Before anything is forgotten, what it means for tokens is kept.
const FORGOTTEN: &str = "
    INSERT INTO fastjwt_forgotten (one, keep_until, made)
    SELECT 1, MAX(keep_until), MAX(made) FROM (
        SELECT keep_until, made FROM fastjwt_revoked WHERE keep_until <= $1
        UNION ALL SELECT keep_until, made FROM fastjwt_cut_offs WHERE keep_until <= $1
    )
    WHERE true HAVING MAX(keep_until) IS NOT NULL
    ON CONFLICT (one) DO UPDATE SET
        keep_until = MAX(keep_until, excluded.keep_until), made = MAX(made, excluded.made)";
const FORGET: [&str; 3] = [
    "DELETE FROM fastjwt_revoked WHERE (realm, subject, issuer, jti) IN
        (SELECT realm, subject, issuer, jti FROM fastjwt_revoked WHERE keep_until <= $1 LIMIT $2)",
    "DELETE FROM fastjwt_cut_offs WHERE (realm, subject) IN
        (SELECT realm, subject FROM fastjwt_cut_offs WHERE keep_until <= $1 LIMIT $2)",
    "DELETE FROM fastjwt_sessions WHERE (realm, subject, id) IN
        (SELECT realm, subject, id FROM fastjwt_sessions WHERE ends <= $1 OR idle_end <= $1 LIMIT $2)",
];
/// Of each table at a time: logins and refreshes write in between, as there is one who writes.
const AT_A_TIME: u32 = 1000;

/// A transaction that reads first and then writes would fail if another one wrote in between.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// How long a connection waits for another one's write.
const BUSY: Duration = Duration::from_secs(5);
/// Connections that only read; in WAL mode they don't wait for the one that writes.
const READERS: u32 = 4;

/// Keeps sessions in an SQLite file.
///
/// What it has answered is on the disk, and survives the end of the process and of the machine. Processes on one machine may
/// share the file; machines can't.
///
/// ```no_run
/// # async fn example() -> Result<(), fastjwt::session::StoreError> {
/// let store = fastjwt::session::SqliteStore::open("sessions.db").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SqliteStore {
    reads: SqlitePool,
    writes: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, makes it and its tables if need be, and puts it into WAL mode.
    ///
    /// Writes go through one connection, so that they queue here and not at SQLite's lock, which is not fair.
    ///
    /// # Errors
    /// If the file can't be opened, is no database, or the tables can't be made.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // In WAL mode, less may lose the last revocations when the power fails.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        // A file does not go away: its connections need not be asked whether they live, nor be made anew.
        let pool = SqlitePoolOptions::new().test_before_acquire(false).idle_timeout(None).max_lifetime(None);
        let writes = pool.clone().max_connections(1).connect_with(options.clone()).await.map_err(sql::failed)?;
        migrate(&writes).await?;
        Ok(Self { reads: pool.max_connections(READERS).connect_lazy_with(options), writes })
    }

    /// Keeps sessions in the database of this pool, beside whatever else is in it; all its tables are named `fastjwt_*`. It must be a
    /// file: one in memory goes with its connection, and a connection is closed whose transaction did not come to its end.
    ///
    /// The pool's options are the user's: WAL mode and `synchronous=FULL` are what [`open`](Self::open) chooses. Call
    /// [`migrate`](Self::migrate) before the first use.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self { reads: pool.clone(), writes: pool }
    }

    /// Makes the tables, or changes those of an earlier version; nothing, if they are as they should be.
    ///
    /// # Errors
    /// If it can't be done; the tables are then as they were.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate(&self.writes).await
    }

    async fn reads(&self) -> Result<Lent<Sqlite>, StoreError> {
        self.reads.acquire().await.map(Lent::local).map_err(sql::failed)
    }

    async fn writes(&self) -> Result<Lent<Sqlite>, StoreError> {
        self.writes.acquire().await.map(Lent::local).map_err(sql::failed)
    }

    /// In a task of its own, which a caller that goes away does not end: what takes longer than anybody waits would be undone each
    /// time, and never be done. Who asks again waits behind it, and in no task before it is their turn: none pile up.
    async fn end_rows(&self, end: End<'_>) -> Result<u64, StoreError> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(StoreError::new(StoreFault::Refused, "it must be asked in a Tokio runtime"));
        };
        let writer = Writer::of(&self.writes).await.map_err(sql::failed)?;
        match runtime.spawn(end_in(writer, Ending::of(end))).await {
            Ok(ended) => ended,
            Err(_) => Err(StoreError::new(StoreFault::Unavailable, "the runtime is ending")),
        }
    }

    async fn purge_rows(&self, now: NumericDate) -> Result<u64, StoreError> {
        let mut rows: u64 = 0;
        loop {
            let (forgotten, is_all) = self.forget_some(sql::millis(now)).await.map_err(sql::failed)?;
            rows = rows.saturating_add(forgotten);
            if is_all {
                return Ok(rows);
            }
        }
    }

    /// Gives how many rows it were, and whether it were all.
    async fn forget_some(&self, now: i64) -> Result<(u64, bool), sqlx::Error> {
        let mut writer = Writer::of(&self.writes).await?;
        let mut transaction = writer.begin().await?;
        sqlx::query(FORGOTTEN).bind(now).execute(&mut *transaction).await?;
        let (mut rows, mut is_all) = (0_u64, true);
        for statement in FORGET {
            let done = sqlx::query(statement).bind(now).bind(AT_A_TIME).execute(&mut *transaction).await?;
            rows = rows.saturating_add(done.rows_affected());
            is_all &= done.rows_affected() < u64::from(AT_A_TIME);
        }
        transaction.commit().await?;
        writer.give_back();
        Ok((rows, is_all))
    }
}

/// A connection for a transaction; it is closed unless the transaction is known to be done.
///
/// SQLite undoes one by itself if the disk is full or fails. sqlx counts on, and lets no other begin on that connection: not now, and
/// not when the disk has room again.
struct Writer {
    /// There until it is dropped.
    connection: Option<PoolConnection<Sqlite>>,
}

impl Writer {
    async fn of(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        Ok(Self { connection: Some(pool.acquire().await?) })
    }

    async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, sqlx::Error> {
        match &mut self.connection {
            Some(connection) => connection.begin_with(BEGIN).await,
            None => Err(sqlx::Error::PoolClosed),
        }
    }

    /// To the pool, for the next one.
    fn give_back(mut self) {
        drop(self.connection.take());
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }
}

/// What is ended, owned by the task that does it.
struct Ending {
    realm: String,
    subject: String,
    statement: &'static str,
    /// Its third parameter, if it has one.
    argument: Option<Argument>,
    cut_off: Option<CutOff>,
    now: NumericDate,
}

enum Argument {
    Id(String),
    Moment(i64),
}

impl Ending {
    fn of(end: End<'_>) -> Self {
        let id = |id| Some(Argument::Id(sql::column(id).into_owned()));
        let (statement, argument) = match end.which {
            Which::One(one) => (END_ONE, id(one)),
            Which::All => (END_ALL, None),
            Which::AllBut(one) => (END_ALL_BUT, id(one)),
            Which::OpenedBefore(moment) => (END_OPENED_BEFORE, Some(Argument::Moment(sql::millis(moment)))),
        };
        let (realm, subject) = (sql::column(end.subject.realm).into_owned(), sql::column(end.subject.id).into_owned());
        Self { realm, subject, statement, argument, cut_off: end.cut_off, now: end.now }
    }
}

async fn end_in(mut writer: Writer, ending: Ending) -> Result<u64, StoreError> {
    let Ending { realm, subject, statement, argument, cut_off, now } = ending;
    let mut transaction = writer.begin().await.map_err(sql::failed)?;
    if let Some(cut_off) = cut_off {
        sqlx::query(CUT_OFF)
            .bind(&realm)
            .bind(&subject)
            .bind(sql::millis(cut_off.before))
            .bind(sql::millis(cut_off.keep_until))
            .bind(sql::millis(now))
            .execute(&mut *transaction)
            .await
            .map_err(sql::failed)?;
    }
    let query = sqlx::query_as(statement).bind(&realm).bind(&subject);
    let query = match argument {
        Some(Argument::Id(id)) => query.bind(id),
        Some(Argument::Moment(moment)) => query.bind(moment),
        None => query,
    };
    let ended = lived(query.fetch_all(&mut *transaction).await.map_err(sql::failed)?, now)?;
    transaction.commit().await.map_err(sql::failed)?;
    writer.give_back();
    Ok(ended)
}

/// How many of the sessions that were deleted had lived.
fn lived(rows: Vec<(i64, i64, Option<String>)>, now: NumericDate) -> Result<u64, StoreError> {
    let mut lived = 0;
    for (absolute, idle, ended_by) in rows {
        let ends = Ends { absolute: sql::date(absolute)?, idle: sql::date(idle)? };
        lived += u64::from(ended_by.is_none() && ends.after(now));
    }
    Ok(lived)
}

async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut writer = Writer::of(pool).await.map_err(sql::failed)?;
    let mut transaction = writer.begin().await.map_err(sql::failed)?;
    sqlx::query(VERSIONS).execute(&mut *transaction).await.map_err(sql::failed)?;
    let (version,): (Option<i64>,) = sqlx::query_as(VERSION).fetch_one(&mut *transaction).await.map_err(sql::failed)?;
    for (next, migration) in (1..).zip(MIGRATIONS) {
        if version.is_none_or(|version| version < next) {
            sqlx::raw_sql(migration).execute(&mut *transaction).await.map_err(sql::failed)?;
            sqlx::query(MIGRATED).bind(next).execute(&mut *transaction).await.map_err(sql::failed)?;
        }
    }
    transaction.commit().await.map_err(sql::failed)?;
    writer.give_back();
    Ok(())
}

sql_store!(SqliteStore);
