use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use countersign::approval::{AssetLimits, Claim, SwapId};
use countersign::journal::{
    AuditKey, Checkpoint, Head, History, Label, Lease, Opened, Opening, Page, RawEntry, State,
    Store, StoreError, Summary, SwapHead, Term, Write,
};
use countersign::units::{UnixMillis, UnixSeconds};

use super::Faults;

/// A journal at whose writes a process may crash. What only reads passes.
pub struct FaultStore {
    store: Arc<dyn Store>,
    faults: Faults,
}

impl FaultStore {
    /// Stands before a journal.
    pub fn new(store: Arc<dyn Store>, faults: Faults) -> Self {
        Self { store, faults }
    }
}

#[async_trait]
impl Store for FaultStore {
    async fn open(&self, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        self.faults.around("open", self.store.open(opening)).await
    }

    async fn append(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        let last = write.entries.last().map_or("nothing", |entry| entry.what.name());
        self.faults.around(&format!("append:{last}"), self.store.append(write)).await
    }

    async fn reserve(
        &self,
        write: &Write<'_>,
        claim: &Claim,
        limits: AssetLimits,
    ) -> Result<Head, StoreError> {
        self.faults.around("reserve", self.store.reserve(write, claim, limits)).await
    }

    async fn release(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        self.faults.around("release", self.store.release(write)).await
    }

    async fn record_alone(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.faults.around("record_alone", self.store.record_alone(claim, limits, now)).await
    }

    async fn release_alone(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), StoreError> {
        self.faults.around("release_alone", self.store.release_alone(swap_id, now)).await
    }

    async fn load(&self, swap_id: SwapId) -> Result<History, StoreError> {
        self.store.load(swap_id).await
    }

    async fn find(&self, key: &Label) -> Result<Option<Summary>, StoreError> {
        self.store.find(key).await
    }

    async fn list(&self, page: Page) -> Result<Vec<Summary>, StoreError> {
        self.store.list(page).await
    }

    async fn count(&self) -> Result<BTreeMap<State, u64>, StoreError> {
        self.store.count().await
    }

    async fn lease_open(
        &self,
        term: &Term<'_>,
        most: u32,
        now: UnixMillis,
    ) -> Result<Vec<Lease>, StoreError> {
        self.faults.around("lease_open", self.store.lease_open(term, most, now)).await
    }

    async fn lease(
        &self,
        swap_id: SwapId,
        term: &Term<'_>,
        now: UnixMillis,
    ) -> Result<Lease, StoreError> {
        self.faults.around("lease", self.store.lease(swap_id, term, now)).await
    }

    async fn renew(&self, lease: &Lease, until: UnixMillis) -> Result<Lease, StoreError> {
        self.faults.around("renew", self.store.renew(lease, until)).await
    }

    async fn give_back(&self, lease: Lease, not_before: UnixMillis) -> Result<(), StoreError> {
        self.faults.around("give_back", self.store.give_back(lease, not_before)).await
    }

    async fn checkpoint(
        &self,
        key: &AuditKey,
        now: UnixMillis,
    ) -> Result<Option<Checkpoint>, StoreError> {
        self.faults.around("checkpoint", self.store.checkpoint(key, now)).await
    }

    async fn read_checkpoint(
        &self,
        number: u64,
    ) -> Result<Option<(Checkpoint, Vec<SwapHead>)>, StoreError> {
        self.store.read_checkpoint(number).await
    }

    async fn read_raw(
        &self,
        after: Option<SwapId>,
        last: SwapId,
    ) -> Result<Vec<RawEntry>, StoreError> {
        self.store.read_raw(after, last).await
    }
}

impl std::fmt::Debug for FaultStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FaultStore").field("faults", &self.faults).finish_non_exhaustive()
    }
}
