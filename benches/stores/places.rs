//! A store of each kind, as durable as it can be made: what it has answered is on the disk.

use std::{fs, path::PathBuf, sync::Arc};

use fastjwt::session::{MemoryStore, PostgresStore, RedisStore, SessionStore, SqliteStore};
use sqlx::postgres::PgPoolOptions;

use crate::{
    Failure,
    servers::{REDIS, Server},
};

/// As many connections as sqlx's pools have by default.
const CONNECTIONS: u32 = 10;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    Memory,
    Sqlite,
    Postgres,
    /// With a pool that asks no connection whether it lives before it is used.
    PostgresUntested,
    Redis,
}

/// A store, and what has to outlive it.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn SessionStore>,
    _server: Option<Server>,
    _folder: Option<Folder>,
}

impl Place {
    pub(crate) const ALL: [Self; 5] = [Self::Memory, Self::Sqlite, Self::Postgres, Self::PostgresUntested, Self::Redis];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::PostgresUntested => "PostgreSQL, `test_before_acquire(false)`",
            Self::Redis => "Redis",
        }
    }

    pub(crate) async fn open(self) -> Result<Opened, Failure> {
        let opened = |store| Opened { store, _server: None, _folder: None };
        Ok(match self {
            Self::Memory => opened(Arc::new(MemoryStore::default())),
            Self::Sqlite => {
                let folder = Folder::new()?;
                let store = SqliteStore::open(folder.0.join("sessions.db")).await?;
                Opened { _folder: Some(folder), ..opened(Arc::new(store)) }
            }
            Self::Postgres | Self::PostgresUntested => {
                // Its own settings: a commit is on the disk.
                let server = Server::postgres(&[]);
                let is_tested = matches!(self, Self::Postgres);
                let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(is_tested);
                let store = PostgresStore::new(pool.connect(&server.url()).await?);
                store.migrate().await?;
                Opened { _server: Some(server), ..opened(Arc::new(store)) }
            }
            Self::Redis => {
                let client = redis::Client::open(REDIS.url())?;
                opened(Arc::new(RedisStore::connect(client.get_connection_manager().await?).await?))
            }
        })
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("fastjwt-stores-{}", std::process::id()));
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is a temporary folder: somebody else takes it away at last.
        let _ = fs::remove_dir_all(&self.0);
    }
}
