mod turns;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::postgres::{PgArguments, PgColumn, PgConnectOptions, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{Column as _, Row as _, TypeInfo as _};

use crate::StoreError;
use crate::connections::{Connections, Held};
use crate::sql::{Backend, Row, Session, Sql, Value, look, migrate, sql};

use turns::Turns;

/// A journal in Postgres, or in a database that speaks its protocol: for any number of machines.
///
/// It needs rows that can be locked and `SKIP LOCKED`; neither advisory locks nor `LISTEN`. Its tables
/// are made in the first schema of the search path, which should be its own.
pub struct PostgresStore {
    connections: Arc<Connections<PgConnection>>,
    turns: Turns,
}

impl PostgresStore {
    /// Opens a journal by its URL, such as `postgres://user@host/journal?sslmode=verify-full`, and
    /// makes its tables where there are none.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Schema`] if a newer version made it, [`StoreError::NotDurable`] if the
    /// server acknowledges what it has not written, or what keeps it from being read and written.
    pub async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        // The parser's own words could repeat the password.
        let options: PgConnectOptions = url.parse().map_err(|_| {
            StoreError::Gone("expected a URL such as postgres://user@host/journal".to_owned())
        })?;
        let connections = Arc::new(Connections::new(options, connections, sort));
        let store = Self { turns: Turns::new(Arc::clone(&connections)), connections };
        store.require_durable().await?;
        migrate(&store).await?;
        Ok(store)
    }

    /// Closes the connections, after what is being written.
    pub async fn close(&self) {
        self.connections.close().await;
    }

    async fn require_durable(&self) -> Result<(), StoreError> {
        look!(self.reader(), session => durable(session))
    }

    async fn session(&self, begin: Option<&'static str>) -> Result<Box<dyn Session>, StoreError> {
        let held = self.connections.get().await?;
        let mut session = PostgresSession { held, is_transaction: begin.is_some() };
        session.run(begin.unwrap_or_default()).await?;
        Ok(Box::new(session))
    }
}

async fn durable(session: &mut dyn Session) -> Result<(), StoreError> {
    for (setting, select) in DURABLE {
        let rows = session.query(select, &[]).await?;
        let found = rows.first().map_or(Ok("on"), |row| row.text(0))?;
        if found == "off" {
            return Err(StoreError::NotDurable(setting));
        }
    }
    Ok(())
}

/// Settings without which an answer is no promise. A database that does not have them has its own
/// ways.
const DURABLE: [(&str, Sql); 2] = [
    (
        "synchronous_commit",
        sql!("SELECT COALESCE(current_setting('synchronous_commit', true), 'on')"),
    ),
    ("fsync", sql!("SELECT COALESCE(current_setting('fsync', true), 'on')")),
];

/// A transaction, or what reads without one.
struct PostgresSession {
    held: Held<PgConnection>,
    is_transaction: bool,
}

impl PostgresSession {
    /// Begins or ends the transaction, where it is one.
    async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        if self.is_transaction {
            let done = sqlx::raw_sql(sql).execute(&mut self.held.connection).await;
            done.map_err(|error| sort(&error))?;
        }
        Ok(())
    }
}

#[async_trait]
impl Backend for PostgresStore {
    /// Each statement sees what was committed before it, so what is read behind a row's lock is what
    /// the one who held it before has written.
    async fn begin(&self) -> Result<Box<dyn Session>, StoreError> {
        self.session(Some("BEGIN ISOLATION LEVEL READ COMMITTED")).await
    }

    async fn snapshot(&self) -> Result<Box<dyn Session>, StoreError> {
        self.session(Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await
    }

    async fn reader(&self) -> Result<Box<dyn Session>, StoreError> {
        self.session(None).await
    }

    async fn at_once(&self, sql: Sql, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        alone(&self.connections, sql, &values).await
    }

    async fn in_turn(
        &self,
        row: &str,
        sql: Sql,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.turns.take(row, sql, values).await
    }
}

#[async_trait]
impl Session for PostgresSession {
    async fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<u64, StoreError> {
        let done = bind(sql, values).execute(&mut self.held.connection).await;
        Ok(done.map_err(|error| sort(&error))?.rows_affected())
    }

    async fn query(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = bind(sql, values).fetch_all(&mut self.held.connection).await;
        rows.map_err(|error| sort(&error))?.iter().map(read).collect()
    }

    async fn script(&mut self, _: &'static str, postgres: &'static str) -> Result<(), StoreError> {
        let done = sqlx::raw_sql(postgres).execute(&mut self.held.connection).await;
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

/// Runs a statement that is a transaction of its own.
async fn alone(
    connections: &Connections<PgConnection>,
    sql: Sql,
    values: &[Value],
) -> Result<Vec<Row>, StoreError> {
    let mut held = connections.get().await?;
    let rows = fetch(&mut held.connection, sql, values).await?;
    held.keep();
    Ok(rows)
}

/// Runs a statement. Without rows where it is forbidden: then the server has taken it back.
async fn fetch(
    connection: &mut PgConnection,
    sql: Sql,
    values: &[Value],
) -> Result<Vec<Row>, StoreError> {
    match bind(sql, values).fetch_all(connection).await {
        Ok(rows) => rows.iter().map(read).collect(),
        Err(error) if is_forbidden(&error) => Ok(Vec::new()),
        Err(error) => Err(sort(&error)),
    }
}

fn bind(sql: Sql, values: &[Value]) -> Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(sql.postgres);
    values.iter().cloned().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

fn read(row: &PgRow) -> Result<Row, StoreError> {
    let value = |column: &PgColumn| {
        let place = column.ordinal();
        match column.type_info().name() {
            "INT8" => row.try_get(place).map(Value::Int).map_err(|error| sort(&error)),
            "TEXT" => row.try_get(place).map(Value::Text).map_err(|error| sort(&error)),
            "BYTEA" => row.try_get(place).map(Value::Bytes).map_err(|error| sort(&error)),
            other => Err(StoreError::corrupted("a column", "a value", other)),
        }
    };
    row.columns().iter().map(value).collect::<Result<_, _>>().map(Row)
}

/// Sorts errors by their [SQLSTATE](https://www.postgresql.org/docs/current/errcodes-appendix.html).
fn sort(error: &sqlx::Error) -> StoreError {
    let text = error.to_string();
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    let Some(code) = code else { return without_code(error, text) };
    match code.as_ref() {
        // A race that was lost, or whatever is unique and wasn't met on purpose: another's that
        // came first.
        "40001" | "40P01" | "55P03" | "23505" | "42P07" | "42710" | "53300" => {
            StoreError::Busy(text)
        }
        "53100" => StoreError::Full(text),
        "25006" | "42501" => StoreError::ReadOnly(text),
        "XX001" | "XX002" => StoreError::corrupted("the database", "what was written", text),
        "42P01" | "42703" => StoreError::corrupted("the schema", "its tables", text),
        _ => StoreError::Gone(text),
    }
}

/// Says whether a constraint, or another who came first, kept a statement from being carried out.
fn is_forbidden(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    // What can't be NULL is what a statement needed and did not find.
    code.as_deref() == Some("23502") || code.is_some() && matches!(sort(error), StoreError::Busy(_))
}

fn without_code(error: &sqlx::Error, text: String) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::corrupted("a column", "a value of its type", text)
        }
        _ => StoreError::Gone(text),
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.connections.options();
        let (host, database) = (options.get_host(), options.get_database());
        let mut shown = formatter.debug_struct("PostgresStore");
        shown.field("host", &host).field("database", &database).finish_non_exhaustive()
    }
}
