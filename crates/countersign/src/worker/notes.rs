//! What happened in a swap in hand, until it is on disk.

use std::time::Duration;

use countersign_journal::{Answer, Entry, Label, Note, Outcome, StoreError, Verdict, What};
use tokio::time::sleep;

use super::drive::{Drive, Next};
use super::failures::{CANCEL, REFUND};
use super::known::Known;
use super::{WorkError, later};
use crate::Step;

/// How long to wait before a journal that was away is written to again.
const JOURNAL_AWAY: Duration = Duration::from_millis(100);

/// What is known at some point, and how much of it is not written.
pub(super) struct Mark {
    pub(super) known: Known,
    pending: usize,
    commits: u32,
}

impl Drive<'_> {
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

    /// Adds why coins don't come back yet, unless the journal has said so lately.
    pub(super) fn note_refund_failure(
        &mut self,
        code: &str,
        message: impl std::fmt::Display,
    ) -> Result<(), WorkError> {
        self.note_lasting(REFUND, code, message)
    }

    /// Adds why a cancel does not go on, unless the journal has said so lately.
    pub(super) fn note_cancel_failure(
        &mut self,
        code: &str,
        message: impl std::fmt::Display,
    ) -> Result<(), WorkError> {
        self.note_lasting(CANCEL, code, message)
    }

    /// Adds what is worth an entry now and then, unless the journal has said so lately.
    pub(super) fn note_lasting(
        &mut self,
        step: &str,
        code: &str,
        message: impl std::fmt::Display,
    ) -> Result<(), WorkError> {
        let (step, code) = (Label::new(step)?, Label::new(code)?);
        let message = Note::whole(message);
        if self.known.failures.is_news(&step, &code, self.now()) {
            return self.note(What::Failed { step, code, message });
        }
        self.known.failures.set(step, message);
        Ok(())
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
        self.news = false;
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
                Err(error) => self.wait_for_journal(error).await?,
            }
        }
        Ok(())
    }

    /// Waits for a journal that is away for a moment, as long as the lease holds.
    async fn wait_for_journal(&self, error: StoreError) -> Result<(), WorkError> {
        let is_away = matches!(error, StoreError::Gone(_) | StoreError::Busy(_));
        if is_away && self.require_lease().is_ok() {
            sleep(JOURNAL_AWAY).await;
            return Ok(());
        }
        Err(error.into())
    }

    /// Writes what happened if it is more than what the counterparty says, or decides something, or has
    /// waited a while. The rest is evidence: nothing waits for it, and it can be asked again.
    pub(super) async fn commit_in_time(&mut self) -> Result<(), WorkError> {
        const WHILE: Duration = Duration::from_secs(5);
        let now = self.now();
        let waited = |entry: &Entry| {
            let said = matches!(entry.what, What::Status { .. } | What::Answered(Answer::Taken));
            !said || now >= later(entry.at, WHILE)
        };
        if self.news || self.pending.iter().any(waited) {
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
        loop {
            match self.writer.release(&self.pending, self.now()).await {
                Ok(()) => break self.written(),
                Err(error) => self.wait_for_journal(error).await?,
            }
        }
        self.noted(&What::Released)?;
        Ok(Next::Now)
    }
}
