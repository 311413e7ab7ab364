//! `PostgresStore`: sessions in PostgreSQL, for any number of machines.

use std::time::Duration;

use sqlx::{PgPool, Postgres};
use tokio::time::timeout;

use super::{
    Check, End, List, NumericDate, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing, StoreError,
    StoreFault, StoreFuture, Which,
    family::{Family, Found, Step},
    sql::{self, Lent, sql_store},
};

/// The changes of the tables, in their order; each is one statement, which can be repeated and waits for others that do the same.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/postgres/1_sessions.sql")];

// Every operation is one statement. A transaction of several would stay open if its caller went away between two of them, and
// the next one to use that connection would write into it.

/// The earlier one of the machine's clock and the server's.
macro_rules! moment {
    () => {
        "LEAST($1, CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000 AS BIGINT))"
    };
}

macro_rules! end {
    ($cut_off:literal, $chosen:literal) => {
        concat!(
            "WITH ",
            $cut_off,
            " ended AS (
                DELETE FROM fastjwt_sessions WHERE realm = $1 AND subject = $2 ",
            $chosen,
            "
                RETURNING ends, idle_end, ended_by
            )
            SELECT COUNT(*) FILTER (WHERE ended_by IS NULL AND ends > $5 AND idle_end > $5) FROM ended"
        )
    };
    ($chosen:literal) => {
        [
            end!("", $chosen),
            end!(
                "cut_off AS (
                    INSERT INTO fastjwt_cut_offs AS kept (realm, subject, moment, keep_until, made)
                    VALUES ($1, $2, $3, $4, GREATEST($3, $5))
                    ON CONFLICT (realm, subject) DO UPDATE SET
                        moment = GREATEST(kept.moment, excluded.moment),
                        keep_until = GREATEST(kept.keep_until, excluded.keep_until),
                        made = GREATEST(kept.made, excluded.made)
                ),",
                $chosen
            ),
        ]
    };
}

/// Without a cut-off and with one. Each gives how many of them lived, in one row: nothing is sent before all is done, so that a caller who
/// has gone away by then undoes nothing.
const END_ONE: [&str; 2] = end!("AND id = $6");
const END_ALL: [&str; 2] = end!("");
const END_ALL_BUT: [&str; 2] = end!("AND id <> $6");
const END_OPENED_BEFORE: [&str; 2] = end!("AND created < $6");

/// So long a part of a purge is waited for, by nobody.
const LONGEST_PURGE: Duration = Duration::from_secs(60);

/// Rows of each table at a time: a statement that takes longer than the server lets it would never be done. The number stands in the
/// statement, so that the server plans for so many.
macro_rules! at_a_time {
    () => {
        1000
    };
}

/// The rows of a table that have ended, the oldest first, so that an index finds them. What another one holds is left to the next
/// time: nobody waits for a purge, and it waits for nobody.
macro_rules! ended {
    ($columns:literal, $table:literal, $end:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $table,
            " WHERE ",
            $end,
            " <= ",
            moment!(),
            " ORDER BY ",
            $end,
            " LIMIT ",
            at_a_time!(),
            " FOR UPDATE SKIP LOCKED"
        )
    };
}

