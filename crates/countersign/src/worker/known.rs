//! What is known of a swap: what its history says, and what is about to be added to it.

use countersign_approval::SwapId;
use countersign_journal::{
    Answer, ApprovalBytes, Digest, History, Impossible, IntentRecord, Label, Note, OfferRecord,
    Payload, RefundStep, Request, State, What,
};
use countersign_units::{UnixMillis, UnixSeconds};

use super::cancelling::Cancelling;
use super::failures::Failures;
use super::records;
use crate::SwapStatus;

/// What is known of a swap.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) swap_id: SwapId,
    pub(super) state: State,
    pub(super) request: Request,
    pub(super) opened_at: UnixMillis,
    pub(super) offer: Option<OfferRecord>,
    pub(super) intent: Option<IntentRecord>,
    /// What was reserved, by name: a nonce, coins or a message.
    pub(super) resources: Vec<Label>,
    pub(super) recipe: Option<Payload>,
    pub(super) approval: Option<Approval>,
    /// How often the approval was let out, and when last.
    pub(super) attempts: u32,
    pub(super) submitted_at: Option<UnixMillis>,
    pub(super) answer: Option<Answer>,
    pub(super) seen: Option<SwapStatus>,
    /// Whether the counterparty has ever said that funds moved.
    pub(super) moved: bool,
    /// Since when the counterparty says that it does not know the swap.
    pub(super) forgotten_since: Option<UnixMillis>,
    pub(super) refund: Option<RefundStep>,
    /// What is done to make the approval useless before its time.
    pub(super) cancel: Option<Cancelling>,
    /// The digest that a person has approved.
    pub(super) reviewed: Option<Digest>,
    /// Whether what the approval had taken of the limits is free again, since it was proven unused.
    pub(super) released: bool,
    pub(super) failures: Failures,
    pub(super) reason: Option<Note>,
}

/// What was signed.
#[derive(Clone, Debug)]
pub(super) struct Approval {
    /// When, by the clock of who signed.
    pub(super) signed_at: UnixMillis,
    pub(super) digest: Digest,
    pub(super) valid_until: UnixSeconds,
    pub(super) intent_id: Label,
    pub(super) bytes: ApprovalBytes,
}

/// The code of an answer that says that there is no such intent.
pub(super) const FORGOTTEN: &str = "not_found";

impl Known {
    /// Begins with the request.
    pub(super) fn new(swap_id: SwapId, request: Request, at: UnixMillis) -> Self {
        Self {
            swap_id,
            state: State::Requested,
            request,
            opened_at: at,
            offer: None,
            intent: None,
            resources: Vec::new(),
            recipe: None,
            approval: None,
            attempts: 0,
            submitted_at: None,
            answer: None,
            seen: None,
            moved: false,
            forgotten_since: None,
            refund: None,
            cancel: None,
            reviewed: None,
            released: false,
            failures: Failures::default(),
            reason: None,
        }
    }

    /// Reads a history, whose first entry is the request.
    pub(super) fn of(history: &History) -> Option<Self> {
        let mut links = history.links.iter();
        let first = &links.next()?.entry;
        let What::Requested(request) = &first.what else { return None };
        let mut known = Self::new(history.swap_id, request.as_ref().clone(), first.at);
        for link in links {
            known.add(&link.entry.what, link.entry.at).ok()?;
        }
        Some(known)
    }

    /// Adds what happened.
    ///
    /// # Errors
    ///
    /// Returns [`Impossible`] if it can't have happened here.
    pub(super) fn add(&mut self, what: &What, at: UnixMillis) -> Result<(), Impossible> {
        self.state = State::after(Some(self.state), what)?;
        self.failures.add(what, at);
        match what {
            What::Quoted(offer) => self.offer = Some(offer.clone()),
            What::Created(intent) => self.intent = Some(intent.as_ref().clone()),
            What::Reserved(reserved) => self.resources.clone_from(&reserved.resources),
            What::RefundKept { recipe } => self.recipe = Some(recipe.clone()),
            What::Signed { digest, valid_until, intent_id, approval } => {
                let (intent_id, bytes) = (intent_id.clone(), approval.clone());
                let (digest, valid_until) = (*digest, *valid_until);
                let signed_at = at;
                self.approval = Some(Approval { signed_at, digest, valid_until, intent_id, bytes });
            }
            What::Submitted { attempt } => {
                (self.attempts, self.submitted_at) = (*attempt, Some(at));
                self.answer = None;
            }
            What::Answered(answer) => self.answer = Some(answer.clone()),
            What::Status { status, deposit_tx, payout_tx } => {
                let seen = records::seen(status, deposit_tx.as_ref(), payout_tx.as_ref());
                self.moved |= super::settle::has_moved(&seen);
                self.forgotten_since = None;
                self.seen = Some(seen);
            }
            What::Refund(step) => self.refund = Some(step.clone()),
            What::Cancel(step) => self.cancel = Cancelling::after(self.cancel.take(), step, at),
            What::Reviewed { digest, denied: None, .. } => self.reviewed = Some(*digest),
            What::Failed { code, .. } if code.as_str() == FORGOTTEN => {
                self.forgotten_since.get_or_insert(at);
            }
            What::Ended { reason, .. } => self.reason = Some(reason.clone()),
            What::Released => self.released = true,
            What::Requested(_)
            | What::Creating
            | What::Failed { .. }
            | What::Bound { .. }
            | What::Judged(_)
            | What::Reviewed { .. }
            | What::Dead(_) => {}
        }
        Ok(())
    }

    /// Returns the counterparty's id of the intent.
    pub(super) fn intent_id(&self) -> Option<&Label> {
        let signed = self.approval.as_ref().map(|approval| &approval.intent_id);
        signed.or_else(|| self.intent.as_ref().map(|intent| &intent.id))
    }

    /// Returns until when the intent may be approved.
    pub(super) fn deadline(&self) -> Option<UnixSeconds> {
        self.intent.as_ref()?.deadline
    }
}
