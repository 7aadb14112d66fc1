//! One swap in hand: its lease, what is known of it, and what is about to be written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign_approval::Statement;
use countersign_journal::{
    Entry, Label, Note, Outcome, State, StoreError, SwapWriter, Verdict, What,
};
use countersign_units::UnixMillis;
use tokio::time::{Instant, sleep};

use super::known::Known;
use super::refund::Output;
use super::{Progress, WorkError, Worker, later};
use crate::{Countersign, Created, Event, FlowError, Step};

/// No settings make it write or ask more often than this.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);
/// How long to wait before a journal that was away is written to again.
const JOURNAL_AWAY: Duration = Duration::from_millis(100);

/// A swap that this worker holds the lease of.
pub(super) struct Drive<'a> {
    pub(super) worker: &'a Worker,
    pub(super) writer: Arc<SwapWriter>,
    pub(super) known: Known,
    observe: Mutex<&'a mut (dyn FnMut(Event<'_>) + Send)>,
    /// How often something was written.
    commits: u32,
    /// What happened and is not written yet.
    pending: Vec<Entry>,
    /// The intent as it was just created, where it was.
    pub(super) created: Option<Created>,
    /// Whether a submission is written down that was not sent.
    pub(super) unsent: bool,
    /// What the chain said last of the output that coins would come back from.
    pub(super) output: Option<Output>,
    /// How often in a row something failed.
    misses: u32,
    /// Until when this worker stays with the swap.
    stays: Instant,
    pub(super) statement: Option<Statement>,
    pub(super) failure: Option<FlowError>,
}

