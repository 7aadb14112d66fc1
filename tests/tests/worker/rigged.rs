//! A journal that something is done to in the middle.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use countersign::approval::{AssetLimits, Claim, SwapId, Taken};
use countersign::journal::{
    AuditKey, Checkpoint, Head, History, Label, Lease, Opened, Opening, Page, RawEntry, State,
    Store, StoreError, Summary, SwapHead, Term, What, Write,
};
use countersign::units::{UnixMillis, UnixSeconds};

/// A journal with what is done at some of its calls.
pub(super) struct Rigged {
    store: Arc<dyn Store>,
    /// What becomes of each entry that is read.
    entry: Box<dyn Fn(&mut What) + Send + Sync>,
    /// What happens before open swaps are leased.
    leasing: Box<dyn Fn() -> Result<(), StoreError> + Send + Sync>,
    /// What happens before something is reserved.
    reserving: Box<dyn Fn() + Send + Sync>,
}

impl Rigged {
    pub(super) fn new(store: &Arc<dyn Store>) -> Self {
        Self {
            store: Arc::clone(store),
            entry: Box::new(|_| {}),
            leasing: Box::new(|| Ok(())),
            reserving: Box::new(|| {}),
        }
    }

    pub(super) fn entry(self, change: impl Fn(&mut What) + Send + Sync + 'static) -> Self {
        Self { entry: Box::new(change), ..self }
    }

    pub(super) fn leasing(
        self,
        at: impl Fn() -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self { leasing: Box::new(at), ..self }
    }

    pub(super) fn reserving(self, at: impl Fn() + Send + Sync + 'static) -> Self {
        Self { reserving: Box::new(at), ..self }
    }
}

#[async_trait]
impl Store for Rigged {
    async fn open(&self, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        self.store.open(opening).await
    }

    async fn append(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        self.store.append(write).await
    }

    async fn reserve(
        &self,
        write: &Write<'_>,
        claim: &Claim,
        limits: AssetLimits,
    ) -> Result<Head, StoreError> {
        (self.reserving)();
        self.store.reserve(write, claim, limits).await
    }

    async fn reserve_cancel(&self, write: &Write<'_>, claim: &Claim) -> Result<Head, StoreError> {
        self.store.reserve_cancel(write, claim).await
    }

    async fn release(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        self.store.release(write).await
    }

    async fn record_alone(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.store.record_alone(claim, limits, now).await
    }

    async fn release_alone(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), StoreError> {
        self.store.release_alone(swap_id, now).await
    }

    async fn give_up_alone(&self, swap_id: SwapId) -> Result<(), StoreError> {
        self.store.give_up_alone(swap_id).await
    }

    async fn load(&self, swap_id: SwapId) -> Result<History, StoreError> {
        let mut history = self.store.load(swap_id).await?;
        history.links.iter_mut().for_each(|link| (self.entry)(&mut link.entry.what));
        Ok(history)
    }

    async fn find(&self, key: &Label) -> Result<Option<Summary>, StoreError> {
        self.store.find(key).await
    }

    async fn list(&self, page: Page) -> Result<Vec<Summary>, StoreError> {
        self.store.list(page).await
    }

    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, StoreError> {
        self.store.taken(resources).await
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
        (self.leasing)()?;
        self.store.lease_open(term, most, now).await
    }

    async fn lease(
        &self,
        swap_id: SwapId,
        term: &Term<'_>,
        now: UnixMillis,
    ) -> Result<Lease, StoreError> {
        self.store.lease(swap_id, term, now).await
    }

    async fn renew(&self, lease: &Lease, until: UnixMillis) -> Result<Lease, StoreError> {
        self.store.renew(lease, until).await
    }

    async fn give_back(&self, lease: Lease, not_before: UnixMillis) -> Result<(), StoreError> {
        self.store.give_back(lease, not_before).await
    }

    async fn checkpoint(
        &self,
        key: &AuditKey,
        now: UnixMillis,
    ) -> Result<Option<Checkpoint>, StoreError> {
        self.store.checkpoint(key, now).await
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
