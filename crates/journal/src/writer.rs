use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use countersign_approval::{AssetLimits, Claim, Ledger, LedgerError, Standing, SwapId, Taken};
use countersign_units::{UnixMillis, UnixSeconds};

use crate::ledger::{from_store, standing};
use crate::{Entry, Head, History, Lease, Opened, Opening, Store, StoreError, Write};

/// Writes one swap's history, as long as its lease is ours.
///
/// Each write makes the lease last so much longer, so a swap that is worked on needs no renewals of
/// its own.
pub struct SwapWriter {
    store: Arc<dyn Store>,
    lasts: u64,
    at: Mutex<(Lease, Head)>,
}

/// The ledger of one swap whose history is written: a claim and the entries before it are one write.
#[derive(Debug)]
pub struct SwapLedger<'a> {
    writer: &'a SwapWriter,
    entries: Vec<Entry>,
}

impl SwapWriter {
    /// Opens a swap. Without a writer where the key has a swap already, which somebody may be writing.
    ///
    /// # Errors
    ///
    /// Returns what [`Store::open`] does.
    pub async fn open(
        store: Arc<dyn Store>,
        opening: &Opening<'_>,
        now: UnixMillis,
    ) -> Result<(Option<Self>, Opened), StoreError> {
        let opened = store.open(opening).await?;
        let lasts = opening.term.until.value().saturating_sub(now.value());
        let writer = match &opened {
            Opened::New(lease, head) => {
                Some(Self { store, lasts, at: Mutex::new((lease.clone(), *head)) })
            }
            Opened::Same(_) => None,
        };
        Ok((writer, opened))
    }

    /// Goes on with a swap whose lease was taken, after reading what happened in it.
    ///
    /// # Errors
    ///
    /// Returns what [`Store::load`] does.
    pub async fn resume(
        store: Arc<dyn Store>,
        lease: Lease,
        now: UnixMillis,
    ) -> Result<(Self, History), StoreError> {
        let history = store.load(lease.swap_id).await?;
        let lasts = lease.until.value().saturating_sub(now.value());
        Ok((Self { store, lasts, at: Mutex::new((lease, history.head)) }, history))
    }

    /// Returns our own id of the swap.
    pub fn swap_id(&self) -> SwapId {
        self.at().0.swap_id
    }

    /// Returns the lease, as it is known here.
    pub fn lease(&self) -> Lease {
        self.at().0
    }

    /// Returns where the chain ends, as it is known here.
    pub fn head(&self) -> Head {
        self.at().1
    }

    /// Appends entries: they are on disk when it returns. After [`StoreError::Gone`] the same entries
    /// may be appended again.
    ///
    /// # Errors
    ///
    /// Returns what [`Store::append`] does.
    pub async fn append(&self, entries: &[Entry], now: UnixMillis) -> Result<(), StoreError> {
        let (lease, head) = self.at();
        let head = self.store.append(&self.write(&lease, head, entries, now)).await?;
        self.moved(head, now);
        Ok(())
    }

    /// Appends entries and frees the limits of the approval, which can no longer be used.
    ///
    /// # Errors
    ///
    /// Returns what [`Store::release`] does.
    pub async fn release(&self, entries: &[Entry], now: UnixMillis) -> Result<(), StoreError> {
        let (lease, head) = self.at();
        let head = self.store.release(&self.write(&lease, head, entries, now)).await?;
        self.moved(head, now);
        Ok(())
    }

    /// Returns a ledger for this swap alone. A claim is recorded together with the entries, which come
    /// before it, or not at all.
    pub const fn ledger(&self, entries: Vec<Entry>) -> SwapLedger<'_> {
        SwapLedger { writer: self, entries }
    }

    /// Makes the lease last until another time, without an entry.
    ///
    /// # Errors
    ///
    /// Returns what [`Store::renew`] does.
    pub async fn renew(&self, now: UnixMillis) -> Result<(), StoreError> {
        let (lease, _) = self.at();
        let lease = self.store.renew(&lease, self.until(now)).await?;
        self.lock().0 = lease;
        Ok(())
    }

    /// Gives the lease back. Nobody takes the swap before `not_before`.
    ///
    /// # Errors
    ///
    /// Returns what [`Store::give_back`] does.
    pub async fn give_back(self, not_before: UnixMillis) -> Result<(), StoreError> {
        let (lease, _) = self.at();
        self.store.give_back(lease, not_before).await
    }

    async fn reserve(
        &self,
        entries: &[Entry],
        claim: &Claim,
        limits: AssetLimits,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let (lease, head) = self.at();
        let write = self.write(&lease, head, entries, now);
        let head = self.store.reserve(&write, claim, limits).await?;
        self.moved(head, now);
        Ok(())
    }

    async fn reserve_cancel(
        &self,
        entries: &[Entry],
        claim: &Claim,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let (lease, head) = self.at();
        let write = self.write(&lease, head, entries, now);
        let head = self.store.reserve_cancel(&write, claim).await?;
        self.moved(head, now);
        Ok(())
    }

    const fn write<'a>(
        &self,
        lease: &'a Lease,
        head: Head,
        entries: &'a [Entry],
        now: UnixMillis,
    ) -> Write<'a> {
        Write { lease, head, entries, now, until: self.until(now) }
    }

    const fn until(&self, now: UnixMillis) -> UnixMillis {
        UnixMillis::new(now.value().saturating_add(self.lasts))
    }

    fn moved(&self, head: Head, now: UnixMillis) {
        let mut at = self.lock();
        let until = at.0.until.max(self.until(now));
        (at.0.until, at.1) = (until, head);
    }

    fn at(&self) -> (Lease, Head) {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Lease, Head)> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SwapLedger<'_> {
    /// Returns the time, which a ledger is told in whole seconds: not before what came before it.
    fn at(&self, now: UnixSeconds) -> UnixMillis {
        let now = UnixMillis::new(now.value().saturating_mul(1_000));
        self.entries.last().map_or(now, |entry| entry.at.max(now))
    }
}

#[async_trait]
impl Ledger for SwapLedger<'_> {
    async fn record(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), LedgerError> {
        let recorded = self.writer.reserve(&self.entries, claim, limits, self.at(now)).await;
        recorded.map_err(from_store)
    }

    async fn record_cancel(&self, claim: &Claim, now: UnixSeconds) -> Result<(), LedgerError> {
        let recorded = self.writer.reserve_cancel(&self.entries, claim, self.at(now)).await;
        recorded.map_err(from_store)
    }

    async fn release(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), LedgerError> {
        if swap_id != self.writer.swap_id() {
            return Err(LedgerError::Unavailable("it is another swap's"));
        }
        self.writer.release(&self.entries, self.at(now)).await.map_err(from_store)
    }

    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, LedgerError> {
        self.writer.store.taken(resources).await.map_err(from_store)
    }

    async fn standing(&self, taken: &Taken) -> Result<Option<Standing>, LedgerError> {
        standing(self.writer.store.as_ref(), taken).await
    }
}

impl fmt::Debug for SwapWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lease, head) = self.at();
        let mut shown = formatter.debug_struct("SwapWriter");
        shown.field("lease", &lease).field("head", &head).finish_non_exhaustive()
    }
}
