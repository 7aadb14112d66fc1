//! Keeps what is written of an approval in step with its reservation.

use countersign_approval::{LedgerError, SwapId};

use super::claims::live_until;
use super::{Session, read, sql};
use crate::{CancelStep, Death, Entry, Impossible, State, StoreError, What, Write};

/// Requires that the entries claim nothing that another call would have to do first.
pub(super) fn require_plain(entries: &[Entry]) -> Result<(), StoreError> {
    let own = |entry: &&Entry| {
        matches!(
            entry.what,
            What::Reserved(_) | What::Released | What::Cancel(CancelStep::Reserved { .. })
        )
    };
    match entries.iter().find(own) {
        Some(entry) => Err(Impossible { state: None, entry: entry.what.name() }.into()),
        None => Ok(()),
    }
}

/// Does what the entries say of the swap's approval, in their order.
pub(super) async fn follow(
    session: &mut dyn Session,
    write: &Write<'_>,
    entries: &[Entry],
) -> Result<(), StoreError> {
    for entry in entries {
        match &entry.what {
            What::Dead(Death::Deadline) => {
                require_over(session, write, entry).await?;
                bury(session, write.lease.swap_id).await?;
            }
            What::Dead(_) => bury(session, write.lease.swap_id).await?,
            What::Signed { .. } => require_live(session, write.lease.swap_id).await?,
            _ => {}
        }
    }
    Ok(())
}

/// Frees the resources of a swap whose approval nobody can have, since its death is among the
/// entries. That is possible only where nothing was let out, so none of what the swap ever took was
/// used, unless a cancel was signed.
pub(super) async fn give_up(
    session: &mut dyn Session,
    swap_id: SwapId,
    entries: &[Entry],
) -> Result<(), StoreError> {
    let unused = |entry: &Entry| matches!(entry.what, What::Dead(Death::NeverLetOut));
    if entries.iter().any(unused) && !has_signed_cancel(session, swap_id).await? {
        give_back(session, swap_id).await?;
    }
    Ok(())
}

/// Lets others have what a swap took.
pub(super) async fn give_back(
    session: &mut dyn Session,
    swap_id: SwapId,
) -> Result<(), StoreError> {
    let delete = sql!("DELETE FROM resources WHERE swap_id = $1");
    session.execute(delete, &[swap_id.into()]).await?;
    Ok(())
}

/// Says whether a cancel of the swap was signed: it may be on its way, with what it took.
async fn has_signed_cancel(session: &mut dyn Session, swap_id: SwapId) -> Result<bool, StoreError> {
    let history = read::entries(session, swap_id).await?;
    Ok(history.iter().any(|entry| matches!(entry.what, What::Cancel(CancelStep::Signed { .. }))))
}

/// Requires that the deadline is over, by the entry's time and by the writer's.
async fn require_over(
    session: &mut dyn Session,
    write: &Write<'_>,
    entry: &Entry,
) -> Result<(), StoreError> {
    let (swap_id, now) = (write.lease.swap_id, entry.at.min(write.now).to_seconds());
    match live_until(session, swap_id).await? {
        Some(valid_until) if valid_until >= now => {
            Err(StoreError::Ledger(LedgerError::LiveApproval { swap_id, valid_until }))
        }
        _ => Ok(()),
    }
}

/// Requires that what is signed is reserved, and was not called dead since.
async fn require_live(session: &mut dyn Session, swap_id: SwapId) -> Result<(), StoreError> {
    match live_until(session, swap_id).await? {
        Some(_) => Ok(()),
        None => Err(Impossible { state: Some(State::Reserved), entry: "signed" }.into()),
    }
}

/// Lets the swap's reservation stand against another one no longer. Limits stay counted.
pub(super) async fn bury(session: &mut dyn Session, swap_id: SwapId) -> Result<(), StoreError> {
    let update = sql!("UPDATE reservations SET is_live = 0 WHERE swap_id = $1 AND is_live = 1");
    session.execute(update, &[swap_id.into()]).await?;
    Ok(())
}
