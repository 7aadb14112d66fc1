mod approved;
mod cancel;
mod death;
mod judged;
mod records;

use countersign_approval::{AssetLimits, Claim};
use countersign_units::{Lots, UnixMillis, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::{Digest, Label, Note, Outcome, Payload};

pub use approved::ApprovalBytes;
pub use cancel::{CancelKind, CancelStep};
pub use death::Death;
pub use judged::{Finding, Judgement, Line, Seen, Stage, StatementRecord, Verdict};
pub use records::{Asset, CoinRecord, ConfigRecord, IntentRecord, OfferRecord, Request};

/// One thing that happened in a swap, or that is about to.
///
/// Its canonical bytes are JSON as [`serde_json`] writes it: members in the order of their
/// declaration, no space between them, integers in digits, amounts and bytes as strings. There is
/// no map and no float in it, so a value has one form only, and no other form is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an entry is a moment and what happened")]
pub struct Entry {
    /// When, by the writer's clock.
    pub at: UnixMillis,
    /// What.
    pub what: What,
}

/// What happened.
///
/// There is no place for a key, a header or an address with credentials: each member is a type of
/// this crate with a bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "what reads a history must know all of it")]
pub enum What {
    /// Somebody asked for the swap.
    Requested(Box<Request>),
    /// The counterparty made an offer.
    Quoted(OfferRecord),
    /// An intent is about to be created: from here on there may be one.
    Creating,
    /// The counterparty created an intent.
    Created(Box<IntentRecord>),
    /// Its claims were added to the terms.
    Bound {
        /// SHA-256 of what is to be signed, as it was sent.
        payload: Digest,
        /// What was taken from the counterparty, by name.
        claims: Vec<(Label, Note)>,
    },
    /// Something was compared with what was agreed.
    Judged(Box<Judgement>),
    /// A person decided.
    Reviewed {
        /// Whose decision it is.
        by: Note,
        /// The digest that was shown.
        digest: Digest,
        /// Why it was denied; nothing where it was approved.
        denied: Option<Note>,
    },
    /// The right to sign one digest was recorded, together with what it takes.
    Reserved(Reserved),
    /// What it takes to get coins back, kept before they go.
    RefundKept {
        /// The recipe, which holds no secret.
        recipe: Payload,
    },
    /// The approval was signed. From here on nothing else is signed.
    Signed {
        /// The digest.
        digest: Digest,
        /// The last moment at which it can be used.
        valid_until: UnixSeconds,
        /// The counterparty's id of the intent that it is for.
        intent_id: Label,
        /// What is submitted, the same bytes each time.
        approval: ApprovalBytes,
    },
    /// The approval is about to be submitted: from here on it may have arrived.
    Submitted {
        /// The how many-th time, from 1.
        attempt: u32,
    },
    /// The counterparty answered a submission.
    Answered(Answer),
    /// The counterparty said how far the swap is.
    Status {
        /// The status, by our own name.
        status: Label,
        /// The transaction that moved our funds.
        deposit_tx: Option<Label>,
        /// The transaction that paid the recipient.
        payout_tx: Option<Label>,
    },
    /// Coins are about to be taken back, or were.
    Refund(RefundStep),
    /// The approval is to be made useless before its time, or was.
    Cancel(CancelStep),
    /// A step failed and may be tried again.
    Failed {
        /// The step, by its name.
        step: Label,
        /// The cause, by its stable name.
        code: Label,
        /// What happened.
        message: Note,
    },
    /// The approval is dead: it can never be used, or not any more. Another may be reserved.
    Dead(Death),
    /// The limits that the approval took are free again, since it can no longer be used.
    Released,
    /// The swap is at its end. Nothing follows but late words of it: [`Status`](Self::Status),
    /// [`Dead`](Self::Dead) and [`Released`](Self::Released).
    Ended {
        /// Which end.
        outcome: Outcome,
        /// Why.
        reason: Note,
    },
}

/// What an approval takes, as the ledger recorded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Reserved {
    /// The digest that may be signed.
    pub digest: Digest,
    /// The nonce, coins or message that no other swap may use.
    pub resources: Vec<Label>,
    /// The token's key in the registry.
    pub token: Label,
    /// How much of it would leave.
    pub amount: Lots,
    /// The most that all swaps of a rolling day could move.
    pub per_day: Lots,
    /// The last moment at which the approval can be used.
    pub valid_until: UnixSeconds,
}

/// What a counterparty said to an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth answer")]
pub enum Answer {
    /// It was taken.
    Taken,
    /// It was declined.
    Declined {
        /// The cause, by its stable name.
        code: Label,
        /// What was said.
        message: Note,
    },
    /// No readable answer came: it may have been taken.
    Lost {
        /// The cause, by its stable name.
        code: Label,
    },
}

/// How far a refund is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a refund is sent, then seen")]
pub enum RefundStep {
    /// It is about to be sent to the network.
    Sent {
        /// Its transaction id.
        txid: Label,
        /// The whole transaction in hex, the same bytes each time.
        transaction: Payload,
    },
    /// The chain holds it.
    Seen {
        /// Its transaction id.
        txid: Label,
        /// The block's height.
        height: u64,
    },
}

impl Entry {
    /// Records that something happened.
    pub const fn new(at: UnixMillis, what: What) -> Self {
        Self { at, what }
    }
}

impl Reserved {
    /// Copies what is reserved.
    ///
    /// # Errors
    ///
    /// Returns a [`TextError`](crate::TextError) if the name of a resource is no [`Label`].
    pub fn of(claim: &Claim, limits: AssetLimits) -> Result<Self, crate::TextError> {
        let resources = claim.resources.iter().map(Label::new);
        Ok(Self {
            digest: claim.digest.into(),
            resources: resources.collect::<Result<_, _>>()?,
            token: Label::new(&claim.token)?,
            amount: claim.amount,
            per_day: limits.per_day,
            valid_until: claim.valid_until,
        })
    }
}
