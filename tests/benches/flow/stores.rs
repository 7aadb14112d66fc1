use std::sync::Arc;

use countersign::journal::{PostgresStore, SqliteStore, Store};
use countersign_tests::Cluster;
use tempfile::TempDir;

use crate::raw::{Raw, RawPostgres, RawSqlite};

/// How many connections the flow may have to a server.
const CONNECTIONS: u32 = 32;

/// A journal, and beside it, on the same disk, rows without one.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) journal: Arc<dyn Store>,
    pub(crate) raw: Raw,
    _folder: Option<TempDir>,
}

impl Place {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        let raw = RawSqlite::open(&folder.path().join("raw.db")).await;
        Self {
            name: "sqlite",
            journal: Arc::new(journal),
            raw: Raw::Sqlite(raw),
            _folder: Some(folder),
        }
    }

    pub(crate) async fn postgres(cluster: &Cluster) -> Self {
        let journal = PostgresStore::open(&cluster.new_database(), CONNECTIONS).await;
        let raw = RawPostgres::open(&cluster.new_database()).await;
        Self {
            name: "postgres",
            journal: Arc::new(journal.unwrap()),
            raw: Raw::Postgres(raw),
            _folder: None,
        }
    }
}
