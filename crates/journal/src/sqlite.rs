mod group;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Column as _, Row as _, Sqlite, TypeInfo as _};

use crate::StoreError;
use crate::connections::{Connections, Held};
use crate::sql::{Backend, Row, Session, Sql, Value, migrate};

use group::Group;

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(10);
/// How many may read at once, beside the one that writes.
const READERS: u32 = 4;

/// A journal in one file: for one machine, whatever the number of processes. Needs no set-up.
///
/// Whatever a call acknowledged survives a loss of power: the log is written ahead and synced at each
/// commit (`journal_mode = WAL`, `synchronous = FULL`). The file must be on a local disk.
pub struct SqliteStore {
    writer: Group,
    readers: Connections<SqliteConnection>,
}

impl SqliteStore {
    /// Opens a journal, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Schema`] if a newer version made it, [`StoreError::Corrupted`] if the
    /// file is something else, or what keeps it from being read and written.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let writer = Group::connect(options.clone()).await?;
        let store = Self { writer, readers: Connections::new(options, READERS, sort) };
        migrate(&store).await?;
        Ok(store)
    }

    /// Closes the file, after what is being written.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// What reads: in a transaction, or each statement alone.
struct SqliteSession {
    held: Held<SqliteConnection>,
    is_transaction: bool,
}

impl SqliteStore {
    async fn read(&self, is_transaction: bool) -> Result<Box<dyn Session>, StoreError> {
        let mut session = SqliteSession { held: self.readers.get().await?, is_transaction };
        session.run("BEGIN").await?;
        Ok(Box::new(session))
    }
}

impl SqliteSession {
    /// Begins or ends the transaction, where it is one.
    async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        if self.is_transaction {
            let done = sqlx::query(sql).execute(&mut self.held.connection).await;
            done.map_err(|error| sort(&error))?;
        }
        Ok(())
    }
}

#[async_trait]
impl Backend for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Session>, StoreError> {
        self.writer.begin().await
    }

    async fn snapshot(&self) -> Result<Box<dyn Session>, StoreError> {
        self.read(true).await
    }

    async fn reader(&self) -> Result<Box<dyn Session>, StoreError> {
        self.read(false).await
    }

    async fn at_once(&self, sql: Sql, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.writer.at_once(sql, values).await
    }

    /// All of them wait for the file.
    async fn in_turn(&self, _: &str, sql: Sql, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.writer.at_once(sql, values).await
    }
}

#[async_trait]
impl Session for SqliteSession {
    async fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<u64, StoreError> {
        let done = bind(sql, values).execute(&mut self.held.connection).await;
        Ok(done.map_err(|error| sort(&error))?.rows_affected())
    }

    async fn query(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = bind(sql, values).fetch_all(&mut self.held.connection).await;
        rows.map_err(|error| sort(&error))?.iter().map(read).collect()
    }

    async fn script(&mut self, sqlite: &'static str, _: &'static str) -> Result<(), StoreError> {
        let done = sqlx::raw_sql(sqlite).execute(&mut self.held.connection).await;
        done.map(|_| ()).map_err(|error| sort(&error))
    }

    async fn roll_back(mut self: Box<Self>) {
        // It failed already, and says why.
        if self.run("ROLLBACK").await.is_ok() {
            self.held.keep();
        }
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.run("COMMIT").await?;
        self.held.keep();
        Ok(())
    }
}

fn bind(sql: Sql, values: &[Value]) -> Query<'static, Sqlite, SqliteArguments> {
    let query = sqlx::query(sql.sqlite);
    values.iter().cloned().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

/// Reads a row by what SQLite says each value is.
fn read(row: &SqliteRow) -> Result<Row, StoreError> {
    let value = |column: &sqlx::sqlite::SqliteColumn| {
        use sqlx::ValueRef as _;
        let place = column.ordinal();
        let raw = row.try_get_raw(place).map_err(|error| sort(&error))?;
        let kind = raw.type_info();
        match kind.name() {
            "INTEGER" => row.try_get(place).map(Value::Int).map_err(|error| sort(&error)),
            "TEXT" => row.try_get(place).map(Value::Text).map_err(|error| sort(&error)),
            "BLOB" => row.try_get(place).map(Value::Bytes).map_err(|error| sort(&error)),
            other => Err(StoreError::corrupted("a column", "a value", other)),
        }
    };
    row.columns().iter().map(value).collect::<Result<_, _>>().map(Row)
}

/// Sorts errors by the [result code](https://www.sqlite.org/rescode.html), whose low byte is the
/// kind.
fn sort(error: &sqlx::Error) -> StoreError {
    let text = error.to_string();
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    let Some(code) = code else { return without_code(error, text) };
    match code & 0xff {
        5 | 6 => StoreError::Busy(text),
        3 | 8 | 23 => StoreError::ReadOnly(text),
        13 => StoreError::Full(text),
        11 | 26 => StoreError::corrupted("the file", "a journal", text),
        // Whatever is unique and wasn't met on purpose was another's that came first.
        19 => StoreError::Busy(text),
        _ => StoreError::Gone(text),
    }
}

