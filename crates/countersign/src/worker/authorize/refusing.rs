//! What becomes of a swap that is not signed for: its end, or another try later.

use countersign_journal::{Label, Note, Outcome, Stage, State, What};

use crate::worker::drive::{Drive, Next};
use crate::worker::notes::Mark;
use crate::worker::{WorkError, judgement};
use crate::{FlowError, Step};

impl Drive<'_> {
    /// Ends a swap whose approval must not be signed, or tries again later.
    pub(super) async fn not_authorized(
        &mut self,
        error: FlowError,
        before: Mark,
    ) -> Result<Next, WorkError> {
        let step = error.step().unwrap_or(Step::Verify);
        if let (FlowError::Refused { refusal, .. }, false) = (&error, self.refusal_is_noted()) {
            let stage = match step {
                Step::Reserve => Stage::Limits,
                Step::Verify => Stage::Payload,
                _ => Stage::Intent,
            };
            // What the registry and the policy say of the request may have changed since.
            let in_time = stage != Stage::Intent || self.known.state == State::Created;
            let stage = if in_time { stage } else { Stage::Limits };
            let judged = judgement::plain(stage, self.config()?, refusal.into());
            self.note(What::Judged(Box::new(judged)))?;
        }
        let next = if let Some(outcome) = is_final(&error) {
            self.end(outcome, why(&error)).await?
        } else {
            self.not_now(step, &error, before).await?;
            self.after_miss()
        };
        self.failure = Some(error);
        Ok(next)
    }

    /// Writes down why it is not signed yet. What the journal has said lately is not written again, in
    /// whatever words, nor is what led to it.
    async fn not_now(
        &mut self,
        step: Step,
        error: &FlowError,
        before: Mark,
    ) -> Result<(), WorkError> {
        let (step, code) = (Label::new(step.as_str())?, Label::new(cause(error))?);
        let message = Note::whole(error);
        if before.known.failures.is_news(&step, &code, self.now()) {
            self.note(What::Failed { step, code, message })?;
        } else {
            self.rewind(before);
            self.known.failures.set(step, message);
        }
        self.commit().await
    }
}

/// Says how a swap ends that can't be signed for; nothing where it may go well later.
const fn is_final(error: &FlowError) -> Option<Outcome> {
    match error {
        // The allowance is its owner's to give, by a transaction of its own.
        FlowError::Refused { .. } | FlowError::NotApproved(_) | FlowError::Allowance(_) => {
            Some(Outcome::Refused)
        }
        FlowError::Config(_)
        | FlowError::PolicyChanged
        | FlowError::Paused
        | FlowError::Chain { .. }
        | FlowError::Ledger(_)
        | FlowError::NoKey { .. }
        | FlowError::Draft(_)
        | FlowError::Nonce(_)
        | FlowError::Overtaken(_)
        | FlowError::Api { .. } => None,
        _ => Some(Outcome::Failed),
    }
}

/// Says why a swap ends that can't be signed for.
fn why(error: &FlowError) -> String {
    match error {
        FlowError::Allowance(_) => {
            format!("{error}; nothing was signed: give the allowance, and ask under another key")
        }
        _ => error.to_string(),
    }
}

/// Names what keeps a swap from being signed for now.
const fn cause(error: &FlowError) -> &'static str {
    match error {
        FlowError::Config(_) => "config",
        FlowError::PolicyChanged => "policy_changed",
        FlowError::Paused => "paused",
        FlowError::Chain { .. } => "chain",
        FlowError::Ledger(_) => "ledger",
        FlowError::NoKey { .. } => "no_key",
        FlowError::Draft(_) => "draft",
        FlowError::Nonce(_) => "nonce",
        FlowError::Overtaken(_) => "overtaken",
        FlowError::Api { source, .. } => source.code,
        _ => "not_now",
    }
}
