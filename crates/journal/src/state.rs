use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::entry::{RefundStep, Stage, Verdict};
use crate::{Death, Entry, What};

/// How far a swap is: what follows from its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever resumes a swap must know all of them")]
pub enum State {
    /// It was asked for.
    Requested,
    /// There is an offer.
    Quoted,
    /// An intent is being created: there may be one.
    Creating,
    /// There is an intent.
    Created,
    /// What is to be signed is what was agreed.
    Verified,
    /// A person approved it.
    Reviewed,
    /// It may be signed, once.
    Reserved,
    /// It is signed. Nothing else is signed for this swap.
    Signed,
    /// The approval was let out.
    Submitted,
    /// The counterparty acts on it.
    Settling,
    /// It is at its end.
    Ended(Outcome),
}

/// How a swap ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "whoever reads a swap must know all of them")]
pub enum Outcome {
    /// The recipient was paid.
    Finished,
    /// The funds came back.
    Refunded,
    /// It failed, or was given up before anything could be lost.
    Failed,
    /// It was not carried out in time, and can't be any more.
    Expired,
    /// It was not what was agreed; nothing was signed.
    Refused,
    /// The counterparty forgot it, or contradicts itself or the chain: a person must look.
    Disputed,
}

/// An entry can't follow what is there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a swap that is {} can't have {entry:?} next", state.map_or("not there", State::as_str))]
#[non_exhaustive]
pub struct Impossible {
    /// Where the swap is; nothing before its first entry.
    pub state: Option<State>,
    /// The entry's kind.
    pub entry: &'static str,
}

/// Derives a swap's state from its entries, in their order.
///
/// # Errors
///
/// Returns [`Impossible`] for the first entry that can't follow those before it.
pub fn derive<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
) -> Result<Option<State>, Impossible> {
    let next = |state, entry: &Entry| State::after(state, &entry.what).map(Some);
    entries.into_iter().try_fold(None, next)
}

impl State {
    /// Returns the state after something happened.
    ///
    /// # Errors
    ///
    /// Returns [`Impossible`] if it can't follow.
    pub fn after(state: Option<Self>, what: &What) -> Result<Self, Impossible> {
        let next = match state {
            None => matches!(what, What::Requested(_)).then_some(Self::Requested),
            Some(Self::Ended(_)) => state.filter(|state| state.late(what)),
            Some(state) => state.next(what),
        };
        next.ok_or_else(|| Impossible { state, entry: what.name() })
    }

    /// Says what may still be written after the end: a late word of the counterparty is evidence, and
    /// limits are freed when the approval is dead.
    fn late(self, what: &What) -> bool {
        match what {
            What::Dead(death) => self.dead(death).is_some(),
            What::Status { .. } | What::Released => true,
            _ => false,
        }
    }

    fn next(self, what: &What) -> Option<Self> {
        let signed = self >= Self::Signed;
        match what {
            What::Requested(_) => None,
            What::Quoted(_) => {
                matches!(self, Self::Requested | Self::Quoted).then_some(Self::Quoted)
            }
            What::Creating => (self == Self::Quoted).then_some(Self::Creating),
            What::Created(_) => (self == Self::Creating).then_some(Self::Created),
            What::Bound { .. } => (self == Self::Created).then_some(self),
            What::Judged(judgement) => self.judged(judgement.stage, &judgement.verdict),
            What::Reviewed { denied, .. } => self.reviewed(denied.is_none()),
            What::Reserved(_) => self.reserved(),
            What::RefundKept { .. } => {
                (self >= Self::Created && self <= Self::Reserved).then_some(self)
            }
            What::Signed { .. } => (self == Self::Reserved).then_some(Self::Signed),
            What::Submitted { .. } => signed.then_some(self.max(Self::Submitted)),
            What::Answered(_) => (self >= Self::Submitted).then_some(self),
            What::Status { .. } => self.status(),
            What::Refund(RefundStep::Sent { .. } | RefundStep::Seen { .. }) => {
                signed.then_some(self)
            }
            What::Cancel(_) => signed.then_some(self),
            What::Dead(death) => self.dead(death),
            What::Failed { .. } | What::Released => Some(self),
            What::Ended { outcome, .. } => self.ended(*outcome),
        }
    }

