//! `SqliteStore`: sessions in one file, for one machine whose logins outlive a restart.

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    Check, End, List, NumericDate, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing, StoreError,
    StoreFault, StoreFuture, Which,
    family::{Family, Found, Step},
    sql::{self, sql_store},
};

/// The changes of the tables, in their order.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/sqlite/1_sessions.sql")];

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
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let writes = pool.connect_with(options.clone()).await.map_err(sql::failed)?;
        migrate(&writes).await?;
        let pool = SqlitePoolOptions::new().max_connections(READERS).idle_timeout(None).max_lifetime(None);
        Ok(Self { reads: pool.connect_lazy_with(options), writes })
    }

    /// Keeps sessions in the database of this pool, beside whatever else is in it; all its tables are named `fastjwt_*`.
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

    fn reads(&self) -> &SqlitePool {
        &self.reads
    }

    fn writes(&self) -> &SqlitePool {
        &self.writes
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        begin(&self.writes).await
    }

    /// The clock of the machine is all that there is.
    #[expect(clippy::unused_async, reason = "another database has to be asked")]
    async fn purge_until(&self, now: i64) -> Result<i64, StoreError> {
        Ok(now)
    }
}

/// A transaction that reads first and then writes would fail if another one wrote in between.
async fn begin(pool: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    pool.begin_with("BEGIN IMMEDIATE").await
}

async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut transaction = begin(pool).await.map_err(sql::failed)?;
    sqlx::query(sql::VERSIONS).execute(&mut *transaction).await.map_err(sql::failed)?;
    let (version,): (Option<i64>,) =
        sqlx::query_as(sql::VERSION).fetch_one(&mut *transaction).await.map_err(sql::failed)?;
    for (next, migration) in (1..).zip(MIGRATIONS) {
        if version.is_none_or(|version| version < next) {
            sqlx::raw_sql(migration).execute(&mut *transaction).await.map_err(sql::failed)?;
            sqlx::query(sql::MIGRATED).bind(next).execute(&mut *transaction).await.map_err(sql::failed)?;
        }
    }
    transaction.commit().await.map_err(sql::failed)
}

sql_store!(SqliteStore);
