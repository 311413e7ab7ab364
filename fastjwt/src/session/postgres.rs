//! `PostgresStore`: sessions in PostgreSQL, for any number of machines.

use sqlx::{PgPool, Postgres, Transaction};

use super::{
    Check, End, List, NumericDate, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing, StoreError,
    StoreFault, StoreFuture, Which,
    family::{Family, Found, Step},
    sql::{self, sql_store},
};

/// The changes of the tables, in their order.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/postgres/1_sessions.sql")];

/// `CREATE TABLE IF NOT EXISTS` fails when two do it at once; with this lock, one waits for the other. The number is `fastjwt`.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(28817596126754676)";
const SERVER_NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

/// Keeps sessions in PostgreSQL, in tables named `fastjwt_*` of the connections' schema.
///
/// What it has answered is as durable as the server's `synchronous_commit` makes it. The pool must lead to the primary: a
/// replica that lags lets a revoked token in for as long as it lags.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), fastjwt::session::StoreError> {
/// let store = fastjwt::session::PostgresStore::new(pool);
/// store.migrate().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Keeps sessions in the database of this pool, with the options that the pool has. Call [`migrate`](Self::migrate) before the
    /// first use.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Makes the tables, or changes those of an earlier version; nothing, if they are as they should be.
    ///
    /// Any number of machines may do it at once, as they do when a service is rolled out. A role that may not make tables can
    /// leave it to one that may: the files are in the crate, in `src/session/migrations/postgres`.
    ///
    /// # Errors
    /// If it can't be done; the tables are then as they were.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await.map_err(sql::failed)?;
        sqlx::query(MIGRATION_LOCK).execute(&mut *transaction).await.map_err(sql::failed)?;
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

    fn reads(&self) -> &PgPool {
        &self.pool
    }

    fn writes(&self) -> &PgPool {
        &self.pool
    }

    async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool.begin().await
    }

    /// By the earlier of two clocks: one machine whose clock is ahead must not make all others forget.
    async fn purge_until(&self, now: i64) -> Result<i64, StoreError> {
        let (server,): (i64,) = sqlx::query_as(SERVER_NOW).fetch_one(&self.pool).await.map_err(sql::failed)?;
        Ok(now.min(server))
    }
}

sql_store!(PostgresStore);
