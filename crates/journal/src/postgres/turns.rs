//! Those who wait for the same row, taken together.
//!
//! A row stays locked until its transaction is on disk. So of those who count the same token only one
//! would be written with each turn of the disk. Those who come while others are being written are
//! therefore put into one transaction, in the order in which they came: it waits for the row once, and
//! for the disk once. Where one of them is forbidden, all of it is taken back, and each is written
//! alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::postgres::PgConnection;
use tokio::sync::oneshot;

use super::{alone, fetch, sort};
use crate::StoreError;
use crate::connections::{Connections, Held};
use crate::sql::{Row, Sql, Value};

/// How many are written together at most: others wait as long.
const MOST: usize = 32;

type Answer = Result<Vec<Row>, StoreError>;

/// Those who wait for each row that somebody is writing to.
#[derive(Clone)]
pub(super) struct Turns {
    connections: Arc<Connections<PgConnection>>,
    waiting: Arc<Mutex<BTreeMap<String, Vec<Turn>>>>,
}

/// A statement, and who wants to know what came of it.
struct Turn {
    sql: Sql,
    values: Vec<Value>,
    answer: oneshot::Sender<Answer>,
}

impl Turns {
    pub(super) fn new(connections: Arc<Connections<PgConnection>>) -> Self {
        Self { connections, waiting: Arc::default() }
    }

    /// Runs a statement, together with others for the same row.
    pub(super) async fn take(&self, row: &str, sql: Sql, values: Vec<Value>) -> Answer {
        let (answer, answered) = oneshot::channel();
        if self.wait(row, Turn { sql, values, answer }) {
            // Also if whoever came first goes away: others wait behind.
            let serving = Serving { turns: self.clone(), row: row.to_owned(), is_over: false };
            tokio::spawn(serving.serve());
        }
        let gone = |_| StoreError::Gone("the runtime is shutting down".to_owned());
        answered.await.map_err(gone)?
    }

    /// Joins those who wait for a row, and says whether nobody serves them.
    fn wait(&self, row: &str, turn: Turn) -> bool {
        let mut waiting = self.lock();
        let is_first = !waiting.contains_key(row);
        waiting.entry(row.to_owned()).or_default().push(turn);
        is_first
    }

    fn next(&self, row: &str) -> Option<Vec<Turn>> {
        let mut waiting = self.lock();
        let turns = waiting.get_mut(row)?;
        if turns.is_empty() {
            waiting.remove(row);
            return None;
        }
        let most = turns.len().min(MOST);
        Some(turns.drain(..most).collect())
    }

    async fn write(&self, turns: Vec<Turn>) {
        let together = if turns.len() > 1 { self.together(&turns).await } else { Ok(None) };
        match together {
            Ok(Some(rows)) => {
                for (turn, rows) in turns.into_iter().zip(rows) {
                    // Who went away finds it written.
                    let _ = turn.answer.send(Ok(rows));
                }
            }
            Ok(None) => {
                for Turn { sql, values, answer } in turns {
                    let _ = answer.send(alone(&self.connections, sql, &values).await);
                }
            }
            Err(error) => {
                for turn in turns {
                    let _ = turn.answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// Writes all of them, or nothing where one is forbidden.
    async fn together(&self, turns: &[Turn]) -> Result<Option<Vec<Vec<Row>>>, StoreError> {
        let mut held = self.connections.get().await?;
        run(&mut held, "BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        let mut all = Vec::with_capacity(turns.len());
        for turn in turns {
            let rows = fetch(&mut held.connection, turn.sql, &turn.values).await?;
            if rows.is_empty() {
                run(&mut held, "ROLLBACK").await?;
                held.keep();
                return Ok(None);
            }
            all.push(rows);
        }
        run(&mut held, "COMMIT").await?;
        held.keep();
        Ok(Some(all))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Turn>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever serves those who wait for a row.
struct Serving {
    turns: Turns,
    row: String,
    is_over: bool,
}

impl Serving {
    /// Serves them until nobody waits.
    async fn serve(mut self) {
        while let Some(turns) = self.turns.next(&self.row) {
            self.turns.write(turns).await;
        }
        self.is_over = true;
    }
}

impl Drop for Serving {
    /// Lets nobody wait behind a runtime that has ended.
    fn drop(&mut self) {
        if !self.is_over {
            self.turns.lock().remove(&self.row);
        }
    }
}

async fn run(held: &mut Held<PgConnection>, sql: &'static str) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(sql).execute(&mut held.connection).await;
    done.map(|_| ()).map_err(|error| sort(&error))
}
