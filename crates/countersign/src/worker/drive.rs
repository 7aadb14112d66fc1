//! One swap in hand: its lease, what is known of it, and what is about to be written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign_approval::Statement;
use countersign_journal::{Entry, State, SwapWriter};
use countersign_units::UnixMillis;
use tokio::time::{Instant, sleep};

use super::cancelling::Sightings;
use super::known::Known;
use super::pace::share;
use super::refund::Output;
use super::{Progress, WorkError, Worker};
use crate::{Accepted, Countersign, Created, Event, FlowError};

/// No settings make it write or ask more often than this.
pub(super) const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// A swap that this worker holds the lease of.
pub(super) struct Drive<'a> {
    pub(super) worker: &'a Worker,
    /// The worker's, over the swap's own API.
    flow: &'a Countersign,
    pub(super) writer: Arc<SwapWriter>,
    pub(super) known: Known,
    observe: Mutex<&'a mut (dyn FnMut(Event<'_>) + Send)>,
    /// How often something was written.
    pub(super) commits: u32,
    /// Whether what is not written yet decides something.
    pub(super) news: bool,
    /// What happened and is not written yet.
    pub(super) pending: Vec<Entry>,
    /// The offer that was just accepted, as long as no intent was asked for.
    pub(super) accepted: Option<Accepted>,
    /// The intent as it was just created, where it was.
    pub(super) created: Option<Created>,
    /// Whether a submission is written down that was not sent.
    pub(super) unsent: bool,
    /// What the chain said last of the output that coins would come back from.
    pub(super) output: Option<Output>,
    /// How often in a row something failed.
    pub(super) misses: u32,
    /// How often in a row the chain said what a cancel is not to believe at once.
    pub(super) sightings: Sightings,
    /// Until when this worker stays with the swap.
    stays: Instant,
    pub(super) statement: Option<Statement>,
    pub(super) failure: Option<FlowError>,
}

/// What a step came to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    /// The state says what follows.
    Now,
    /// There is nothing to do before a moment.
    At(UnixMillis),
}

impl<'a> Drive<'a> {
    pub(super) fn new(
        worker: &'a Worker,
        flow: &'a Countersign,
        writer: SwapWriter,
        known: Known,
        observe: &'a mut (dyn FnMut(Event<'_>) + Send),
    ) -> Self {
        Self {
            worker,
            flow,
            writer: Arc::new(writer),
            known,
            observe: Mutex::new(observe),
            news: false,
            pending: Vec::new(),
            accepted: None,
            created: None,
            unsent: false,
            output: None,
            commits: 0,
            misses: 0,
            sightings: Sightings::default(),
            stays: far(worker.options.track.deadline),
            statement: None,
            failure: None,
        }
    }

    /// Stays with the swap for so long at most.
    pub(super) fn staying(mut self, hold: Duration) -> Self {
        self.stays = far(hold);
        self
    }

    /// Drives the swap to its end, or to where there is nothing to do for longer than this worker
    /// stays. The lease is kept up meanwhile, and given back.
    pub(super) async fn run(mut self) -> Result<Progress, WorkError> {
        let writer = Arc::clone(&self.writer);
        let every = share(self.worker.options.lease, 3);
        let worker = self.worker;
        let next = tokio::select! {
            // It is as large as all steps together.
            next = Box::pin(self.go_on()) => next,
            lost = keep_up(worker, writer, every) => Err(lost),
        }?;
        let progress = Progress {
            statement: self.statement.take(),
            failure: self.failure.take(),
            next,
            ..Progress::of(&self.known)
        };
        if let (Some(next), Some(writer)) = (next, Arc::into_inner(self.writer)) {
            writer.give_back(next).await?;
        }
        Ok(progress)
    }

    /// Returns when the swap is worth a look again, where it is not at its end.
    async fn go_on(&mut self) -> Result<Option<UnixMillis>, WorkError> {
        loop {
            let accepted = self.accepted.take();
            let next = match self.known.state {
                State::Ended(_) => return Ok(None),
                // Nothing is signed any more once this worker was told to stop.
                State::Created | State::Verified | State::Reviewed if self.is_stopping() => {
                    Next::At(self.now())
                }
                State::Creating if let Some(accepted) = accepted => self.create(accepted).await?,
                State::Requested | State::Quoted | State::Creating => self.abandon_create().await?,
                State::Created | State::Verified | State::Reviewed => self.authorize().await?,
                State::Reserved => self.abandon_reserved().await?,
                State::Signed | State::Submitted | State::Settling => self.settle().await?,
            };
            if let Next::At(at) = next
                && !self.waited(at).await
            {
                self.commit().await?;
                return Ok(Some(at));
            }
        }
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.worker.stopping.borrow()
    }

    /// Waits until a moment, if this worker stays as long.
    async fn waited(&self, at: UnixMillis) -> bool {
        let wait = at.value().saturating_sub(self.worker.now().value());
        let wait = Duration::from_millis(wait).max(SHORTEST_WAIT);
        let mut stopping = self.worker.stopping.subscribe();
        if far(wait) > self.stays || *stopping.borrow() {
            return false;
        }
        tokio::select! {
            () = sleep(wait) => true,
            // Nobody stops any more when the sender is gone; the worker holds it.
            _ = stopping.wait_for(|stopping| *stopping) => false,
        }
    }

    /// Tells whoever watches.
    pub(super) fn tell(&self, event: Event<'_>) {
        (self.observe.lock().unwrap_or_else(PoisonError::into_inner))(event);
    }

    pub(super) const fn flow(&self) -> &'a Countersign {
        self.flow
    }

    pub(super) fn now(&self) -> UnixMillis {
        self.worker.now()
    }

    /// Requires that the lease holds by our own clock: a process that was stopped for a while must
    /// not send what another one may have sent.
    pub(super) fn require_lease(&self) -> Result<(), WorkError> {
        let lease = self.writer.lease();
        if self.now() < lease.until { Ok(()) } else { Err(WorkError::LeaseOver(lease.swap_id)) }
    }
}

/// Returns the moment in so much time; one that no clock reaches is a year away.
fn far(wait: Duration) -> Instant {
    const YEAR: Duration = Duration::from_hours(24 * 365);
    let now = Instant::now();
    now.checked_add(wait.min(YEAR)).unwrap_or(now)
}

/// Keeps the lease up for as long as it is ours, and returns why it is not.
async fn keep_up(worker: &Worker, writer: Arc<SwapWriter>, every: Duration) -> WorkError {
    loop {
        sleep(every.max(SHORTEST_WAIT)).await;
        let now = worker.now();
        let left = writer.lease().until.value().saturating_sub(now.value());
        // Each write makes the lease last; only a swap that waits needs this.
        let lasts = worker.options.lease.as_millis() / 2;
        if u128::from(left) > lasts {
            continue;
        }
        match writer.renew(now).await {
            Ok(()) => {}
            Err(error) if WorkError::from(error.clone()).is_lease_lost() => return error.into(),
            Err(error) => tracing::warn!(code = error.code(), "the lease was not renewed"),
        }
    }
}
