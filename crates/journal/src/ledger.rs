use std::sync::Arc;

use async_trait::async_trait;
use countersign_approval::{AssetLimits, Claim, Ledger, LedgerError, Standing, SwapId, Taken};
use countersign_units::UnixSeconds;

use crate::{CancelKind, CancelStep, History, Label, Store, StoreError, What};

/// A ledger that outlives the process, over a store.
///
/// It keeps the rules of [`MemoryLedger`](countersign_approval::MemoryLedger) for any number of
/// processes. One difference: if a clock jumps back, what was forgotten of *another* token stays
/// counted.
pub struct JournalLedger {
    store: Arc<dyn Store>,
}

impl JournalLedger {
    /// Keeps claims in a store, of swaps that have no history in it.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Ledger for JournalLedger {
    async fn record(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), LedgerError> {
        self.store.record_alone(claim, limits, now).await.map_err(from_store)
    }

    async fn release(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), LedgerError> {
        self.store.release_alone(swap_id, now).await.map_err(from_store)
    }

    async fn give_back(&self, swap_id: SwapId) -> Result<(), LedgerError> {
        self.store.give_up_alone(swap_id).await.map_err(from_store)
    }

    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, LedgerError> {
        self.store.taken(resources).await.map_err(from_store)
    }

    async fn standing(&self, taken: &Taken) -> Result<Option<Standing>, LedgerError> {
        standing(self.store.as_ref(), taken).await
    }
}

impl std::fmt::Debug for JournalLedger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("JournalLedger").finish_non_exhaustive()
    }
}

/// Says how it stands with what a swap took; nothing where the swap has no history.
pub(crate) async fn standing(
    store: &dyn Store,
    taken: &Taken,
) -> Result<Option<Standing>, LedgerError> {
    let history = match store.load(taken.swap_id).await {
        Err(StoreError::UnknownSwap(_)) => return Ok(None),
        loaded => loaded.map_err(from_store)?,
    };
    let deadline = history.links.iter().rev().find_map(|link| match &link.entry.what {
        What::Created(intent) => intent.deadline,
        _ => None,
    });
    let cancelled_at = cancelled_at(&history, &taken.resource);
    let (is_ended, is_replaced) = (history.state.is_ended(), is_replaced(&history));
    Ok(Some(Standing { is_ended, deadline, cancelled_at, is_replaced }))
}

/// Returns when a cancel took something, unless the approval had it before.
fn cancelled_at(history: &History, resource: &str) -> Option<UnixSeconds> {
    let has = |names: &[Label]| names.iter().any(|name| name.as_str() == resource);
    let first = history.links.iter().find(|link| match &link.entry.what {
        What::Reserved(reserved) => has(&reserved.resources),
        What::Cancel(CancelStep::Reserved { resources, .. }) => has(resources),
        _ => false,
    })?;
    matches!(first.entry.what, What::Cancel(_)).then(|| first.entry.at.to_seconds())
}

/// Says whether something was signed with the account nonce of a swap's deposit that takes its place.
fn is_replaced(history: &History) -> bool {
    history.links.iter().any(|link| {
        let What::Cancel(CancelStep::Signed { kind, .. }) = &link.entry.what else { return false };
        *kind == CancelKind::AccountNonce
    })
}

pub(crate) fn from_store(error: StoreError) -> LedgerError {
    match error {
        StoreError::Ledger(error) => error,
        other => LedgerError::Unavailable(other.code()),
    }
}
