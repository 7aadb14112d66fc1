//! Makes checkpoints and reads them.

use countersign_units::UnixMillis;

use super::{Row, Session, Sql, Value, sql};
use crate::audit::root;
use crate::{AuditKey, Checkpoint, Commitment, Digest, StoreError, SwapHead};

/// Takes the heads that changed, at most so many that those who write to them need not wait long.
const COLLECT: Sql = sql!(
    sqlite "INSERT INTO checkpoint_heads (number, swap_id, entries, head) \
            SELECT $1, swap_id, entries, head FROM swaps WHERE committed < entries \
            ORDER BY swap_id LIMIT 10000"
    postgres "WITH changed AS MATERIALIZED (SELECT swap_id, entries, head FROM swaps \
              WHERE committed < entries ORDER BY swap_id LIMIT 10000 FOR UPDATE) \
              INSERT INTO checkpoint_heads (number, swap_id, entries, head) \
              SELECT $1, swap_id, entries, head FROM changed"
);

pub(super) async fn make(
    session: &mut dyn Session,
    key: &AuditKey,
    now: UnixMillis,
) -> Result<Option<Checkpoint>, StoreError> {
    let before = latest(session).await?;
    let number = before.as_ref().map_or(0, |before| before.number.saturating_add(1));
    let place = Value::int("checkpoint", number)?;
    if session.execute(COLLECT, std::slice::from_ref(&place)).await? == 0 {
        return Ok(None);
    }
    let commitment = commit(session, before, number, now).await?;
    let checkpoint = commitment.sign(key)?;
    let update = sql!(
        "UPDATE swaps SET committed = (SELECT taken.entries FROM checkpoint_heads taken \
         WHERE taken.number = $1 AND taken.swap_id = swaps.swap_id) WHERE swap_id IN \
         (SELECT swap_id FROM checkpoint_heads WHERE number = $1)"
    );
    session.execute(update, std::slice::from_ref(&place)).await?;
    let insert =
        sql!("INSERT INTO checkpoints (number, checkpoint, signature) VALUES ($1, $2, $3)");
    let (bytes, signature) = (checkpoint.commitment.to_bytes(), checkpoint.signature.to_vec());
    session.execute(insert, &[place, Value::Bytes(bytes), Value::Bytes(signature)]).await?;
    Ok(Some(checkpoint))
}

async fn latest(session: &mut dyn Session) -> Result<Option<Commitment>, StoreError> {
    let select = sql!("SELECT checkpoint FROM checkpoints ORDER BY number DESC LIMIT 1");
    session.query(select, &[]).await?.first().map(commitment).transpose()
}

/// Commits to the heads that were taken under a number, and to the checkpoint before.
async fn commit(
    session: &mut dyn Session,
    before: Option<Commitment>,
    number: u64,
    now: UnixMillis,
) -> Result<Commitment, StoreError> {
    let select = sql!(
        "SELECT taken.swap_id, taken.entries, taken.head, swaps.committed \
         FROM checkpoint_heads taken JOIN swaps ON swaps.swap_id = taken.swap_id \
         WHERE taken.number = $1 ORDER BY taken.swap_id"
    );
    let rows = session.query(select, &[Value::int("checkpoint", number)?]).await?;
    let previous = before.as_ref().map_or(Digest::NONE, Commitment::hash);
    let (mut swaps, mut entries) = before.map_or((0, 0), |before| (before.swaps, before.entries));
    let mut heads = Vec::with_capacity(rows.len());
    for row in &rows {
        let (head, committed) = (swap_head(row)?, row.int(3)?);
        swaps = u64::from(committed == 0).saturating_add(swaps);
        entries = head.head.count.saturating_sub(committed).saturating_add(entries);
        heads.push(head);
    }
    let (root, heads) = (root(&heads), u64::try_from(heads.len()).unwrap_or(u64::MAX));
    Ok(Commitment { number, at: now, previous, swaps, entries, heads, root })
}

pub(super) async fn read(
    session: &mut dyn Session,
    number: u64,
) -> Result<Option<(Checkpoint, Vec<SwapHead>)>, StoreError> {
    let place = [Value::int("checkpoint", number)?];
    let select = sql!("SELECT checkpoint, signature FROM checkpoints WHERE number = $1");
    let rows = session.query(select, &place).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let checkpoint = Checkpoint { commitment: commitment(row)?, signature: row.array(1)? };
    let select = sql!(
        "SELECT swap_id, entries, head FROM checkpoint_heads WHERE number = $1 ORDER BY swap_id"
    );
    let rows = session.query(select, &place).await?;
    let heads = rows.iter().map(swap_head).collect::<Result<_, _>>()?;
    Ok(Some((checkpoint, heads)))
}

fn commitment(row: &Row) -> Result<Commitment, StoreError> {
    let wrong = || StoreError::corrupted("a checkpoint", "its canonical form", "another");
    Commitment::from_bytes(row.bytes(0)?).ok_or_else(wrong)
}

fn swap_head(row: &Row) -> Result<SwapHead, StoreError> {
    Ok(SwapHead { swap_id: row.swap_id(0)?, head: row.head(1)? })
}
