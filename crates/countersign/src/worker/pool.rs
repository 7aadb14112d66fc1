//! Many swaps: those that nobody drives, leased and shared out.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use countersign_approval::SwapId;
use countersign_journal::{AuditKey, Lease, Page, StoreError, Which};
use futures::FutureExt as _;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep};

use super::{Progress, WorkError, Worker};

/// How long to wait before the journal is asked again whether there is something to do.
const IDLE: Duration = Duration::from_millis(200);

/// A swap that somebody looked after, and how far it is now.
type Driven = (SwapId, Result<Progress, WorkError>);

/// What there was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    /// Nothing, or nobody was free to look.
    Nothing,
    /// Swaps that were looked after before, and are due again.
    Seen,
    /// Swaps that were not looked after.
    Unseen,
}

impl Worker {
    /// Carries on each swap that is open, once: those of processes that are gone as soon as their
    /// leases are over. Returns when none is left that was not looked after.
    ///
    /// `observe` is told of each; an error is that of one swap, and keeps nothing up.
    ///
    /// # Errors
    ///
    /// Returns [`WorkError::Journal`] if the journal can't be asked.
    pub async fn resume(
        self: &Arc<Self>,
        at_once: usize,
        mut observe: impl FnMut(SwapId, &Result<Progress, WorkError>) + Send,
    ) -> Result<(), WorkError> {
        let mut at_work = JoinSet::new();
        let carried = self.carry_on(at_once, &mut at_work, &mut observe).await;
        // Whatever became of the journal, nobody is cut off in the middle of a step.
        finish(&mut at_work, &mut observe).await;
        carried
    }

    async fn carry_on(
        self: &Arc<Self>,
        at_once: usize,
        at_work: &mut JoinSet<Driven>,
        observe: &mut (impl FnMut(SwapId, &Result<Progress, WorkError>) + Send),
    ) -> Result<(), WorkError> {
        // Whoever holds a lease now has let it go, or has kept it up, by then.
        let wait = self.options.lease.saturating_add(IDLE);
        let last = Instant::now().checked_add(wait);
        let mut seen = HashSet::new();
        loop {
            let over = last.is_none_or(|last| Instant::now() > last);
            match self.begin_unseen(at_once, at_work, &mut seen).await {
                // Those that nobody has looked after may be behind them.
                Ok(Found::Seen) if !over => {
                    tell_done(at_work, observe);
                    continue;
                }
                Ok(found) => {
                    let none = over && found != Found::Unseen;
                    let stopping = *self.stopping.borrow();
                    if at_work.is_empty() && (stopping || none || self.is_done(&seen).await?) {
                        return Ok(());
                    }
                }
                Err(WorkError::Journal(error)) if may_come_back(&error) && !over => {
                    tracing::warn!(code = error.code(), "the journal is away");
                }
                Err(error) => return Err(error),
            }
            tell(at_work, observe).await;
        }
    }

    /// Begins with swaps that were not looked after, as far as there are hands free.
    async fn begin_unseen(
        self: &Arc<Self>,
        at_once: usize,
        at_work: &mut JoinSet<Driven>,
        seen: &mut HashSet<SwapId>,
    ) -> Result<Found, WorkError> {
        if *self.stopping.borrow() {
            return Ok(Found::Nothing);
        }
        let mut found = Found::Nothing;
        for lease in self.free(at_once, at_work).await? {
            if seen.insert(lease.swap_id) {
                self.begin(at_work, lease);
                found = Found::Unseen;
            } else {
                // Others may want it: it is due.
                let again = super::later(self.now(), IDLE);
                if let Err(error) = self.store.give_back(lease, again).await {
                    tracing::warn!(code = error.code(), "a lease was not given back");
                }
                found = found.max(Found::Seen);
            }
        }
        Ok(found)
    }

    /// Drives open swaps until [`stop`](Self::stop) is called, also those that are opened meanwhile.
    ///
    /// # Errors
    ///
    /// Returns a [`WorkError`] that no later attempt mends: a journal that is of another version, or
    /// was changed. One that is away for a while is waited for.
    pub async fn work(
        self: &Arc<Self>,
        at_once: usize,
        mut observe: impl FnMut(SwapId, &Result<Progress, WorkError>) + Send,
    ) -> Result<(), WorkError> {
        let mut at_work = JoinSet::new();
        let worked = self.drive_open(at_once, &mut at_work, &mut observe).await;
        finish(&mut at_work, &mut observe).await;
        worked
    }

