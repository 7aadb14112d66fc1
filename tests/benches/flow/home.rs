//! Where a long journal is: how to fill it, to open it, and to have the machine forget it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::journal::{PostgresStore, SqliteStore, Store};
use countersign_tests::Cluster;
use rustix::fs::{Advice, fadvise};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder, Row as _, Sqlite};

use crate::history::{Cell, Rows, int};

/// The place of a journal.
pub(crate) enum Home<'a> {
    File(PathBuf),
    Server(&'a mut Cluster, String),
}

/// A connection that writes past the store.
pub(crate) enum Sink {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Home<'_> {
    pub(crate) async fn connect(&self) -> Arc<dyn Store> {
        match self {
            Self::File(path) => Arc::new(SqliteStore::open(path).await.unwrap()),
            Self::Server(_, url) => Arc::new(PostgresStore::open(url, 2).await.unwrap()),
        }
    }

    pub(crate) async fn sink(&self) -> Sink {
        match self {
            Self::File(path) => {
                let options = SqliteConnectOptions::new().filename(path);
                let options = options.journal_mode(SqliteJournalMode::Wal);
                let options = options.synchronous(SqliteSynchronous::Off);
                let options = options.pragma("cache_size", "-500000");
                Sink::Sqlite(options.connect().await.unwrap())
            }
            Self::Server(_, url) => Sink::Postgres(postgres(url).await),
        }
    }

    /// Has the machine forget what it read: the next to ask reads it from the disk.
    pub(crate) async fn cool(&mut self) {
        match self {
            Self::File(path) => forget(path.parent().unwrap()),
            Self::Server(cluster, url) => {
                let mut connection = postgres(url).await;
                sqlx::query("CHECKPOINT").execute(&mut connection).await.unwrap();
                let row = sqlx::query("SHOW data_directory").fetch_one(&mut connection).await;
                let folder: String = row.unwrap().get(0);
                connection.close().await.unwrap();
                cluster.crash();
                forget(Path::new(&folder));
                cluster.restart();
            }
        }
    }
}

impl Sink {
    pub(crate) async fn add(&mut self, rows: Rows) {
        let tables = [
            ("swaps", rows.swaps),
            ("entries", rows.entries),
            ("reservations", rows.reservations),
            ("resources", rows.resources),
        ];
        if let Self::Sqlite(connection) = self {
            sqlx::query("BEGIN").execute(connection).await.unwrap();
        }
        for (table, rows) in tables {
            self.insert(table, rows).await;
        }
        if let Self::Sqlite(connection) = self {
            sqlx::query("COMMIT").execute(connection).await.unwrap();
        }
    }

    /// Counts those at their end, and brings the engine's own knowledge up to date.
    pub(crate) async fn finish(mut self, ended: u64) {
        let tally = [Cell::Text("finished".to_owned()), Cell::Text("0".to_owned()), int(ended)];
        self.insert("tallies", vec![tally.to_vec()]).await;
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(mut connection) => {
                // As the server does by itself, a while later.
                sqlx::query("VACUUM ANALYZE").execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    async fn insert(&mut self, table: &str, rows: Vec<Vec<Cell>>) {
        match self {
            Self::Sqlite(connection) => {
                for chunk in rows.chunks(200) {
                    sqlite_insert(connection, table, chunk).await;
                }
            }
            Self::Postgres(connection) => {
                let text: String = rows.iter().map(|row| copied(row)).collect();
                let copy = format!("COPY {table} FROM STDIN");
                let mut copy = connection.copy_in_raw(&copy).await.unwrap();
                copy.send(text.as_bytes()).await.unwrap();
                copy.finish().await.unwrap();
            }
        }
    }
}

async fn postgres(url: &str) -> PgConnection {
    url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap()
}

async fn sqlite_insert(connection: &mut SqliteConnection, table: &str, rows: &[Vec<Cell>]) {
    let mut query = QueryBuilder::<Sqlite>::new(format!("INSERT INTO {table} "));
    query.push_values(rows, |mut places, row| {
        for cell in row.iter().cloned() {
            match cell {
                Cell::Int(value) => places.push_bind(value),
                Cell::Text(value) => places.push_bind(value),
                Cell::Bytes(value) => places.push_bind(value),
            };
        }
    });
    query.build().execute(connection).await.unwrap();
}

/// Writes a row for `COPY`; none of our texts has anything to escape.
fn copied(row: &[Cell]) -> String {
    let cells = row.iter().map(|cell| match cell {
        Cell::Int(value) => value.to_string(),
        Cell::Text(value) => value.clone(),
        Cell::Bytes(value) => format!("\\\\x{}", hex::encode(value)),
    });
    format!("{}\n", cells.collect::<Vec<_>>().join("\t"))
}

/// Has the system drop the pages of all files below a folder.
fn forget(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            forget(&entry.path());
        } else if kind.is_file() {
            // A log goes away with the last connection, perhaps in this moment.
            let Ok(file) = File::open(entry.path()) else { continue };
            file.sync_all().unwrap();
            fadvise(&file, 0, None, Advice::DontNeed).unwrap();
        }
    }
}