    fn judged(self, stage: Stage, verdict: &Verdict) -> Option<Self> {
        let possible = match stage {
            Stage::Offer => self >= Self::Requested && self <= Self::Quoted,
            Stage::Intent => self == Self::Created,
            Stage::Payload | Stage::Limits => self >= Self::Created && self <= Self::Reserved,
        };
        let verified = self == Self::Created
            && stage == Stage::Payload
            && matches!(verdict, Verdict::Passed { .. });
        possible.then_some(if verified { Self::Verified } else { self })
    }

    fn reviewed(self, approved: bool) -> Option<Self> {
        let next = if approved { Self::Reviewed } else { self };
        matches!(self, Self::Verified | Self::Reviewed).then_some(next)
    }

    /// A reservation whose time is over before anything was signed may be made anew.
    fn reserved(self) -> Option<Self> {
        matches!(self, Self::Verified | Self::Reviewed | Self::Reserved).then_some(Self::Reserved)
    }

    fn status(self) -> Option<Self> {
        let settling = self >= Self::Submitted;
        (self >= Self::Creating).then_some(if settling { Self::Settling } else { self })
    }

    fn ended(self, outcome: Outcome) -> Option<Self> {
        let possible = match outcome {
            Outcome::Finished => self >= Self::Submitted,
            Outcome::Refunded => self >= Self::Signed,
            Outcome::Refused => self < Self::Signed,
            Outcome::Failed | Outcome::Expired | Outcome::Disputed => true,
        };
        possible.then_some(Self::Ended(outcome))
    }

    fn dead(self, death: &Death) -> Option<Self> {
        let possible = match death {
            Death::NeverLetOut => matches!(self, Self::Reserved | Self::Signed),
            Death::Deadline
            | Death::NonceSpent { .. }
            | Death::CoinSpent { .. }
            | Death::BlockhashExpired { .. } => self >= Self::Reserved,
        };
        possible.then_some(self)
    }

    /// Says whether nobody has to do anything for it any more.
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Ended(_))
    }

    /// Returns the state's name, as it stands in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Quoted => "quoted",
            Self::Creating => "creating",
            Self::Created => "created",
            Self::Verified => "verified",
            Self::Reviewed => "reviewed",
            Self::Reserved => "reserved",
            Self::Signed => "signed",
            Self::Submitted => "submitted",
            Self::Settling => "settling",
            Self::Ended(Outcome::Finished) => "finished",
            Self::Ended(Outcome::Refunded) => "refunded",
            Self::Ended(Outcome::Failed) => "failed",
            Self::Ended(Outcome::Expired) => "expired",
            Self::Ended(Outcome::Refused) => "refused",
            Self::Ended(Outcome::Disputed) => "disputed",
        }
    }

    /// All states.
    pub const ALL: [Self; 16] = [
        Self::Requested,
        Self::Quoted,
        Self::Creating,
        Self::Created,
        Self::Verified,
        Self::Reviewed,
        Self::Reserved,
        Self::Signed,
        Self::Submitted,
        Self::Settling,
        Self::Ended(Outcome::Finished),
        Self::Ended(Outcome::Refunded),
        Self::Ended(Outcome::Failed),
        Self::Ended(Outcome::Expired),
        Self::Ended(Outcome::Refused),
        Self::Ended(Outcome::Disputed),
    ];
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a state, such as settling or finished")]
pub struct ParseStateError;

impl FromStr for State {
    type Err = ParseStateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |state: &Self| state.as_str() == text;
        Self::ALL.into_iter().find(named).ok_or(ParseStateError)
    }
}

impl What {
    /// Returns the kind's name, as it stands in the entry.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Requested(_) => "requested",
            Self::Quoted(_) => "quoted",
            Self::Creating => "creating",
            Self::Created(_) => "created",
            Self::Bound { .. } => "bound",
            Self::Judged(_) => "judged",
            Self::Reviewed { .. } => "reviewed",
            Self::Reserved(_) => "reserved",
            Self::RefundKept { .. } => "refund_kept",
            Self::Signed { .. } => "signed",
            Self::Submitted { .. } => "submitted",
            Self::Answered(_) => "answered",
            Self::Status { .. } => "status",
            Self::Refund(_) => "refund",
            Self::Cancel(_) => "cancel",
            Self::Failed { .. } => "failed",
            Self::Dead(_) => "dead",
            Self::Released => "released",
            Self::Ended { .. } => "ended",
        }
    }
}
