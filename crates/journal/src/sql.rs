//! What both stores share: every statement, written once for two engines.

mod at_once;
mod beside;
mod cancels;
mod checkpoints;
mod claims;
mod deaths;
mod leases;
mod limits;
mod open;
mod read;
mod row;
mod schema;
mod store;
mod tally;
mod write;

use async_trait::async_trait;

use crate::StoreError;

pub(crate) use row::{Row, Value};
pub(crate) use schema::migrate;

/// How often a transaction that lost a race is begun anew.
const ATTEMPTS: u32 = 8;

/// One statement for two engines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// Writes a statement that both engines understand. What is `locked` keeps its rows from others
/// until the transaction ends: in SQLite a transaction that writes has the whole file to itself.
macro_rules! sql {
    ($text:literal) => {
        $crate::sql::Sql { sqlite: $text, postgres: $text }
    };
    (locked $text:literal) => {
        $crate::sql::Sql { sqlite: $text, postgres: concat!($text, " FOR UPDATE") }
    };
    (sqlite $sqlite:literal postgres $postgres:literal) => {
        $crate::sql::Sql { sqlite: $sqlite, postgres: $postgres }
    };
}
pub(crate) use sql;

/// Runs some work in a transaction that writes, and commits it. One that lost a race against another
/// was rolled back whole, and is begun anew.
///
/// Where the work fails, its locks are gone when this returns: what was dropped in passing keeps them
/// a little longer, and others would pass over its rows.
macro_rules! transact {
    ($store:expr, $session:ident => $work:expr) => {{
        let mut attempt = 1_u32;
        loop {
            // Who did not get a turn in time does not ask for another.
            let mut transaction = match $store.begin().await {
                Ok(transaction) => transaction,
                Err(error) => break Err(error),
            };
            let result = async {
                let $session = transaction.as_mut();
                match $work.await {
                    Ok(value) => transaction.commit().await.map(|()| value),
                    Err(error) => {
                        transaction.roll_back().await;
                        Err(error)
                    }
                }
            };
            match result.await {
                Err($crate::StoreError::Busy(_)) if attempt < $crate::sql::ATTEMPTS => {
                    attempt = attempt.saturating_add(1);
                }
                result => break result,
            }
        }
    }};
}
pub(crate) use transact;

/// Reads, and ends what it reads in.
macro_rules! look {
    ($begin:expr, $session:ident => $work:expr) => {{
        let mut reading = $begin.await?;
        let $session = reading.as_mut();
        match $work.await {
            Ok(value) => reading.commit().await.map(|()| value),
            Err(error) => {
                reading.roll_back().await;
                Err(error)
            }
        }
    }};
}
pub(crate) use look;

/// An engine that gives transactions.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// Begins a transaction that writes.
    async fn begin(&self) -> Result<Box<dyn Session>, StoreError>;

    /// Begins a transaction that reads one state of everything.
    async fn snapshot(&self) -> Result<Box<dyn Session>, StoreError>;

    /// Begins to read what one statement says: each sees a state of its own.
    async fn reader(&self) -> Result<Box<dyn Session>, StoreError>;

    /// Runs one statement that is a transaction of its own, and returns its rows. Without rows it wrote
    /// nothing: what it needs is not there, or a constraint forbids it.
    async fn at_once(&self, sql: Sql, values: Vec<Value>) -> Result<Vec<Row>, StoreError>;

    /// Does the same with a statement that waits for a row which many others wait for.
    async fn in_turn(
        &self,
        row: &str,
        sql: Sql,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError>;
}

/// A transaction, or what reads without one. One that is dropped is rolled back.
#[async_trait]
pub(crate) trait Session: Send {
    /// Runs a statement and returns how many rows it changed.
    async fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<u64, StoreError>;

    /// Runs a statement and returns its rows.
    async fn query(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Runs statements of our own that make the schema.
    async fn script(
        &mut self,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> Result<(), StoreError>;

    /// Takes it back. A connection that can't is not used again.
    async fn roll_back(self: Box<Self>);

    /// Makes it durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
