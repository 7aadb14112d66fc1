use countersign_approval::{Statement, SwapId};
use countersign_journal::{Label, State};
use countersign_units::{UnixMillis, UnixSeconds};

use super::known::Known;
use crate::{FlowError, SwapStatus};

/// How far a swap is, by the journal.
///
/// A swap whose approval was let out is at its end only when nothing can follow from it any more:
/// the recipient was paid, or the funds came back, or the approval can no longer be used. Until
/// then it is open, also where the counterparty has given it up.
#[derive(Debug)]
#[non_exhaustive]
pub struct Progress {
    /// Our own id of the swap.
    pub swap_id: SwapId,
    /// The caller's name of it.
    pub key: Label,
    /// Where it is.
    pub state: State,
    /// The counterparty's id of the intent, where there is one.
    pub intent_id: Option<String>,
    /// What the counterparty said last.
    pub status: Option<SwapStatus>,
    /// The digest that was signed, where one was.
    pub digest: Option<[u8; 32]>,
    /// The last moment at which the approval can be used, where there is one.
    pub valid_until: Option<UnixSeconds>,
    /// Why it ended, or what failed last.
    pub reason: Option<String>,
    /// Whether its approval was made useless before its time, or is about to be.
    pub cancelled: bool,
    /// Whether it is proven that its approval was not used, and can't be any more: what it had taken
    /// of the limits is free again.
    pub released: bool,
    /// What was signed, in words, where it was signed just now.
    pub statement: Option<Statement>,
    /// What went wrong just now.
    pub failure: Option<FlowError>,
    /// When it is worth a look again, where it is not at its end.
    pub next: Option<UnixMillis>,
}

impl Progress {
    pub(super) fn of(known: &Known) -> Self {
        let approval = known.approval.as_ref();
        let reason = known.reason.as_ref().or_else(|| known.failures.last());
        Self {
            swap_id: known.swap_id,
            key: known.request.key.clone(),
            state: known.state,
            intent_id: known.intent_id().map(|id| id.as_str().to_owned()),
            status: known.seen.clone(),
            digest: approval.map(|approval| *approval.digest.as_bytes()),
            valid_until: approval.map(|approval| approval.valid_until),
            reason: reason.map(|reason| reason.as_str().to_owned()),
            cancelled: known.cancel.is_some(),
            released: known.released,
            statement: None,
            failure: None,
            next: None,
        }
    }
}
