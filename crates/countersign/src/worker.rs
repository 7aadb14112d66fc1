//! Swaps whose history is kept: each step is in the journal before its effect is let out, so a swap
//! goes on from where it stands, whatever happened to the process that drove it.

mod abandon;
mod arrival;
mod authorize;
mod begin;
mod cancel;
mod cancelling;
mod death;
mod drive;
mod error;
mod failures;
mod judgement;
mod known;
mod notes;
mod options;
mod pace;
mod pool;
mod progress;
mod records;
mod refund;
mod settle;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_approval::{Environment, SwapId};
use countersign_journal::{Lease, Store, SwapWriter, Term};
use countersign_units::UnixMillis;
use tokio::sync::watch;

use crate::{Countersign, Event, SwapApi};
use drive::Drive;
pub use error::{NotCancellable, WorkError};
use known::Known;
pub use options::WorkerOptions;
pub use progress::Progress;

/// Runs swaps and keeps their histories in a journal.
///
/// Any number of workers, in any number of processes, may share one journal: whoever holds a swap's
/// lease drives it, and nobody else can write to it. A swap of an API that this worker knows nothing of,
/// or of another environment, is told of once and left to the others.
///
/// What each state of a swap leads to, and what a worker that finds it does:
///
/// | state | found after a crash | else |
/// | --- | --- | --- |
/// | requested, quoted | ended: nothing was created | an intent is created |
/// | creating | the API's list is asked; ended as failed, with what was found | the intent is recorded |
/// | created, verified, reviewed | judged again from the start, then reserved | the same |
/// | reserved | ended: it may have been signed, and was not let out | signed, once |
/// | signed | the stored bytes are submitted | the same |
/// | submitted, settling | the status is asked; the stored bytes are sent again only if they did not arrive | the same |
///
/// A swap that was let out ends when its approval can no longer be used, or was: see [`Progress`].
/// What the counterparty says is compared with the chain where there is a view of it: a used nonce is no
/// expiry, and coins that lie in an output are taken back whatever it says. A chain that is silent ends
/// nothing.
pub struct Worker {
    /// By it, swaps are begun.
    flow: Countersign,
    /// The same over other APIs.
    others: Vec<Countersign>,
    store: Arc<dyn Store>,
    options: WorkerOptions,
    /// Whether all drives are to come to a safe place.
    stopping: watch::Sender<bool>,
    /// Swaps that none of the flows drives.
    left: Mutex<BTreeSet<SwapId>>,
}

impl Worker {
    /// Takes a flow, whose own ledger is not used any more, and a journal, which takes its place.
    pub fn new(flow: Countersign, store: Arc<dyn Store>, options: WorkerOptions) -> Self {
        let stopping = watch::Sender::new(false);
        Self { flow, others: Vec::new(), store, options, stopping, left: Mutex::default() }
    }

    /// Drives swaps of another API as well, with the same keys, chains, registry and policy: each goes
    /// on with the API that it was begun with. New ones are begun with the API of [`new`](Self::new).
    #[must_use]
    pub fn also(mut self, api: impl SwapApi + 'static) -> Self {
        self.others.push(self.flow.over(api));
        self
    }

    /// Returns the journal.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Goes on with one swap that nobody holds, for as long as the options say.
    ///
    /// # Errors
    ///
    /// Returns a [`WorkError`]: the swap stands where the journal says.
    pub async fn resume_one(
        &self,
        swap_id: SwapId,
        mut observe: impl FnMut(Event<'_>) + Send,
    ) -> Result<Progress, WorkError> {
        let lease = self.store.lease(swap_id, &self.term(), self.now()).await?;
        let drive = self.take(lease, &mut observe).await?;
        // It holds all that is known of the swap.
        Box::pin(drive.run()).await
    }

    /// Reads where a swap stands, without touching it.
    ///
    /// # Errors
    ///
    /// Returns [`WorkError::Journal`].
    pub async fn progress(&self, swap_id: SwapId) -> Result<Progress, WorkError> {
        let history = self.store.load(swap_id).await?;
        let known = Known::of(&history).ok_or(WorkError::Unreadable("a request"))?;
        Ok(Progress::of(&known))
    }

    async fn take<'a>(
        &'a self,
        lease: Lease,
        observe: &'a mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<Drive<'a>, WorkError> {
        let store = Arc::clone(&self.store);
        let (writer, history) = SwapWriter::resume(store, lease, self.now()).await?;
        let known = Known::of(&history).ok_or(WorkError::Unreadable("a request"))?;
        match self.flow_of(&known) {
            Ok(flow) => Ok(Drive::new(self, flow, writer, known, observe)),
            Err(error) => {
                // Others may want it at once.
                self.leave(known.swap_id);
                writer.give_back(self.now()).await?;
                Err(error)
            }
        }
    }

    /// Finds the flow that a swap goes on with: over its own API, and where it takes place.
    fn flow_of(&self, known: &Known) -> Result<&Countersign, WorkError> {
        let swap_id = known.swap_id;
        let (expected, found) = (self.environment(), known.request.environment);
        if expected != found {
            return Err(WorkError::Environment { swap_id, expected, found });
        }
        let api = records::api(&known.request);
        let mut flows = std::iter::once(&self.flow).chain(&self.others);
        let names = || {
            let others = self.others.iter().map(|flow| flow.api().name());
            std::iter::once(self.flow.api().name()).chain(others).collect::<Vec<_>>().join(" or ")
        };
        flows.find(|flow| flow.api().name() == api).ok_or_else(|| WorkError::Api {
            swap_id,
            expected: names(),
            found: api.to_owned(),
        })
    }

    /// Leaves a swap to others from now on, as far as it is among many.
    fn leave(&self, swap_id: SwapId) {
        /// Those beyond it are looked at again, now and then.
        const MOST: usize = 1_024;
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.insert(swap_id);
        if left.len() > MOST {
            left.pop_first();
        }
    }

    fn left(&self) -> Vec<SwapId> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.iter().copied().collect()
    }

    fn term(&self) -> Term<'_> {
        let lease = self.options.lease.min(Lease::LONGEST);
        Term { holder: &self.options.holder, until: later(self.now(), lease) }
    }

    fn environment(&self) -> Environment {
        self.flow.config().registry().environment()
    }

    fn now(&self) -> UnixMillis {
        self.flow.clock().now()
    }
}

/// Returns a moment so much later.
fn later(now: UnixMillis, wait: std::time::Duration) -> UnixMillis {
    let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    UnixMillis::new(now.value().saturating_add(wait))
}

impl fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Worker");
        shown.field("flow", &self.flow).field("options", &self.options).finish_non_exhaustive()
    }
}

/// A service spawns what it does, so each call's future must be able to move between threads.
#[cfg(test)]
fn _futures_are_send(
    worker: &Arc<Worker>,
    key: &countersign_journal::Label,
    request: &crate::SwapRequest,
) {
    const fn require_send<T: Send>(_: &T) {}
    require_send(&worker.swap(key, request, |_| {}));
    require_send(&worker.resume(1, |_, _| {}));
    require_send(&worker.work(1, |_, _| {}));
}
