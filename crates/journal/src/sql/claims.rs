//! Records what approvals take: the ledger's rules, in one transaction.

use std::collections::BTreeSet;

use countersign_approval::{AssetLimits, Claim, LedgerError, SwapId, Taken};
use countersign_units::UnixSeconds;

use super::write::{Written, append_any};
use super::{Row, Session, Sql, Value, cancels, deaths, limits, sql};
use crate::entry::Reserved;
use crate::{CancelStep, Entry, Head, StoreError, What, Write};

/// Records a claim and appends the entry that says so.
pub(super) async fn reserve(
    session: &mut dyn Session,
    write: &Write<'_>,
    claim: &Claim,
    asset_limits: AssetLimits,
) -> Result<Head, StoreError> {
    if claim.swap_id != write.lease.swap_id {
        return Err(StoreError::UnknownSwap(claim.swap_id));
    }
    require_environment(session, claim).await?;
    let reserved = What::Reserved(Reserved::of(claim, asset_limits)?);
    match append_with(session, write, reserved).await? {
        Written::Before(head) => Ok(head),
        Written::Now(head) => {
            record(session, claim, asset_limits, write.now.to_seconds()).await?;
            Ok(head)
        }
    }
}

/// Requires that the approval is for where the swap takes place.
async fn require_environment(session: &mut dyn Session, claim: &Claim) -> Result<(), StoreError> {
    let select = sql!("SELECT environment FROM swaps WHERE swap_id = $1");
    let rows = session.query(select, &[claim.swap_id.into()]).await?;
    let row = rows.first().ok_or(StoreError::UnknownSwap(claim.swap_id))?;
    let (expected, found) = (row.parse(0, "an environment")?, claim.environment);
    if expected == found {
        return Ok(());
    }
    Err(StoreError::Environment { swap_id: claim.swap_id, expected, found })
}

/// Frees the limits of a swap whose approval is dead and appends the entry that says so.
pub(super) async fn free(session: &mut dyn Session, write: &Write<'_>) -> Result<Head, StoreError> {
    match append_with(session, write, What::Released).await? {
        Written::Before(head) => Ok(head),
        Written::Now(head) => {
            let swap_id = write.lease.swap_id;
            release(session, swap_id, write.now.to_seconds()).await?;
            deaths::bury(session, swap_id).await?;
            deaths::give_up(session, swap_id, write.entries).await?;
            Ok(head)
        }
    }
}

/// Records what makes a live approval useless and appends the entry that says so.
pub(super) async fn reserve_cancel(
    session: &mut dyn Session,
    write: &Write<'_>,
    claim: &Claim,
) -> Result<Head, StoreError> {
    if claim.swap_id != write.lease.swap_id {
        return Err(StoreError::UnknownSwap(claim.swap_id));
    }
    require_environment(session, claim).await?;
    let reserved = What::Cancel(CancelStep::reserved(claim)?);
    match append_with(session, write, reserved).await? {
        Written::Before(head) => Ok(head),
        Written::Now(head) => {
            cancels::record(session, claim).await?;
            Ok(head)
        }
    }
}

async fn append_with(
    session: &mut dyn Session,
    write: &Write<'_>,
    last: What,
) -> Result<Written, StoreError> {
    deaths::require_plain(write.entries)?;
    let mut entries = write.entries.to_vec();
    entries.push(Entry::new(write.now, last));
    append_any(session, write, &entries).await
}

/// Records a claim of a swap that nobody writes a history of.
pub(super) async fn record_alone(
    session: &mut dyn Session,
    claim: &Claim,
    asset_limits: AssetLimits,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    require_no_history(session, claim.swap_id).await?;
    record(session, claim, asset_limits, now).await
}

/// Frees the limits of a swap that nobody writes a history of.
pub(super) async fn release_alone(
    session: &mut dyn Session,
    swap_id: SwapId,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    require_no_history(session, swap_id).await?;
    release(session, swap_id, now).await
}

/// Gives back what a swap took that nobody writes a history of.
pub(super) async fn give_up_alone(
    session: &mut dyn Session,
    swap_id: SwapId,
) -> Result<(), StoreError> {
    require_no_history(session, swap_id).await?;
    deaths::bury(session, swap_id).await?;
    deaths::give_back(session, swap_id).await
}

/// What happens to a swap with a history must stand in it.
async fn require_no_history(session: &mut dyn Session, swap_id: SwapId) -> Result<(), StoreError> {
    let select = sql!("SELECT free_at FROM swaps WHERE swap_id = $1");
    match session.query(select, &[swap_id.into()]).await?.first() {
        None => Ok(()),
        Some(row) => Err(StoreError::Leased { swap_id, until: row.millis(0)? }),
    }
}

/// Reads who owns what. A swap's last reservation says since when, and until when.
const TAKEN: Sql = sql!(
    sqlite "SELECT resource, resources.swap_id, reserved_at, valid_until \
            FROM resources JOIN reservations ON reservations.swap_id = resources.swap_id \
            WHERE resource IN (SELECT value FROM json_each($1)) AND number = (SELECT MAX(number) \
            FROM reservations AS all_of WHERE all_of.swap_id = resources.swap_id)"
    postgres "SELECT resource, resources.swap_id, reserved_at, valid_until \
              FROM resources JOIN reservations ON reservations.swap_id = resources.swap_id \
              WHERE resource IN (SELECT jsonb_array_elements_text($1::jsonb)) AND number = (SELECT \
              MAX(number) FROM reservations AS all_of WHERE all_of.swap_id = resources.swap_id)"
);

pub(super) async fn taken(
    session: &mut dyn Session,
    resources: &[String],
) -> Result<Vec<Taken>, StoreError> {
    let asked = serde_json::to_string(resources)
        .map_err(|error| StoreError::corrupted("resources", "texts", error))?;
    let rows = session.query(TAKEN, &[Value::Text(asked)]).await?;
    rows.iter().map(owned).collect()
}

