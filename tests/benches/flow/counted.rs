use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_tests::{Around, WatchedStore};

/// A store whose writes are counted: each call that writes is a commit of its own.
pub(crate) type Counted = WatchedStore<Writes>;

/// How often something was written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes(Arc<AtomicU64>);

impl Writes {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Around for Writes {
    async fn around<T: Send>(&self, _: &str, made: impl Future<Output = T> + Send) -> T {
        self.0.fetch_add(1, Ordering::Relaxed);
        made.await
    }
}