fn without_code(error: &sqlx::Error, text: String) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::corrupted("a column", "a value of its type", text)
        }
        _ => StoreError::Gone(text),
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.readers.options();
        formatter
            .debug_struct("SqliteStore")
            .field("path", &options.get_filename())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use countersign_approval::SwapId;
    use countersign_units::UnixMillis;

    use super::*;
    use crate::tests::opening_entries;
    use crate::{Head, Label, Opened, Opening, Store, Term};

    async fn open(store: &SqliteStore, key: &str) -> Result<(SwapId, Head), StoreError> {
        let (entries, holder) = (opening_entries(key), Label::new("worker").unwrap());
        let term = Term { holder: &holder, until: UnixMillis::new(60_000) };
        let opening = Opening { swap_id: SwapId::generate(), entries: &entries, term };
        match store.open(&opening).await? {
            Opened::New(lease, head) => Ok((lease.swap_id, head)),
            Opened::Same(swap) => panic!("expected a new swap, found {swap:?}"),
        }
    }

    async fn set(store: &SqliteStore, pragma: &'static str) {
        store.writer.run(pragma).await;
    }

    #[tokio::test]
    async fn a_full_disk_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let mut kept = Vec::new();
        // No page more than there are by now, which SQLite takes for a full disk.
        set(&store, "PRAGMA max_page_count = 1").await;
        let error = loop {
            match open(&store, &format!("order-{}", kept.len())).await {
                Ok(swap) => kept.push(swap),
                Err(error) => break error,
            }
            assert!(kept.len() < 10_000);
        };
        assert!(matches!(error, StoreError::Full(_)), "{error:?}");
        assert!(!kept.is_empty());
        let name = Label::new(format!("order-{}", kept.len())).unwrap();
        assert_eq!(store.find(&name).await, Ok(None));
        for (swap_id, head) in kept {
            assert_eq!(store.load(swap_id).await.unwrap().head, head);
        }
        // There is room again.
        set(&store, "PRAGMA max_page_count = 100000").await;
        open(&store, name.as_str()).await.unwrap();
    }

    #[tokio::test]
    async fn a_disk_that_fills_up_under_many_lies_to_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        let (mut kept, mut lost) = (0_u32, 0_u32);
        for round in 0..6 {
            set(&store, "PRAGMA max_page_count = 1").await;
            let names: Vec<String> = (0..40).map(|name| format!("order-{round}-{name}")).collect();
            let results = futures_of(&store, &names).await;
            for (name, result) in names.into_iter().zip(results) {
                let found = store.find(&Label::new(name).unwrap()).await.unwrap();
                assert_eq!(found.map(|found| found.swap_id), result.as_ref().ok().map(|new| new.0));
                let full = matches!(result, Err(StoreError::Full(_)));
                assert!(full || result.is_ok(), "{result:?}");
                (kept, lost) = (kept + u32::from(!full), lost + u32::from(full));
            }
        }
        assert!(kept > 0 && lost > 0, "{kept} {lost}");
    }

    /// Opens swaps at the same time.
    async fn futures_of(
        store: &SqliteStore,
        names: &[String],
    ) -> Vec<Result<(SwapId, Head), StoreError>> {
        let mut opening: Vec<_> = names.iter().map(|name| Box::pin(open(store, name))).collect();
        let mut done: Vec<Option<_>> = names.iter().map(|_| None).collect();
        std::future::poll_fn(|context| {
            for (opening, done) in opening.iter_mut().zip(&mut done) {
                if done.is_none()
                    && let std::task::Poll::Ready(result) = opening.as_mut().poll(context)
                {
                    *done = Some(result);
                }
            }
            if done.iter().all(Option::is_some) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        done.into_iter().flatten().collect()
    }

    #[tokio::test]
    async fn a_journal_that_can_only_be_read_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        let (swap_id, head) = open(&store, "order-1").await.unwrap();
        set(&store, "PRAGMA query_only = 1").await;
        let result = open(&store, "order-2").await;
        assert!(matches!(result, Err(StoreError::ReadOnly(_))), "{result:?}");
        assert_eq!(store.load(swap_id).await.unwrap().head, head);
    }

    #[tokio::test]
    async fn each_commit_is_synced() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        let mut writer = store.writer.begin().await.unwrap();
        let full = writer.query(crate::sql::sql!("PRAGMA synchronous"), &[]).await.unwrap();
        assert_eq!(full[0].int(0).unwrap(), 2);
        writer.roll_back().await;
        let mut reader = store.reader().await.unwrap();
        let log = reader.query(crate::sql::sql!("PRAGMA journal_mode"), &[]).await.unwrap();
        assert_eq!(log[0].text(0).unwrap(), "wal");
    }
}