fn owned(row: &Row) -> Result<Taken, StoreError> {
    let resource = row.text(0)?.to_owned();
    let (reserved_at, valid_until) = (UnixSeconds::new(row.int(2)?), row.until(3)?);
    Ok(Taken { resource, swap_id: row.swap_id(1)?, reserved_at, valid_until })
}

async fn record(
    session: &mut dyn Session,
    claim: &Claim,
    asset_limits: AssetLimits,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let before = require_dead(session, claim.swap_id, now).await?;
    require_free(session, claim).await?;
    take(session, claim).await?;
    // From here on nobody else counts this token, so what is read of it holds until the end. It
    // comes last, since those who reserve the same token wait for it.
    let mut total = limits::Total::lock(session, &claim.token).await?;
    total.forget_yesterday(session, now).await?;
    total.add(session, claim.amount, asset_limits.per_day).await?;
    if before.is_some() {
        bury(session, claim.swap_id, now).await?;
    }
    insert(session, claim, now).await
}

async fn release(
    session: &mut dyn Session,
    swap_id: SwapId,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    require_dead(session, swap_id, now).await?;
    let select =
        sql!("SELECT DISTINCT token FROM reservations WHERE swap_id = $1 AND is_counted = 1");
    let rows = session.query(select, &[swap_id.into()]).await?;
    let tokens = rows.iter().map(|row| row.text(0).map(str::to_owned));
    // In one order, or two who free the same tokens could wait for each other.
    for token in tokens.collect::<Result<BTreeSet<_>, _>>()? {
        let mut total = limits::Total::lock(session, &token).await?;
        total.forget_swap(session, swap_id).await?;
    }
    Ok(())
}

/// Requires that the swap's approval can no longer be used, and returns until when it could.
async fn require_dead(
    session: &mut dyn Session,
    swap_id: SwapId,
    now: UnixSeconds,
) -> Result<Option<UnixSeconds>, StoreError> {
    match live_until(session, swap_id).await? {
        Some(valid_until) if valid_until >= now => {
            Err(StoreError::Ledger(LedgerError::LiveApproval { swap_id, valid_until }))
        }
        dead => Ok(dead),
    }
}

pub(super) async fn live_until(
    session: &mut dyn Session,
    swap_id: SwapId,
) -> Result<Option<UnixSeconds>, StoreError> {
    let select = sql!("SELECT valid_until FROM reservations WHERE swap_id = $1 AND is_live = 1");
    let rows = session.query(select, &[swap_id.into()]).await?;
    rows.first().map(|row| row.until(0)).transpose()
}

/// Requires that nobody has used what the claim takes.
async fn require_free(session: &mut dyn Session, claim: &Claim) -> Result<(), StoreError> {
    for resource in &claim.resources {
        if let Some(swap_id) = owner(session, resource).await? {
            let resource = resource.clone();
            return Err(StoreError::Ledger(LedgerError::ResourceTaken { resource, swap_id }));
        }
    }
    Ok(())
}

pub(super) async fn owner(
    session: &mut dyn Session,
    resource: &str,
) -> Result<Option<SwapId>, StoreError> {
    let select = sql!("SELECT swap_id FROM resources WHERE resource = $1");
    let rows = session.query(select, &[resource.into()]).await?;
    rows.first().map(|row| row.swap_id(0)).transpose()
}

/// Makes room for another live reservation in the place of one that is dead.
async fn bury(
    session: &mut dyn Session,
    swap_id: SwapId,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let update = sql!(
        "UPDATE reservations SET is_live = 0 \
         WHERE swap_id = $1 AND is_live = 1 AND valid_until < $2"
    );
    session.execute(update, &[swap_id.into(), Value::int("time", now.value())?]).await?;
    Ok(())
}

/// Makes the claim the swap's one live reservation.
async fn insert(
    session: &mut dyn Session,
    claim: &Claim,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let swap_id = claim.swap_id;
    let insert = sql!(
        "INSERT INTO reservations (swap_id, number, token, amount, reserved_at, valid_until, \
         is_live, is_counted) VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 \
         FROM reservations WHERE swap_id = $1), $2, $3, $4, $5, 1, 1) ON CONFLICT DO NOTHING"
    );
    let values = [
        swap_id.into(),
        claim.token.as_str().into(),
        claim.amount.into(),
        Value::int("time", now.value())?,
        claim.valid_until.into(),
    ];
    if session.execute(insert, &values).await? == 1 {
        return Ok(());
    }
    // Another process recorded one of this swap, for another token, in this moment.
    let valid_until = live_until(session, swap_id).await?.unwrap_or(claim.valid_until);
    Err(StoreError::Ledger(LedgerError::LiveApproval { swap_id, valid_until }))
}

/// Takes what the claim needs.
async fn take(session: &mut dyn Session, claim: &Claim) -> Result<(), StoreError> {
    take_all(session, claim.swap_id, &claim.resources).await
}

/// Takes resources in one order, or two who take the same could wait for each other.
pub(super) async fn take_all(
    session: &mut dyn Session,
    taker: SwapId,
    resources: &[String],
) -> Result<(), StoreError> {
    let insert =
        sql!("INSERT INTO resources (resource, swap_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");
    for resource in resources.iter().collect::<BTreeSet<_>>() {
        let values = [resource.as_str().into(), taker.into()];
        if session.execute(insert, &values).await? == 0 {
            let swap_id = owner(session, resource).await?.unwrap_or(taker);
            let resource = resource.clone();
            return Err(StoreError::Ledger(LedgerError::ResourceTaken { resource, swap_id }));
        }
    }
    Ok(())
}