    async fn drive_open(
        self: &Arc<Self>,
        at_once: usize,
        at_work: &mut JoinSet<Driven>,
        observe: &mut (impl FnMut(SwapId, &Result<Progress, WorkError>) + Send),
    ) -> Result<(), WorkError> {
        let mut stopping = self.stopping.subscribe();
        while !*stopping.borrow_and_update() {
            match self.free(at_once, at_work).await {
                Ok(leases) => leases.into_iter().for_each(|lease| self.begin(at_work, lease)),
                Err(WorkError::Journal(error)) if may_come_back(&error) => {
                    tracing::warn!(code = error.code(), "the journal is away");
                }
                Err(error) => return Err(error),
            }
            tell(at_work, observe).await;
        }
        Ok(())
    }

    /// Has every drive of this worker come to a safe place and end there, now and from now on.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Has a checkpoint of the journal signed every so often, until [`stop`](Self::stop) is called.
    /// What can't be committed to now is committed to later.
    pub async fn keep_checkpoints(&self, key: &AuditKey, every: Duration) {
        let mut stopping = self.stopping.subscribe();
        while !*stopping.borrow_and_update() {
            if let Err(error) = self.store.checkpoint(key, self.now()).await {
                tracing::warn!(code = error.code(), "no checkpoint was made");
            }
            tokio::select! {
                () = sleep(every.max(IDLE)) => {}
                // The worker holds the sender, so this fails never.
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        }
    }

    /// Takes as many leases as there are hands free.
    async fn free(
        &self,
        at_once: usize,
        at_work: &JoinSet<Driven>,
    ) -> Result<Vec<Lease>, WorkError> {
        let hands = at_once.max(1).saturating_sub(at_work.len());
        let hands = u32::try_from(hands).unwrap_or(u32::MAX);
        if hands == 0 {
            return Ok(Vec::new());
        }
        let others = self.left();
        Ok(self.store.lease_open(&self.term(), hands, self.now(), &others).await?)
    }

    fn begin(self: &Arc<Self>, at_work: &mut JoinSet<Driven>, lease: Lease) {
        let worker = Arc::clone(self);
        at_work.spawn(async move {
            let swap_id = lease.swap_id;
            // What panicked is dropped, so nothing half done is seen of it.
            let driving = AssertUnwindSafe(Box::pin(worker.drive(lease)));
            let driven = driving.catch_unwind().await;
            (swap_id, driven.unwrap_or(Err(WorkError::Panicked(swap_id))))
        });
    }

    async fn drive(&self, lease: Lease) -> Result<Progress, WorkError> {
        let mut silent = |_: crate::Event<'_>| {};
        // It holds all that is known of the swap.
        Box::pin(self.take(lease, &mut silent).await?.staying(self.options.hold).run()).await
    }

    /// Says whether all swaps that are open were looked after.
    async fn is_done(&self, seen: &HashSet<SwapId>) -> Result<bool, WorkError> {
        const PAGE: u32 = 256;
        let mut after = None;
        loop {
            let page = Page { which: Which::Open, after, most: PAGE };
            let open = self.store.list(page).await?;
            if open.iter().any(|summary| !seen.contains(&summary.swap_id)) {
                return Ok(false);
            }
            after = open.last().map(|summary| summary.swap_id);
            if after.is_none() {
                return Ok(true);
            }
        }
    }
}

/// Waits for all swaps in hand.
async fn finish(
    at_work: &mut JoinSet<Driven>,
    observe: &mut (impl FnMut(SwapId, &Result<Progress, WorkError>) + Send),
) {
    while let Some(driven) = at_work.join_next().await {
        told(driven, observe);
    }
}

/// Waits a moment for a swap that was driven, and tells of all that were.
async fn tell(
    at_work: &mut JoinSet<Driven>,
    observe: &mut (impl FnMut(SwapId, &Result<Progress, WorkError>) + Send),
) {
    tokio::select! {
        Some(driven) = at_work.join_next() => told(driven, observe),
        () = sleep(IDLE) => {}
    }
    tell_done(at_work, observe);
}

/// Tells of all swaps that were driven meanwhile.
fn tell_done(
    at_work: &mut JoinSet<Driven>,
    observe: &mut impl FnMut(SwapId, &Result<Progress, WorkError>),
) {
    while let Some(driven) = at_work.try_join_next() {
        told(driven, observe);
    }
}

fn told(
    driven: Result<Driven, JoinError>,
    observe: &mut impl FnMut(SwapId, &Result<Progress, WorkError>),
) {
    match driven {
        Ok((swap_id, driven)) => observe(swap_id, &driven),
        // The runtime ends: its lease runs out, and another worker takes the swap.
        Err(error) => tracing::error!(%error, "a swap was dropped"),
    }
}

/// Says whether a journal that failed may be there again later.
const fn may_come_back(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Gone(_) | StoreError::Busy(_) | StoreError::Full(_) | StoreError::ReadOnly(_)
    )
}
