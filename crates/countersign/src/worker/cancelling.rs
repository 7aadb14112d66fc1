//! What is known of a cancel that was begun.

use countersign_evm::SentCall;
use countersign_journal::{CancelKind, CancelStep, Label, Payload};
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
    /// What was signed and given up, by its id.
    pub(super) lost: Vec<Label>,
    /// Whether anything was ever signed, given up or not: then what the chain says may be our doing.
    pub(super) was_signed: bool,
    /// When the last of it was signed.
    pub(super) sent_at: UnixMillis,
    /// The block that holds one of it, and which.
    pub(super) mined: Option<(Label, u64)>,
    /// What was signed for account nonces below, in that order. It stays, whatever is lost.
    pub(super) fillers: Vec<Filler>,
}

/// A transaction of nothing with an account nonce that nobody had.
#[derive(Clone, Debug)]
pub(super) struct Filler {
    pub(super) account_nonce: u64,
    pub(super) sent: Sent,
    /// When it was signed.
    pub(super) at: UnixMillis,
}

/// How often in a row the chain said something that one node alone is not believed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sightings {
    /// The approval was used.
    pub(super) used: u32,
    /// The account nonce of what ends it was taken by something else.
    pub(super) taken: u32,
    /// The account nonce of a deposit was.
    pub(super) replaced: u32,
}

impl Sightings {
    /// Forgets what was not said again since.
    pub(super) const fn in_a_row(self, before: Self) -> Self {
        const fn kept(now: u32, before: u32) -> u32 {
            if now > before { now } else { 0 }
        }
        Self {
            used: kept(self.used, before.used),
            taken: kept(self.taken, before.taken),
            replaced: kept(self.replaced, before.replaced),
        }
    }
}

/// What ends the approval, signed.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) id: Label,
    pub(super) transaction: Payload,
}

impl Cancelling {
    const fn new(since: UnixMillis) -> Self {
        Self {
            since,
            resources: Vec::new(),
            sent: Vec::new(),
            lost: Vec::new(),
            was_signed: false,
            sent_at: since,
            mined: None,
            fillers: Vec::new(),
        }
    }

    /// Adds a step. One that came too late is none any more.
    pub(super) fn after(before: Option<Self>, step: &CancelStep, at: UnixMillis) -> Option<Self> {
        let mut cancel = before.unwrap_or_else(|| Self::new(at));
        match step {
            CancelStep::Asked => {}
            // What else is reserved before it is lost is below it.
            CancelStep::Reserved { resources, .. } if cancel.resources.is_empty() => {
                cancel.resources.clone_from(resources);
            }
            CancelStep::Reserved { .. } => {}
            CancelStep::Signed { kind: CancelKind::Gap, id, transaction, .. } => {
                let sent = Sent { id: id.clone(), transaction: transaction.clone() };
                let account_nonce = sent.account_nonce();
                cancel.fillers.extend(account_nonce.map(|it| Filler {
                    account_nonce: it,
                    sent,
                    at,
                }));
            }
            CancelStep::Signed { id, transaction, .. } => {
                cancel.sent.push(Sent { id: id.clone(), transaction: transaction.clone() });
                (cancel.sent_at, cancel.was_signed) = (at, true);
            }
            CancelStep::Mined { id, height } => cancel.mined = Some((id.clone(), *height)),
            CancelStep::Lost { .. } => cancel = cancel.given_up(at),
            CancelStep::TooLate => return None,
        }
        Some(cancel)
    }

    /// Forgets what was signed, but not that it was.
    fn given_up(self, at: UnixMillis) -> Self {
        let Self { since, sent, mut lost, was_signed, fillers, .. } = self;
        lost.extend(sent.into_iter().map(|sent| sent.id));
        Self { since, lost, was_signed, fillers, ..Self::new(at) }
    }

    /// Returns what was signed last.
    pub(super) fn last(&self) -> Option<&Sent> {
        self.sent.last()
    }

    /// Returns when anything was signed last.
    pub(super) fn last_at(&self) -> UnixMillis {
        self.fillers.last().map_or(self.sent_at, |filler| filler.at.max(self.sent_at))
    }
}

impl Sent {
    /// Reads the account nonce of a transaction on an EVM chain.
    fn account_nonce(&self) -> Option<u64> {
        let bytes = hex::decode(self.transaction.as_str()).ok()?;
        Some(SentCall::read(&bytes)?.account_nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_again_is_forgotten() {
        let before = Sightings { used: 2, taken: 2, replaced: 1 };
        let now = Sightings { used: 3, ..before }.in_a_row(before);
        assert_eq!((now.used, now.taken, now.replaced), (3, 0, 0));
    }

    #[test]
    fn what_was_given_up_is_still_ours() {
        let at = UnixMillis::new(1);
        let signed = CancelStep::Signed {
            kind: countersign_journal::CancelKind::PermitNonce,
            digest: [7; 32].into(),
            id: Label::new("0x07").unwrap(),
            transaction: Payload::new("07").unwrap(),
        };
        let reason = countersign_journal::Note::new("another one has its nonce");
        let mut cancel = Cancelling::after(None, &CancelStep::Asked, at);
        for step in [signed, CancelStep::Lost { reason }] {
            cancel = Cancelling::after(cancel, &step, at);
        }
        let cancel = cancel.unwrap();
        assert!(cancel.sent.is_empty() && cancel.was_signed);
        assert_eq!(cancel.lost, [Label::new("0x07").unwrap()]);
    }
}
