//! Records what makes a live approval useless: the ledger's rules for it.

use countersign_approval::{Claim, LedgerError, SwapId, is_nonce_below};

use super::claims::{live_until, owner, take_all};
use super::{Session, read, sql};
use crate::{CancelStep, Label, StoreError, What};

/// How the name of what takes another's place ends, behind the other's name.
const REPLACEMENT: &str = ":replacement";

/// Takes what a cancel needs beside what its swap has. The entry that says so is written already.
///
/// Our own clock does not say that an approval is dead: its chain's does, and a cancel that was not
/// needed costs a fee alone.
pub(super) async fn record(session: &mut dyn Session, claim: &Claim) -> Result<(), StoreError> {
    let swap_id = claim.swap_id;
    if live_until(session, swap_id).await?.is_none() {
        return Err(StoreError::Ledger(LedgerError::NothingLive { swap_id }));
    }
    let new = new_ones(session, claim).await?;
    if new.is_empty() {
        return Ok(());
    }
    if lets_own_have_their_turn(session, swap_id, &new).await? {
        return take_all(session, swap_id, &new).await;
    }
    if let Some(resource) = before(session, swap_id).await? {
        let resource = resource.as_str().to_owned();
        return Err(StoreError::Ledger(LedgerError::OtherCancel { swap_id, resource }));
    }
    take_all(session, swap_id, &new).await
}

/// Returns what the claim takes that its swap has not, and requires that nobody has it.
async fn new_ones(session: &mut dyn Session, claim: &Claim) -> Result<Vec<String>, StoreError> {
    let mut new = Vec::new();
    for resource in &claim.resources {
        require_own(session, claim.swap_id, resource).await?;
        match owner(session, resource).await? {
            None => new.push(resource.clone()),
            Some(owner) if owner == claim.swap_id => {}
            Some(swap_id) => {
                let resource = resource.clone();
                return Err(StoreError::Ledger(LedgerError::ResourceTaken { resource, swap_id }));
            }
        }
    }
    Ok(new)
}

/// Requires of what takes the place of something that its swap has that.
async fn require_own(
    session: &mut dyn Session,
    swap_id: SwapId,
    resource: &str,
) -> Result<(), StoreError> {
    let Some(replaced) = resource.strip_suffix(REPLACEMENT) else { return Ok(()) };
    match owner(session, replaced).await? {
        Some(owner) if owner == swap_id => Ok(()),
        Some(swap_id) => {
            let resource = replaced.to_owned();
            Err(StoreError::Ledger(LedgerError::ResourceTaken { resource, swap_id }))
        }
        None => Err(StoreError::Ledger(LedgerError::NothingLive { swap_id })),
    }
}

/// Says whether all of it are account nonces below one that the swap has.
async fn lets_own_have_their_turn(
    session: &mut dyn Session,
    swap_id: SwapId,
    new: &[String],
) -> Result<bool, StoreError> {
    let select = sql!("SELECT resource FROM resources WHERE swap_id = $1");
    let rows = session.query(select, &[swap_id.into()]).await?;
    let own: Vec<&str> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
    Ok(new.iter().all(|resource| own.iter().any(|own| is_nonce_below(resource, own))))
}

/// Returns the first that the cancel before the last one took, where it may still take effect.
async fn before(session: &mut dyn Session, swap_id: SwapId) -> Result<Option<Label>, StoreError> {
    let mut live = Vec::new();
    for entry in read::entries(session, swap_id).await? {
        match entry.what {
            What::Cancel(CancelStep::Reserved { resources, .. }) => live.push(resources),
            What::Cancel(CancelStep::Lost { .. }) => live.clear(),
            _ => {}
        }
    }
    live.pop();
    Ok(live.pop().and_then(|resources| resources.into_iter().next()))
}
