//! A connection that is lent for one statement, and what becomes of it if nobody waits for the answer any more.

use std::time::Duration;

use sqlx::{Connection as _, Database, pool::PoolConnection};
use tokio::{runtime::Handle, time::timeout};

use super::{StoreError, failed};

/// How long a connection is given to answer whose caller went away.
const SILENCE: Duration = Duration::from_secs(1);

/// A connection of a pool, for one statement.
///
/// A caller that goes away leaves its answer behind. sqlx waits for that before the pool has the connection back, and it waits without end:
/// of a server that fell silent, each request would take a connection with it, until the pool had none.
pub(in crate::session) struct Lent<D: Database> {
    /// There until it is dropped.
    connection: Option<PoolConnection<D>>,
    /// Whether somebody has to look after the connection who doesn't wait for ever.
    owes_answer: bool,
}

impl<D: Database> Lent<D> {
    /// One that leads to another machine, which may fall silent.
    #[cfg(feature = "postgres")]
    pub(in crate::session) fn remote(connection: PoolConnection<D>) -> Self {
        Self { connection: Some(connection), owes_answer: true }
    }

    /// One that leads to a file, which always answers.
    #[cfg(feature = "sqlite")]
    pub(in crate::session) fn local(connection: PoolConnection<D>) -> Self {
        Self { connection: Some(connection), owes_answer: false }
    }

    /// # Errors
    /// Never, since only `drop` takes the connection away.
    pub(in crate::session) fn connection(&mut self) -> Result<&mut D::Connection, StoreError> {
        self.connection.as_deref_mut().ok_or_else(|| failed(sqlx::Error::PoolClosed))
    }

    /// Gives the connection back, since it has answered.
    pub(in crate::session) fn answered<T>(mut self, answer: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        self.owes_answer = false;
        answer.map_err(failed)
    }
}

impl<D: Database> Drop for Lent<D> {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take().filter(|_| self.owes_answer) else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            // A slow answer is read to its end, and the connection is as good as new; a new one costs the server much more.
            if !matches!(timeout(SILENCE, connection.ping()).await, Ok(Ok(()))) {
                connection.close_on_drop();
            }
        });
    }
}
