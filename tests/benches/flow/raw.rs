//! Durable commits of rows and nothing else.

use std::path::Path;
use std::time::Instant;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

/// How many rows a commit has.
pub(crate) const ROWS: u32 = 32;
/// How long a row is: about as long as an entry.
const LENGTH: usize = 300;

/// A table in a file with the journal's settings.
pub(crate) struct RawSqlite(SqliteConnection);

/// A table in a database of the journal's server.
pub(crate) struct RawPostgres(PgConnection);

/// A table without a journal.
pub(crate) enum Raw {
    Sqlite(RawSqlite),
    Postgres(RawPostgres),
}

impl Raw {
    /// Returns how many commits there are a second, one after the other.
    pub(crate) async fn rate(&mut self, commits: u32) -> f64 {
        let start = Instant::now();
        for _ in 0..commits {
            match self {
                Self::Sqlite(raw) => raw.commit().await,
                Self::Postgres(raw) => raw.commit().await,
            }
        }
        f64::from(commits) / start.elapsed().as_secs_f64()
    }
}

impl RawSqlite {
    pub(crate) async fn open(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = options.connect().await.unwrap();
        let create = "CREATE TABLE rows (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT";
        sqlx::query(create).execute(&mut connection).await.unwrap();
        Self(connection)
    }

    /// One statement is one commit.
    async fn commit(&mut self) {
        let insert = values(|_| "(?)".to_owned());
        let query =
            (0..ROWS).fold(sqlx::query(AssertSqlSafe(insert)), |query, _| query.bind(row()));
        query.execute(&mut self.0).await.unwrap();
    }
}

impl RawPostgres {
    pub(crate) async fn open(url: &str) -> Self {
        let options: PgConnectOptions = url.parse().unwrap();
        let mut connection = options.connect().await.unwrap();
        let create = "CREATE TABLE rows (number BIGSERIAL PRIMARY KEY, bytes BYTEA NOT NULL)";
        sqlx::query(create).execute(&mut connection).await.unwrap();
        Self(connection)
    }

    /// One statement is one commit.
    async fn commit(&mut self) {
        let insert = values(|number| format!("(${number})"));
        let query =
            (0..ROWS).fold(sqlx::query(AssertSqlSafe(insert)), |query, _| query.bind(row()));
        query.execute(&mut self.0).await.unwrap();
    }
}

fn values(place: impl Fn(u32) -> String) -> String {
    let places: Vec<_> = (1..=ROWS).map(place).collect();
    format!("INSERT INTO rows (bytes) VALUES {}", places.join(", "))
}

fn row() -> Vec<u8> {
    vec![0x5a; LENGTH]
}
