//! A journal with something around each of its writes.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use countersign::approval::{AssetLimits, Claim, SwapId, Taken};
use countersign::journal::{
    AuditKey, Checkpoint, Head, History, Label, Lease, Opened, Opening, Page, RawEntry, State,
    Store, StoreError, Summary, SwapHead, Term, Write,
};
use countersign::units::{UnixMillis, UnixSeconds};

/// What stands around calls.
pub trait Around: Send + Sync {
    /// Makes a call, which has this name, and returns its answer.
    fn around<T: Send>(
        &self,
        call: &str,
        made: impl Future<Output = T> + Send,
    ) -> impl Future<Output = T> + Send;

    /// Says whether a call, which has this name, comes to be made; it does unless this is said otherwise.
    ///
    /// # Errors
    ///
    /// Returns what the call fails with instead.
    fn before(&self, _call: &str) -> Result<(), StoreError> {
        Ok(())
    }

    /// Changes what was read of a swap, or leaves it as it is.
    fn loaded(&self, _history: &mut History) {}
}

/// A journal with something around each call that writes. What only reads passes, but for a swap's
/// history.
pub struct WatchedStore<W> {
    store: Arc<dyn Store>,
    watch: W,
}

impl<W: Clone> WatchedStore<W> {
    /// Stands before a journal.
    pub fn new(store: Arc<dyn Store>, watch: &W) -> Self {
        Self { store, watch: watch.clone() }
    }
}

impl<W: Around> WatchedStore<W> {
    async fn around<T: Send>(
        &self,
        call: &str,
        made: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.watch.before(call)?;
        self.watch.around(call, made).await
    }
}

#[async_trait]
impl<W: Around> Store for WatchedStore<W> {
    async fn open(&self, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        self.around("open", self.store.open(opening)).await
    }

    async fn append(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        let last = write.entries.last().map_or("nothing", |entry| entry.what.name());
        self.around(&format!("append:{last}"), self.store.append(write)).await
    }

    async fn reserve(
        &self,
        write: &Write<'_>,
        claim: &Claim,
        limits: AssetLimits,
    ) -> Result<Head, StoreError> {
        self.around("reserve", self.store.reserve(write, claim, limits)).await
    }

    async fn reserve_cancel(&self, write: &Write<'_>, claim: &Claim) -> Result<Head, StoreError> {
        self.around("reserve_cancel", self.store.reserve_cancel(write, claim)).await
    }

    async fn release(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        self.around("release", self.store.release(write)).await
    }

    async fn record_alone(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.around("record_alone", self.store.record_alone(claim, limits, now)).await
    }

    async fn release_alone(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), StoreError> {
        self.around("release_alone", self.store.release_alone(swap_id, now)).await
    }

    async fn give_up_alone(&self, swap_id: SwapId) -> Result<(), StoreError> {
        self.around("give_up_alone", self.store.give_up_alone(swap_id)).await
    }

    async fn load(&self, swap_id: SwapId) -> Result<History, StoreError> {
        let mut history = self.store.load(swap_id).await?;
        self.watch.loaded(&mut history);
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
        except: &[SwapId],
    ) -> Result<Vec<Lease>, StoreError> {
        self.around("lease_open", self.store.lease_open(term, most, now, except)).await
    }

    async fn lease(
        &self,
        swap_id: SwapId,
        term: &Term<'_>,
        now: UnixMillis,
    ) -> Result<Lease, StoreError> {
        self.around("lease", self.store.lease(swap_id, term, now)).await
    }

    async fn renew(&self, lease: &Lease, until: UnixMillis) -> Result<Lease, StoreError> {
        self.around("renew", self.store.renew(lease, until)).await
    }

    async fn give_back(&self, lease: Lease, not_before: UnixMillis) -> Result<(), StoreError> {
        self.around("give_back", self.store.give_back(lease, not_before)).await
    }

    async fn checkpoint(
        &self,
        key: &AuditKey,
        now: UnixMillis,
    ) -> Result<Option<Checkpoint>, StoreError> {
        self.around("checkpoint", self.store.checkpoint(key, now)).await
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

impl<W: std::fmt::Debug> std::fmt::Debug for WatchedStore<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("WatchedStore").field("watch", &self.watch).finish_non_exhaustive()
    }
}
