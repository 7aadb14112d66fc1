//! A journal that something is done to in the middle.

use std::future::Future;
use std::sync::Arc;

use countersign::journal::{History, Store, StoreError, What};
use countersign_tests::{Around, WatchedStore};

/// What is done at some calls of a journal.
#[derive(Clone)]
pub(super) enum Rigged {
    /// What becomes of each entry that is read.
    Entry(Arc<dyn Fn(&mut What) + Send + Sync>),
    /// What happens before open swaps are leased.
    Leasing(Arc<dyn Fn() -> Result<(), StoreError> + Send + Sync>),
    /// What happens before something is reserved.
    Reserving(Arc<dyn Fn() + Send + Sync>),
}

impl Rigged {
    pub(super) fn entry(
        store: &Arc<dyn Store>,
        change: impl Fn(&mut What) + Send + Sync + 'static,
    ) -> WatchedStore<Self> {
        Self::Entry(Arc::new(change)).over(store)
    }

    pub(super) fn leasing(
        store: &Arc<dyn Store>,
        at: impl Fn() -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> WatchedStore<Self> {
        Self::Leasing(Arc::new(at)).over(store)
    }

    pub(super) fn reserving(
        store: &Arc<dyn Store>,
        at: impl Fn() + Send + Sync + 'static,
    ) -> WatchedStore<Self> {
        Self::Reserving(Arc::new(at)).over(store)
    }

    fn over(&self, store: &Arc<dyn Store>) -> WatchedStore<Self> {
        WatchedStore::new(Arc::clone(store), self)
    }
}

impl Around for Rigged {
    async fn around<T: Send>(&self, _: &str, made: impl Future<Output = T> + Send) -> T {
        made.await
    }

    fn before(&self, call: &str) -> Result<(), StoreError> {
        match (self, call) {
            (Self::Leasing(at), "lease_open") => at()?,
            (Self::Reserving(at), "reserve") => at(),
            _ => {}
        }
        Ok(())
    }

    fn loaded(&self, history: &mut History) {
        if let Self::Entry(change) = self {
            history.links.iter_mut().for_each(|link| change(&mut link.entry.what));
        }
    }
}
