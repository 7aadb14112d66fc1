//! Places where a journal can be.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_journal::{PostgresStore, SqliteStore, Store};
use countersign_testkit::Cluster;
use tempfile::TempDir;

/// An empty place for a journal, which ends with this value.
#[async_trait]
pub(crate) trait Bed: Send + Sync {
    /// Opens the journal once more, as another process would.
    async fn connect(&self) -> Arc<dyn Store>;
}

/// A file.
pub(crate) struct SqliteBed(TempDir);

impl SqliteBed {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.0.path().join("journal.db")
    }
}

#[async_trait]
impl Bed for SqliteBed {
    async fn connect(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.path()).await.unwrap())
    }
}

/// A database of its own.
pub(crate) struct PostgresBed(String);

impl PostgresBed {
    pub(crate) fn new(cluster: &Cluster) -> Self {
        Self(cluster.new_database())
    }

    pub(crate) fn url(&self) -> &str {
        &self.0
    }
}

#[async_trait]
impl Bed for PostgresBed {
    async fn connect(&self) -> Arc<dyn Store> {
        Arc::new(PostgresStore::open(&self.0, 6).await.unwrap())
    }
}
