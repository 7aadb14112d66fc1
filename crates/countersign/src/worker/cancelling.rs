//! What is known of a cancel that was begun.

use countersign_journal::{CancelStep, Label, Payload};
use countersign_units::UnixMillis;

/// A cancel that was asked for, and how far it is.
#[derive(Clone, Debug)]
pub(super) struct Cancelling {
    /// Since when.
    pub(super) since: UnixMillis,
    /// What it takes, by name; nothing where nothing was reserved, or it was lost.
    pub(super) resources: Vec<Label>,
    /// What was signed and not lost, the latest last: any of it may be mined.
    pub(super) sent: Vec<Sent>,
    /// When the last of it was signed.
    pub(super) sent_at: UnixMillis,
    /// The block that holds one of it, and which.
    pub(super) mined: Option<(Label, u64)>,
}

/// What ends the approval, signed.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) id: Label,
    pub(super) transaction: Payload,
}

impl Cancelling {
    const fn new(since: UnixMillis) -> Self {
        Self { since, resources: Vec::new(), sent: Vec::new(), sent_at: since, mined: None }
    }

    /// Adds a step. One that came too late is none any more.
    pub(super) fn after(before: Option<Self>, step: &CancelStep, at: UnixMillis) -> Option<Self> {
        let mut cancel = before.unwrap_or_else(|| Self::new(at));
        match step {
            CancelStep::Asked => {}
            CancelStep::Reserved { resources, .. } => cancel.resources.clone_from(resources),
            CancelStep::Signed { id, transaction, .. } => {
                cancel.sent.push(Sent { id: id.clone(), transaction: transaction.clone() });
                cancel.sent_at = at;
            }
            CancelStep::Mined { id, height } => cancel.mined = Some((id.clone(), *height)),
            CancelStep::Lost { .. } => cancel = Self { since: cancel.since, ..Self::new(at) },
            CancelStep::TooLate => return None,
        }
        Some(cancel)
    }

    /// Returns what was signed last.
    pub(super) fn last(&self) -> Option<&Sent> {
        self.sent.last()
    }
}