/// What is known at some point, and how much of it is not written.
pub(super) struct Mark {
    pub(super) known: Known,
    pending: usize,
    commits: u32,
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
        writer: SwapWriter,
        known: Known,
        observe: &'a mut (dyn FnMut(Event<'_>) + Send),
    ) -> Self {
        Self {
            worker,
            writer: Arc::new(writer),
            known,
            observe: Mutex::new(observe),
            pending: Vec::new(),
            created: None,
            unsent: false,
            output: None,
            commits: 0,
            misses: 0,
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
            let next = match self.known.state {
                State::Ended(_) => return Ok(None),
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
        &self.worker.flow
    }

    pub(super) fn now(&self) -> UnixMillis {
        self.worker.now()
    }

    /// Adds what happened; it is written with what follows.
    pub(super) fn note(&mut self, what: What) -> Result<(), WorkError> {
        let at = self.now();
        self.known.add(&what, at).map_err(StoreError::from)?;
        self.pending.push(Entry::new(at, what));
        Ok(())
    }

    /// Adds what another write has recorded already.
    pub(super) fn noted(&mut self, what: &What) -> Result<(), WorkError> {
        let at = self.now();
        Ok(self.known.add(what, at).map_err(StoreError::from)?)
    }

    /// Adds a step that failed.
    pub(super) fn note_failure(
        &mut self,
        step: Step,
        code: &str,
        message: impl std::fmt::Display,
    ) -> Result<(), WorkError> {
        let (step, code) = (Label::new(step.as_str())?, Label::new(code)?);
        self.note(What::Failed { step, code, message: Note::whole(message) })
    }

    /// Remembers what is known and not written yet.
    pub(super) fn mark(&self) -> Mark {
        Mark { known: self.known.clone(), pending: self.pending.len(), commits: self.commits }
    }

    /// Forgets what happened since, as if it had not. Says whether it could: what is on disk stays.
    pub(super) fn rewind(&mut self, mark: Mark) -> bool {
        let can = mark.commits == self.commits;
        if can {
            self.known = mark.known;
            self.pending.truncate(mark.pending);
        }
        can
    }

    /// Says whether what is noted last is a refusal.
    pub(super) fn refusal_is_noted(&self) -> bool {
        self.pending.last().is_some_and(|entry| match &entry.what {
            What::Judged(judgement) => matches!(judgement.verdict, Verdict::Refused { .. }),
            _ => false,
        })
    }

    /// Takes what is not written yet, for a write that records more.
    pub(super) fn pending(&self) -> Vec<Entry> {
        self.pending.clone()
    }

    /// Forgets what another write has taken along.
    pub(super) fn written(&mut self) {
        self.pending.clear();
        self.commits = self.commits.saturating_add(1);
    }

    /// Writes what happened: it is on disk when this returns.
    ///
    /// A journal that is away for a moment is waited for, as long as the lease holds: the same
    /// entries are there once, however often they are written.
    pub(super) async fn commit(&mut self) -> Result<(), WorkError> {
        while !self.pending.is_empty() {
            match self.writer.append(&self.pending, self.now()).await {
                Ok(()) => self.written(),
                Err(StoreError::Gone(_) | StoreError::Busy(_)) if self.require_lease().is_ok() => {
                    sleep(JOURNAL_AWAY).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Writes what happened if it follows from something that was let out, or has waited a while. What
    /// the counterparty says is evidence: nothing waits for it, and it can be asked again.
    pub(super) async fn commit_in_time(&mut self) -> Result<(), WorkError> {
        const WHILE: Duration = Duration::from_secs(5);
        let now = self.now();
        let waited = |entry: &Entry| {
            let said = matches!(entry.what, What::Status { .. });
            !said || now >= later(entry.at, WHILE)
        };
        if self.pending.iter().any(waited) {
            return self.commit().await;
        }
        Ok(())
    }

    /// Ends the swap.
    pub(super) async fn end(
        &mut self,
        outcome: Outcome,
        reason: impl std::fmt::Display + Send,
    ) -> Result<Next, WorkError> {
        self.note(What::Ended { outcome, reason: Note::whole(reason) })?;
        self.commit().await?;
        Ok(Next::Now)
    }

    /// Ends the swap, and frees the limits that its approval took.
    pub(super) async fn end_and_release(
        &mut self,
        outcome: Outcome,
        reason: impl std::fmt::Display + Send,
    ) -> Result<Next, WorkError> {
        self.note(What::Ended { outcome, reason: Note::whole(reason) })?;
        self.writer.release(&self.pending, self.now()).await?;
        self.written();
        self.noted(&What::Released)?;
        Ok(Next::Now)
    }

    /// Requires that the lease holds by our own clock: a process that was stopped for a while must
    /// not send what another one may have sent.
    pub(super) fn require_lease(&self) -> Result<(), WorkError> {
        let lease = self.writer.lease();
        if self.now() < lease.until { Ok(()) } else { Err(WorkError::LeaseOver(lease.swap_id)) }
    }

    /// Returns when to try again what failed: later each time.
    pub(super) fn after_miss(&mut self) -> Next {
        self.misses = self.misses.saturating_add(1);
        let doubled = 1_u32.checked_shl(self.misses.min(16)).unwrap_or(1);
        let wait = self.worker.options.track.first_wait.saturating_mul(doubled);
        self.in_about(wait)
    }

    /// Says that something went well again.
    pub(super) const fn hit(&mut self) {
        self.misses = 0;
    }

    /// Returns a moment in about so much time, within the bounds of the options. No two swaps ask at
    /// the same moments.
    pub(super) fn in_about(&self, wait: Duration) -> Next {
        let track = self.worker.options.track;
        let wait = wait.max(track.first_wait).min(track.longest_wait).max(SHORTEST_WAIT);
        let percent = 75_u32.saturating_add(jitter(self.known.swap_id, self.misses));
        let wait = share(wait.saturating_mul(percent), 100);
        Next::At(later(self.now(), wait))
    }
}

/// Returns a part of a time.
pub(super) fn share(of: Duration, parts: u32) -> Duration {
    of.checked_div(parts).unwrap_or(of)
}

/// Returns a number below 50 that differs from swap to swap and from time to time.
fn jitter(swap_id: countersign_approval::SwapId, turn: u32) -> u32 {
    use std::hash::{BuildHasher, RandomState};
    let hash = RandomState::new().hash_one((swap_id.to_string(), turn));
    u32::try_from(hash % 50).unwrap_or_default()
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
