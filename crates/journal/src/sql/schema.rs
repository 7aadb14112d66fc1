//! The tables, and the steps that make them: embedded, and forward only.

use super::{Backend, Session, Value, sql, transact};
use crate::StoreError;

/// A step from one schema to the next.
struct Step {
    sqlite: &'static str,
    postgres: &'static str,
}

const STEPS: &[Step] = &[Step {
    sqlite: include_str!("../../schema/1.sqlite.sql"),
    postgres: include_str!("../../schema/1.postgres.sql"),
}];

/// Brings the schema up to the one that this version writes.
pub(crate) async fn migrate(store: &dyn Backend) -> Result<(), StoreError> {
    transact!(store, session => step(session))
}

async fn step(session: &mut dyn Session) -> Result<(), StoreError> {
    let (sqlite, postgres) = (
        "CREATE TABLE IF NOT EXISTS countersign_journal \
         (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT",
        "CREATE TABLE IF NOT EXISTS countersign_journal \
         (id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL)",
    );
    let known = sql!(locked "SELECT version FROM countersign_journal WHERE id = 1");
    // Reading first keeps an open of a journal that is up to date from writing.
    let there = session.query(THERE, &[]).await?;
    let there = there.first().map_or(Ok(0), |row| row.int(0))?;
    if there == 0 {
        session.script(sqlite, postgres).await?;
    }
    let rows = session.query(known, &[]).await?;
    let found = rows.first().map_or(Ok(0), |row| row.int(0))?;
    let expected = u64::try_from(STEPS.len()).unwrap_or(u64::MAX);
    if found > expected {
        return Err(StoreError::Schema { expected, found });
    }
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let missing = STEPS.get(done..).unwrap_or_default();
    if missing.is_empty() {
        return Ok(());
    }
    for step in missing {
        session.script(step.sqlite, step.postgres).await?;
    }
    let insert = sql!(
        "INSERT INTO countersign_journal (id, version) VALUES (1, $1) \
         ON CONFLICT (id) DO UPDATE SET version = excluded.version"
    );
    session.execute(insert, &[Value::int("schema", expected)?]).await?;
    Ok(())
}

const THERE: super::Sql = sql!(
    sqlite "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'countersign_journal'"
    postgres "SELECT count(*) FROM information_schema.tables \
              WHERE table_schema = current_schema() AND table_name = 'countersign_journal'"
);
