//! A place of one's own in each kind of store: a store that can be closed, opened again, and looked into.

use std::{fs, path::PathBuf, process::Command, sync::Arc};

use fastjwt::session::{MemoryStore, PostgresStore, RedisStore, SessionStore, SqliteStore};
use sqlx::{
    Executor as _,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};

use super::servers::{POSTGRES, REDIS, postgres_program};
use crate::support::unique;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    Memory,
    Sqlite,
    Postgres,
    Redis,
}

pub struct Place {
    kind: Where,
    /// A file, a schema, or the beginning of keys.
    name: String,
    /// The one store there is, where nothing outlives it.
    memory: Arc<MemoryStore>,
}

impl Place {
    pub async fn new(kind: Where) -> Self {
        let name = format!("p{}_{}", std::process::id(), unique());
        let place = Self { kind, name, memory: Arc::default() };
        match kind {
            Where::Memory | Where::Redis => {}
            Where::Sqlite => fs::create_dir(place.folder()).unwrap(),
            Where::Postgres => {
                let pool = PgPool::connect(&POSTGRES.url()).await.unwrap();
                pool.execute(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {}", place.name))).await.unwrap();
                PostgresStore::new(place.pool(1).await).migrate().await.unwrap();
            }
        }
        place
    }

    /// Opens the store, as a process does that starts.
    pub async fn open(&self) -> Arc<dyn SessionStore> {
        match self.kind {
            Where::Memory => self.memory.clone(),
            Where::Sqlite => Arc::new(SqliteStore::open(self.file()).await.unwrap()),
            Where::Postgres => Arc::new(PostgresStore::new(self.pool(8).await)),
            Where::Redis => Arc::new(RedisStore::connect(REDIS.connection().await).await.unwrap().prefix(&self.name)),
        }
    }

    pub async fn pool(&self, connections: u32) -> PgPool {
        PgPoolOptions::new().max_connections(connections).connect_with(self.options()).await.unwrap()
    }

    /// Where the schema is in the server that tests share.
    pub fn options(&self) -> PgConnectOptions {
        let options: PgConnectOptions = POSTGRES.url().parse().unwrap();
        options.options([("search_path", &self.name)])
    }

    fn folder(&self) -> PathBuf {
        std::env::temp_dir().join(format!("fastjwt-sqlite-{}", self.name))
    }

    pub fn file(&self) -> PathBuf {
        self.folder().join("sessions.db")
    }

    /// Everything that is kept here, byte for byte.
    pub async fn dump(&self) -> Vec<u8> {
        match self.kind {
            Where::Memory => panic!("nothing is kept outside of the process"),
            Where::Sqlite => {
                let files = fs::read_dir(self.folder()).unwrap();
                files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
            }
            Where::Postgres => {
                let mut dump = Command::new(postgres_program("pg_dump"));
                let output = dump.args(["--inserts", "--schema", &self.name, &POSTGRES.url()]).output().unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                output.stdout
            }
            Where::Redis => {
                let client = redis::Client::open(REDIS.url()).unwrap();
                let mut connection = client.get_multiplexed_async_connection().await.unwrap();
                let keys: Vec<String> =
                    redis::cmd("KEYS").arg(format!("{}:*", self.name)).query_async(&mut connection).await.unwrap();
                let mut all = keys.join("\n").into_bytes();
                for key in keys {
                    let kind: String = redis::cmd("TYPE").arg(&key).query_async(&mut connection).await.unwrap();
                    let mut read = match kind.as_str() {
                        "hash" => redis::cmd("HGETALL"),
                        "string" => redis::cmd("GET"),
                        "zset" => redis::cmd("ZRANGE"),
                        _ => panic!("a {kind}"),
                    };
                    read.arg(&key);
                    if kind == "zset" {
                        read.arg(0).arg(-1).arg("WITHSCORES");
                    }
                    let value: redis::Value = read.query_async(&mut connection).await.unwrap();
                    flatten(&value, &mut all);
                }
                all
            }
        }
    }
}

fn flatten(value: &redis::Value, all: &mut Vec<u8>) {
    match value {
        redis::Value::BulkString(bytes) => all.extend(bytes),
        redis::Value::SimpleString(text) => all.extend(text.as_bytes()),
        redis::Value::Array(values) => values.iter().for_each(|value| flatten(value, all)),
        redis::Value::Map(pairs) => pairs.iter().for_each(|(key, value)| {
            flatten(key, all);
            flatten(value, all);
        }),
        other => all.extend(format!("{other:?}").into_bytes()),
    }
    all.push(b'\n');
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.kind == Where::Sqlite {
            let _ = fs::remove_dir_all(self.folder());
        }
    }
}
