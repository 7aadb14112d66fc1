use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use countersign::approval::{AssetLimits, Claim, SwapId};
use countersign::journal::{
    AuditKey, Checkpoint, Head, History, Label, Lease, Opened, Opening, Page, RawEntry, State,
    Store, StoreError, Summary, SwapHead, Term, Write,
};
use countersign::units::{UnixMillis, UnixSeconds};

/// How often something was written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes(Arc<AtomicU64>);

impl Writes {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A store whose writes are counted: each call that writes is a commit of its own.
pub(crate) struct Counted {
    store: Arc<dyn Store>,
    writes: Writes,
}

impl Counted {
    pub(crate) fn new(store: Arc<dyn Store>, writes: &Writes) -> Self {
        Self { store, writes: writes.clone() }
    }

    fn writing(&self) -> &dyn Store {
        self.writes.one_more();
        self.store.as_ref()
    }
}

#[async_trait]
impl Store for Counted {
    async fn open(&self, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        self.writing().open(opening).await
    }

    async fn append(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        self.writing().append(write).await
    }

    async fn reserve(
        &self,
        write: &Write<'_>,
        claim: &Claim,
        limits: AssetLimits,
    ) -> Result<Head, StoreError> {
        self.writing().reserve(write, claim, limits).await
    }

    async fn release(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        self.writing().release(write).await
    }

    async fn record_alone(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.writing().record_alone(claim, limits, now).await
    }

    async fn release_alone(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), StoreError> {
        self.writing().release_alone(swap_id, now).await
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
        self.writing().lease_open(term, most, now).await
    }

    async fn lease(
        &self,
        swap_id: SwapId,
        term: &Term<'_>,
        now: UnixMillis,
    ) -> Result<Lease, StoreError> {
        self.writing().lease(swap_id, term, now).await
    }

    async fn renew(&self, lease: &Lease, until: UnixMillis) -> Result<Lease, StoreError> {
        self.writing().renew(lease, until).await
    }

    async fn give_back(&self, lease: Lease, not_before: UnixMillis) -> Result<(), StoreError> {
        self.writing().give_back(lease, not_before).await
    }

    async fn checkpoint(
        &self,
        key: &AuditKey,
        now: UnixMillis,
    ) -> Result<Option<Checkpoint>, StoreError> {
        self.writing().checkpoint(key, now).await
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
