//! One connection that writes, whose transactions share commits.
//!
//! SQLite lets one transaction write at a time, and syncing it to disk takes longer than its
//! statements. So those who write at the same time are put into one transaction of the file, each in
//! a savepoint of its own, and one commit makes all of them durable. Nobody gets an answer before
//! it; where it fails, it fails for all of them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::time::sleep;

use super::{bind, read, sort};
use crate::StoreError;
use crate::sql::{Row, Session, Sql, Value};

/// How many share a commit at most: another process waits as long.
const MOST: u32 = 64;

/// How often, and how far apart, a file that is being made by another process is opened.
const FIRST_ATTEMPTS: u32 = 100;
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// The connection that writes.
#[derive(Clone)]
pub(super) struct Group(Arc<Mutex<State>>);

struct State {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    /// The transaction that is open.
    batch: Option<Batch>,
    /// How many there were.
    batches: u64,
    /// Somebody began to write and did not end: if nobody has the connection, whoever did went away.
    given_up: bool,
    /// What is in the savepoint is to stay: the next one releases it, since each run of statements is a
    /// way to another thread and back, which takes longer than the statements.
    kept: bool,
}

type Answer = Option<Result<(), StoreError>>;

struct Batch {
    number: u64,
    members: u32,
    answer: watch::Sender<Answer>,
}

/// One savepoint. Nobody else uses the connection until it ends.
struct Savepoint {
    group: Group,
    state: Option<OwnedMutexGuard<State>>,
    failed: Option<StoreError>,
}

impl Group {
    pub(super) async fn connect(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let mut state = State {
            options,
            connection: None,
            batch: None,
            batches: 0,
            given_up: false,
            kept: false,
        };
        // Who changes how the file is logged, which happens once, does not wait for others by itself.
        let mut attempt = 0_u32;
        while let Err(error) = state.connect().await {
            attempt = attempt.saturating_add(1);
            if !matches!(error, StoreError::Busy(_)) || attempt > FIRST_ATTEMPTS {
                return Err(error);
            }
            sleep(FIRST_PAUSE).await;
        }
        Ok(Self(Arc::new(Mutex::new(state))))
    }

    /// Begins a savepoint, after those who asked before.
    pub(super) async fn begin(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(to_the_end(self.clone().savepoint()).await?))
    }

    /// Runs statements in one go, which end their savepoint and begin the next one by themselves.
    pub(super) async fn at_once(
        &self,
        sql: Sql,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        to_the_end(self.clone().write(sql, values)).await
    }

    async fn write(self, sql: Sql, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let mut savepoint = self.savepoint().await?;
        match savepoint.query(sql, &values).await {
            Ok(rows) if rows.is_empty() => {
                savepoint.leave()?;
                Ok(rows)
            }
            Ok(rows) => savepoint.settle(false).await.map(|()| rows),
            Err(error) => {
                savepoint.take_back().await;
                // A constraint, since nobody else has the file.
                if matches!(error, StoreError::Busy(_)) { Ok(Vec::new()) } else { Err(error) }
            }
        }
    }

    async fn savepoint(self) -> Result<Savepoint, StoreError> {
        let mut state = Arc::clone(&self.0).lock_owned().await;
        state.clean_up().await;
        state.open().await?;
        Ok(Savepoint { group: self, state: Some(state), failed: None })
    }

    /// Commits a batch, if nobody has yet. Those who asked for the connection before are in it.
    async fn settle(self, number: u64) {
        let mut state = self.0.lock().await;
        state.clean_up().await;
        if state.batch.as_ref().is_some_and(|batch| batch.number == number) {
            state.commit().await;
        }
    }

    pub(super) async fn close(&self) {
        let mut state = self.0.lock().await;
        state.clean_up().await;
        state.commit().await;
        if let Some(connection) = state.connection.take() {
            let _ = connection.close().await;
        }
    }

    #[cfg(test)]
    pub(super) async fn run(&self, sql: &'static str) {
        let mut state = self.0.lock().await;
        state.connect().await.unwrap();
        state.run(sql).await.unwrap();
    }
}

impl State {
    async fn connect(&mut self) -> Result<(), StoreError> {
        if self.connection.is_none() {
            let connection = self.options.connect().await.map_err(|error| sort(&error))?;
            self.connection = Some(connection);
        }
        Ok(())
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let connection = self.connection()?;
        sqlx::query(sql).execute(connection).await.map_err(|error| sort(&error))?;
        Ok(())
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let connection = self.connection()?;
        sqlx::raw_sql(sql).execute(connection).await.map_err(|error| sort(&error))?;
        Ok(())
    }

    fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let gone = || StoreError::Gone("the connection was closed".to_owned());
        self.connection.as_mut().ok_or_else(gone)
    }

    /// Begins a savepoint, and the transaction around it where there is none.
    async fn open(&mut self) -> Result<(), StoreError> {
        self.connect().await?;
        let is_new = self.batch.is_none();
        // Locks the file at once: a transaction that reads first and locks later can be refused in
        // its middle.
        let begin = match (is_new, self.kept) {
            (true, _) => Some("BEGIN IMMEDIATE; SAVEPOINT one"),
            (false, true) => Some("RELEASE one; SAVEPOINT one"),
            (false, false) => None,
        };
        if let Some(begin) = begin
            && let Err(error) = self.run(begin).await
        {
            self.fail(error.clone());
            return Err(error);
        }
        if is_new {
            self.batches = self.batches.saturating_add(1);
            let answer = watch::Sender::new(None);
            self.batch = Some(Batch { number: self.batches, members: 0, answer });
        }
        (self.given_up, self.kept) = (true, false);
        Ok(())
    }

    /// Takes back what somebody left behind who went away in the middle.
    async fn clean_up(&mut self) {
        if !self.given_up {
            return;
        }
        if self.run("ROLLBACK TO one").await.is_err() {
            self.fail(StoreError::Gone("the transaction was rolled back".to_owned()));
        }
        self.given_up = false;
    }

    async fn commit(&mut self) {
        if self.batch.is_none() {
            return;
        }
        // Which releases the last savepoint, too.
        match self.run("COMMIT").await {
            Ok(()) => {
                self.kept = false;
                self.answer(Ok(()));
            }
            Err(error) => self.fail(error),
        }
    }

    /// Gives the connection up, and with it what is not committed.
    fn fail(&mut self, error: StoreError) {
        self.connection = None;
        (self.given_up, self.kept) = (false, false);
        self.answer(Err(error));
    }

    fn answer(&mut self, result: Result<(), StoreError>) {
        if let Some(batch) = self.batch.take() {
            batch.answer.send_replace(Some(result));
        }
    }
}

impl Savepoint {
    fn state(&mut self) -> Result<&mut State, StoreError> {
        let gone = || StoreError::Gone("the transaction is over".to_owned());
        self.state.as_deref_mut().ok_or_else(gone)
    }

    async fn take_back(mut self) {
        let failed = self.failed.take();
        let Ok(state) = self.state() else { return };
        if let Err(error) = state.run("ROLLBACK TO one").await {
            // It is not the savepoint alone that is gone: nobody's work is there any more.
            state.fail(failed.unwrap_or(error));
        }
        state.given_up = false;
    }

    /// Leaves a savepoint in which nothing was written.
    fn leave(mut self) -> Result<(), StoreError> {
        let state = self.state()?;
        state.given_up = false;
        Ok(())
    }

    /// Waits for the commit, which comes after those who are in the line by now.
    async fn settle(mut self, kept: bool) -> Result<(), StoreError> {
        let state = self.state()?;
        (state.given_up, state.kept) = (false, kept);
        let Some(batch) = state.batch.as_mut() else {
            return Err(StoreError::Gone("the transaction is over".to_owned()));
        };
        batch.members = batch.members.saturating_add(1);
        let full = batch.members >= MOST;
        let mut answer = batch.answer.subscribe();
        if full {
            state.commit().await;
        }
        // Which lets the next one in, and commits when all of them have had their turn.
        drop(self);
        let gone = |_| StoreError::Gone("the commit was given up".to_owned());
        let answer = answer.wait_for(Option::is_some).await.map_err(gone)?;
        answer.clone().unwrap_or(Ok(()))
    }

    /// Notes why a statement failed: SQLite may have rolled back all of it.
    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }
}

#[async_trait]
impl Session for Savepoint {
    async fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<u64, StoreError> {
        let connection = self.state()?.connection()?;
        let done = bind(sql, values).execute(connection).await.map_err(|error| sort(&error));
        self.note(done).map(|done| done.rows_affected())
    }

    async fn query(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let connection = self.state()?.connection()?;
        let rows = bind(sql, values).fetch_all(connection).await.map_err(|error| sort(&error));
        self.note(rows)?.iter().map(read).collect()
    }

    async fn script(&mut self, sqlite: &'static str, _: &'static str) -> Result<(), StoreError> {
        let done = self.state()?.script(sqlite).await;
        self.note(done)
    }

    async fn roll_back(self: Box<Self>) {
        // It failed already, and says why.
        let _ = to_the_end(async move {
            (*self).take_back().await;
            Ok(())
        })
        .await;
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        to_the_end((*self).settle(true)).await
    }
}

/// Does something to its end, also if whoever waits for it goes away: a connection that was left
/// between two statements of ours would be of no use to the others.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    let gone = |_| StoreError::Gone("the runtime is shutting down".to_owned());
    tokio::spawn(work).await.map_err(gone)?
}

impl Drop for Savepoint {
    /// Sees to it that the batch is committed, and the file not locked for longer: also behind
    /// whoever goes away in the middle.
    fn drop(&mut self) {
        let Some(state) = self.state.take() else { return };
        let number = state.batch.as_ref().map(|batch| batch.number);
        drop(state);
        if let (Some(number), Ok(runtime)) = (number, Handle::try_current()) {
            runtime.spawn(self.group.clone().settle(number));
        }
    }
}