/// By the earlier of two clocks: one machine whose clock is ahead must not make all others forget. The moment stands in each condition itself,
/// and is one for the whole statement. Gives how many rows of each table it were.
const PURGE: &str = concat!(
    "WITH ended_revoked AS (",
    ended!("realm, subject, issuer, jti", "fastjwt_revoked", "keep_until"),
    "),
    revoked AS (
        DELETE FROM fastjwt_revoked AS kept USING ended_revoked AS ended
        WHERE kept.realm = ended.realm AND kept.subject = ended.subject
            AND kept.issuer = ended.issuer AND kept.jti = ended.jti
        RETURNING kept.keep_until, kept.made
    ),
    ended_cut_offs AS (",
    ended!("realm, subject", "fastjwt_cut_offs", "keep_until"),
    "),
    cut_offs AS (
        DELETE FROM fastjwt_cut_offs AS kept USING ended_cut_offs AS ended
        WHERE kept.realm = ended.realm AND kept.subject = ended.subject
        RETURNING kept.keep_until, kept.made
    ),
    refused AS (SELECT keep_until, made FROM revoked UNION ALL SELECT keep_until, made FROM cut_offs),
    forgotten AS (
        INSERT INTO fastjwt_forgotten AS kept (one, keep_until, made)
        SELECT 1, MAX(keep_until), MAX(made) FROM refused HAVING MAX(keep_until) IS NOT NULL
        ON CONFLICT (one) DO UPDATE SET
            keep_until = GREATEST(kept.keep_until, excluded.keep_until), made = GREATEST(kept.made, excluded.made)
    ),
    ended_sessions AS (",
    ended!("realm, subject, id", "fastjwt_sessions", "ends"),
    "),
    idle_sessions AS (",
    ended!("realm, subject, id", "fastjwt_sessions", "idle_end"),
    "),
    sessions AS (
        DELETE FROM fastjwt_sessions AS kept
        USING (SELECT * FROM ended_sessions UNION SELECT * FROM idle_sessions) AS ended
        WHERE kept.realm = ended.realm AND kept.subject = ended.subject AND kept.id = ended.id
        RETURNING 1
    )
    SELECT (SELECT COUNT(*) FROM revoked), (SELECT COUNT(*) FROM cut_offs), (SELECT COUNT(*) FROM sessions)"
);

/// Keeps sessions in PostgreSQL, in tables named `fastjwt_*` of the connections' schema.
///
/// What it has answered is as durable as the server's `synchronous_commit` makes it. The pool must lead to the primary: a
/// replica that lags lets a revoked token in for as long as it lags.
///
/// By default sqlx asks a connection whether it lives before each use: a round trip more for every request. With
/// `PgPoolOptions::test_before_acquire(false)` there is none. A connection that died is then found out by its use, and
/// [`Patient`](super::Patient) asks again on another one; when the server was restarted, that may have died as well, so that some
/// requests are answered with 503 until all are new.
///
/// Of a server that falls silent, as when its machine loses power, a connection whose answer nobody waits for any more is closed if it does
/// not come within a second. One that had just answered is asked by the pool whether it lives, which waits until TCP gives it up, for a
/// quarter of an hour perhaps: the settings of the system for keepalives and retransmissions shorten that.
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
        for migration in MIGRATIONS {
            sqlx::raw_sql(migration).execute(&self.pool).await.map_err(sql::failed)?;
        }
        Ok(())
    }

    async fn reads(&self) -> Result<Lent<Postgres>, StoreError> {
        self.writes().await
    }

    async fn writes(&self) -> Result<Lent<Postgres>, StoreError> {
        self.pool.acquire().await.map(Lent::remote).map_err(sql::failed)
    }

    async fn end_rows(&self, end: End<'_>) -> Result<u64, StoreError> {
        let [without, with] = match end.which {
            Which::One(_) => END_ONE,
            Which::All => END_ALL,
            Which::AllBut(_) => END_ALL_BUT,
            Which::OpenedBefore(_) => END_OPENED_BEFORE,
        };
        let query = sqlx::query_as(if end.cut_off.is_some() { with } else { without })
            .bind(sql::column(end.subject.realm))
            .bind(sql::column(end.subject.id))
            .bind(end.cut_off.map(|cut_off| sql::millis(cut_off.before)))
            .bind(end.cut_off.map(|cut_off| sql::millis(cut_off.keep_until)))
            .bind(sql::millis(end.now));
        let query = match end.which {
            Which::One(id) | Which::AllBut(id) => query.bind(sql::column(id)),
            Which::OpenedBefore(moment) => query.bind(sql::millis(moment)),
            Which::All => query,
        };
        let mut lent = self.writes().await?;
        let asked = query.fetch_one(lent.connection()?).await;
        let (lived,): (i64,) = lent.answered(asked)?;
        Ok(u64::try_from(lived).unwrap_or_default())
    }

    async fn purge_rows(&self, now: NumericDate) -> Result<u64, StoreError> {
        let mut rows: u64 = 0;
        loop {
            let mut lent = self.writes().await?;
            let asked = sqlx::query_as(PURGE).bind(sql::millis(now)).fetch_one(lent.connection()?);
            let Ok(asked) = timeout(LONGEST_PURGE, asked).await else {
                return Err(StoreError::new(StoreFault::TimedOut, "it may have forgotten a part"));
            };
            let (revoked, cut_offs, sessions): (i64, i64, i64) = lent.answered(asked)?;
            let forgotten = [revoked, cut_offs, sessions];
            rows = rows.saturating_add(u64::try_from(forgotten.iter().sum::<i64>()).unwrap_or_default());
            if forgotten.into_iter().all(|of_one_table| of_one_table < at_a_time!()) {
                return Ok(rows);
            }
        }
    }
}

sql_store!(PostgresStore);
