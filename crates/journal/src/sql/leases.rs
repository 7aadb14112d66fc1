//! Leases: who may write to a swap.

use countersign_approval::SwapId;
use countersign_units::UnixMillis;

use super::{Session, Sql, Value, sql};
use crate::{Lease, StoreError, Term};

/// Takes what is free, and passes over what another is taking in this moment.
const TAKE_OPEN: Sql = sql!(
    sqlite "WITH free AS MATERIALIZED (SELECT swap_id FROM swaps \
            WHERE is_open = 1 AND (free_at <= $3 OR free_at > $5) \
            AND swap_id NOT IN (SELECT value FROM json_each($6)) \
            ORDER BY free_at, swap_id LIMIT $4) \
            UPDATE swaps SET fence = fence + 1, holder = $1, free_at = $2 \
            FROM free WHERE swaps.swap_id = free.swap_id RETURNING swaps.swap_id, swaps.fence"
    postgres "WITH free AS MATERIALIZED (SELECT swap_id FROM swaps \
              WHERE is_open > 0 AND (free_at <= $3 OR free_at > $5) \
              AND swap_id NOT IN (SELECT jsonb_array_elements_text($6::jsonb)) \
              ORDER BY free_at, swap_id LIMIT $4 FOR UPDATE SKIP LOCKED) \
              UPDATE swaps SET fence = fence + 1, holder = $1, free_at = $2 \
              FROM free WHERE swaps.swap_id = free.swap_id RETURNING swaps.swap_id, swaps.fence"
);

pub(super) async fn take_open(
    session: &mut dyn Session,
    term: &Term<'_>,
    most: u32,
    now: UnixMillis,
    except: &[SwapId],
) -> Result<Vec<Lease>, StoreError> {
    let values = [
        term.holder.as_str().into(),
        Value::int("lease", term.until.value())?,
        Value::int("time", now.value())?,
        Value::Int(i64::from(most)),
        beyond(now)?,
        listed(except)?,
    ];
    let rows = session.query(TAKE_OPEN, &values).await?;
    let lease = |row: &super::Row| {
        Ok(Lease { swap_id: row.swap_id(0)?, token: row.int(1)?, until: term.until })
    };
    rows.iter().map(lease).collect()
}

fn listed(swaps: &[SwapId]) -> Result<Value, StoreError> {
    let ids: Vec<String> = swaps.iter().map(SwapId::to_string).collect();
    let text = serde_json::to_string(&ids);
    text.map(Value::Text).map_err(|error| StoreError::corrupted("swaps", "their ids", error))
}

/// Returns the moment after which no lease of ours ends: one that does was written by a clock that was
/// ahead, and would keep its swap for as long.
fn beyond(now: UnixMillis) -> Result<Value, StoreError> {
    let longest = u64::try_from(Lease::LONGEST.as_millis()).unwrap_or(u64::MAX);
    Value::int("time", now.value().saturating_add(longest))
}

pub(super) async fn take(
    session: &mut dyn Session,
    swap_id: SwapId,
    term: &Term<'_>,
    now: UnixMillis,
) -> Result<Lease, StoreError> {
    let update = sql!(
        "UPDATE swaps SET fence = fence + 1, holder = $2, free_at = $3 \
         WHERE swap_id = $1 AND (free_at <= $4 OR free_at > $5) RETURNING fence"
    );
    let values = [
        swap_id.into(),
        term.holder.as_str().into(),
        Value::int("lease", term.until.value())?,
        Value::int("time", now.value())?,
        beyond(now)?,
    ];
    if let Some(row) = session.query(update, &values).await?.first() {
        return Ok(Lease { swap_id, token: row.int(0)?, until: term.until });
    }
    let (_, until) = latest(session, swap_id).await?;
    Err(StoreError::Leased { swap_id, until })
}

pub(super) async fn renew(
    session: &mut dyn Session,
    lease: &Lease,
    until: UnixMillis,
) -> Result<Lease, StoreError> {
    let update =
        sql!("UPDATE swaps SET free_at = $3 WHERE swap_id = $1 AND fence = $2 RETURNING free_at");
    set(session, update, lease, until).await?;
    Ok(Lease { until, ..lease.clone() })
}

/// Gives a lease back. Its token is used up, so nothing is written with it any more.
pub(super) async fn give_back(
    session: &mut dyn Session,
    lease: &Lease,
    not_before: UnixMillis,
) -> Result<(), StoreError> {
    let update = sql!(
        "UPDATE swaps SET fence = fence + 1, holder = '', free_at = $3 \
         WHERE swap_id = $1 AND fence = $2 RETURNING free_at"
    );
    set(session, update, lease, not_before).await
}

async fn set(
    session: &mut dyn Session,
    update: Sql,
    lease: &Lease,
    until: UnixMillis,
) -> Result<(), StoreError> {
    let Lease { swap_id, token, .. } = *lease;
    let (fence, time) = (Value::int("fence", token)?, Value::int("lease", until.value())?);
    if !session.query(update, &[swap_id.into(), fence, time]).await?.is_empty() {
        return Ok(());
    }
    let (latest, until) = latest(session, swap_id).await?;
    Err(StoreError::LeaseLost { swap_id, token, latest, until })
}

async fn latest(
    session: &mut dyn Session,
    swap_id: SwapId,
) -> Result<(u64, UnixMillis), StoreError> {
    let select = sql!("SELECT fence, free_at FROM swaps WHERE swap_id = $1");
    let rows = session.query(select, &[swap_id.into()]).await?;
    let row = rows.first().ok_or(StoreError::UnknownSwap(swap_id))?;
    Ok((row.int(0)?, row.millis(1)?))
}
