//! The tables, and the steps that make them: embedded, and forward only.

use super::{Backend, Session, Sql, Value, look, sql, transact};
use crate::StoreError;

/// A step from one schema to the next.
struct Step {
    sqlite: &'static str,
    postgres: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        sqlite: include_str!("../../schema/1.sqlite.sql"),
        postgres: include_str!("../../schema/1.postgres.sql"),
    },
    Step {
        sqlite: include_str!("../../schema/2.sqlite.sql"),
        postgres: include_str!("../../schema/2.postgres.sql"),
    },
];

/// Brings the schema up to the one that this version writes. One that is up to date is only read.
pub(crate) async fn migrate(store: &dyn Backend) -> Result<(), StoreError> {
    if look!(store.snapshot(), session => missing(session))?.is_empty() {
        return Ok(());
    }
    transact!(store, session => make(session))
}

/// Returns the steps that are missing.
async fn missing(session: &mut dyn Session) -> Result<&'static [Step], StoreError> {
    let there = session.query(THERE, &[]).await?;
    if there.first().map_or(Ok(0), |row| row.int(0))? == 0 {
        return Ok(STEPS);
    }
    let known = sql!("SELECT version FROM countersign_journal WHERE id = 1");
    let rows = session.query(known, &[]).await?;
    let (found, expected) = (rows.first().map_or(Ok(0), |row| row.int(0))?, latest());
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    STEPS.get(done..).ok_or(StoreError::Schema { expected, found })
}

fn latest() -> u64 {
    u64::try_from(STEPS.len()).unwrap_or(u64::MAX)
}

async fn make(session: &mut dyn Session) -> Result<(), StoreError> {
    // Another process may have made them in the meantime.
    let steps = missing(session).await?;
    if steps.len() == STEPS.len() {
        require_empty(session).await?;
        session.script(VERSIONS.sqlite, VERSIONS.postgres).await?;
    }
    for step in steps {
        session.script(step.sqlite, step.postgres).await?;
    }
    let insert = sql!(
        "INSERT INTO countersign_journal (id, version) VALUES (1, $1) \
         ON CONFLICT (id) DO UPDATE SET version = excluded.version"
    );
    session.execute(insert, &[Value::int("schema", latest())?]).await?;
    Ok(())
}

const VERSIONS: Sql = sql!(
    sqlite "CREATE TABLE countersign_journal \
            (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT"
    postgres "CREATE TABLE countersign_journal \
              (id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL)"
);

/// A place with tables of somebody else's is no place for a journal.
async fn require_empty(session: &mut dyn Session) -> Result<(), StoreError> {
    let rows = session.query(OTHERS, &[]).await?;
    match rows.first().map_or(Ok(0), |row| row.int(0))? {
        0 => Ok(()),
        found => {
            let expected = "a journal, or a place without tables";
            Err(StoreError::corrupted("the schema", expected, format_args!("{found} tables")))
        }
    }
}

const OTHERS: Sql = sql!(
    sqlite "SELECT count(*) FROM sqlite_master WHERE type = 'table'"
    // One that another process has made since is a journal.
    postgres "SELECT count(*) FROM information_schema.tables \
              WHERE table_schema = current_schema() AND NOT EXISTS (SELECT 1 \
              FROM information_schema.tables WHERE table_schema = current_schema() \
              AND table_name = 'countersign_journal')"
);
const THERE: Sql = sql!(
    sqlite "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'countersign_journal'"
    postgres "SELECT count(*) FROM information_schema.tables \
              WHERE table_schema = current_schema() AND table_name = 'countersign_journal'"
);
