use std::sync::Arc;

use async_trait::async_trait;
use countersign_approval::{AssetLimits, Claim, Ledger, LedgerError, SwapId, Taken};
use countersign_units::UnixSeconds;

use crate::{Store, StoreError, What};

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

    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, LedgerError> {
        self.store.taken(resources).await.map_err(from_store)
    }

    async fn deadline(&self, swap_id: SwapId) -> Result<Option<UnixSeconds>, LedgerError> {
        deadline(self.store.as_ref(), swap_id).await
    }
}

impl std::fmt::Debug for JournalLedger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("JournalLedger").finish_non_exhaustive()
    }
}

/// Returns the deadline that a swap's intent names; nothing where the swap has no history.
pub(crate) async fn deadline(
    store: &dyn Store,
    swap_id: SwapId,
) -> Result<Option<UnixSeconds>, LedgerError> {
    let history = match store.load(swap_id).await {
        Err(StoreError::UnknownSwap(_)) => return Ok(None),
        loaded => loaded.map_err(from_store)?,
    };
    Ok(history.links.iter().rev().find_map(|link| match &link.entry.what {
        What::Created(intent) => intent.deadline,
        _ => None,
    }))
}

pub(crate) fn from_store(error: StoreError) -> LedgerError {
    match error {
        StoreError::Ledger(error) => error,
        other => LedgerError::Unavailable(other.code()),
    }
}
