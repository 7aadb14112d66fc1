//! Account nonces below that of what ends an approval which nobody has: what has that one would wait
//! for them for good, and so would the deposit whose place it takes, until something else uses them.
//!
//! ```text
//! the replacement: reserved, signed ─► let out ─► each gap below: reserved, signed ─► let out
//! ```
//!
//! In this order: a gap that is filled first lets the deposit be mined. The same holds for late deposits
//! of other swaps above it, so what takes their places has to be signed, and let out, before.

use countersign_approval::{BroadcastError, CallAction, CallState, Ledger as _, SwapId, Taken};
use countersign_journal::{CancelKind, CancelStep, What};

use super::calls::{Call, NOTHING, highest};
use super::nonces::cause;
use super::{Drive, Next};
use crate::worker::cancelling::{Filler, Sent};
use crate::{FlowError, WorkError};

impl Drive<'_> {
    /// Sees to it that nothing is missing below what was signed, one account nonce after another.
    /// Nothing where nothing is: it is its turn.
    pub(super) async fn fill_below(&mut self, call: &Call) -> Result<Option<Next>, WorkError> {
        let Some(account_nonce) = call.account_nonce.or_else(|| self.reserved_nonce()) else {
            return Ok(None);
        };
        let ledger = self.writer.ledger(Vec::new());
        let terms = self.cancelled_terms()?;
        let gap = match self.flow().gap_below(&ledger, &terms, &call.at(account_nonce)).await {
            Ok(gap) => gap,
            Err(error) => return self.cancel_again(cause(&error), error).await.map(Some),
        };
        let lowest = gap.open.first().or_else(|| gap.others.first().map(|(nonce, _)| nonce));
        let Some(&lowest) = lowest else { return Ok(None) };
        if let Some(next) = self.let_none_fire(call, lowest).await? {
            return Ok(Some(next));
        }
        let (found, most) = (u64::try_from(gap.open.len()).unwrap_or(u64::MAX), gap.most);
        if found > most {
            let why = format!(
                "expected at most {most} account nonces below {account_nonce} that nobody has, \
                 found {found}: the policy's evm.max_pending bounds it"
            );
            return self.cancel_again("gap", why).await.map(Some);
        }
        match gap.others.into_iter().next() {
            Some((nonce, taken)) if gap.open.is_empty() => {
                let why = self.why_taken(nonce, &taken).await;
                self.cancel_again("gap", why).await.map(Some)
            }
            _ => self.fill(call, lowest).await.map(Some),
        }
    }

    /// Waits where another deposit would be mined after its time once an account nonce is used: what
    /// takes its place has to be signed first, and is sent from here too.
    pub(super) async fn let_none_fire(
        &mut self,
        call: &Call,
        account_nonce: u64,
    ) -> Result<Option<Next>, WorkError> {
        let ledger = self.writer.ledger(Vec::new());
        let terms = self.cancelled_terms()?;
        match self.flow().late_above(&ledger, &terms, &call.at(account_nonce)).await {
            Ok(None) => self.let_out_above(call, account_nonce).await,
            Ok(Some((nonce, swap_id))) => {
                let why = format!(
                    "account nonce {nonce} of swap {swap_id} is past its deadline and would be mined \
                     after {account_nonce}: cancel that swap too; this one goes on when its \
                     replacement is signed"
                );
                self.cancel_again("gap", why).await.map(Some)
            }
            Err(error) => self.cancel_again(cause(&error), error).await.map(Some),
        }
    }

    /// Sends what was signed in the places of other deposits above an account nonce, since whoever
    /// signed it may not have come to that. A node that lets nothing wait has none of those deposits.
    async fn let_out_above(
        &mut self,
        call: &Call,
        account_nonce: u64,
    ) -> Result<Option<Next>, WorkError> {
        let ledger = self.writer.ledger(Vec::new());
        let terms = self.cancelled_terms()?;
        let above = self.flow().replaced_above(&ledger, &terms, &call.at(account_nonce)).await;
        let above = match above {
            Ok(above) => above,
            Err(error) => return self.cancel_again(cause(&error), error).await.map(Some),
        };
        for swap_id in above {
            let Some(sent) = self.replacement(swap_id).await? else { continue };
            match self.broadcast(call.chain_id, &sent).await? {
                Ok(()) | Err(BroadcastError::NonceTooHigh(_) | BroadcastError::NonceTooLow) => {}
                Err(error) => {
                    let why = format!("what takes the place of swap {swap_id}: {error}");
                    return self.cancel_again("broadcast", why).await.map(Some);
                }
            }
        }
        Ok(None)
    }

    /// Returns what was signed last in the place of another swap's deposit.
    async fn replacement(&self, swap_id: SwapId) -> Result<Option<Sent>, WorkError> {
        let history = self.worker.store.load(swap_id).await?;
        Ok(history.links.into_iter().rev().find_map(|link| match link.entry.what {
            What::Cancel(CancelStep::Signed {
                kind: CancelKind::AccountNonce,
                id,
                transaction,
                ..
            }) => Some(Sent { id, transaction }),
            _ => None,
        }))
    }

    /// Says what has to become of an account nonce below that another has.
    async fn why_taken(&self, nonce: u64, taken: &Taken) -> String {
        let ledger = self.writer.ledger(Vec::new());
        let standing = ledger.standing(taken).await.ok().flatten();
        let then = match standing {
            Some(standing) if standing.is_ended => {
                "nobody sends it any more: send any transaction with that nonce"
            }
            Some(_) => "it has to be sent, or cancelled",
            None => {
                "it has to be sent, or cancelled; where there is no such swap, send any transaction \
                 with that nonce"
            }
        };
        let swap_id = taken.swap_id;
        format!(
            "account nonce {nonce} below was taken by swap {swap_id} and is in no block: {then}"
        )
    }

    /// Says whether something is missing below.
    pub(super) async fn is_behind(&self, call: &Call) -> bool {
        let Some(account_nonce) = call.account_nonce.or_else(|| self.reserved_nonce()) else {
            return false;
        };
        let ledger = self.writer.ledger(Vec::new());
        let Ok(terms) = self.cancelled_terms() else { return false };
        let gap = self.flow().gap_below(&ledger, &terms, &call.at(account_nonce)).await;
        gap.is_ok_and(|gap| !gap.is_none())
    }

    /// Uses an account nonce that nobody has.
    async fn fill(&mut self, call: &Call, account_nonce: u64) -> Result<Next, WorkError> {
        let fillers = self.fillers(account_nonce);
        if let Some(last) = fillers.last()
            && !self.waits_long(fillers.len(), last.at)
        {
            return match self.filler_state(call, last).await {
                Ok(CallState::Unknown) => self.send_filler(call, &last.sent).await,
                Ok(CallState::Pending | CallState::Mined { .. }) => self.wait_for_cancel().await,
                Err(error) => self.cancel_again("chain", error).await,
            };
        }
        self.tell_step(&format!("account nonce {account_nonce} before it is nobody's; using it"));
        let filler = Call {
            kind: CancelKind::Gap,
            action: CallAction::FillNonce,
            account_nonce: Some(account_nonce),
            waiting: highest(NOTHING, fillers.iter().map(|filler| &filler.sent)),
            ..*call
        };
        let later = self.sign_over(&filler).await?;
        match (self.fillers(account_nonce).last(), later) {
            // Also where it can't be outbid: the node may have lost it.
            (Some(last), _) => self.send_filler(call, &last.sent).await,
            (None, Some(next)) => Ok(next),
            (None, None) => Err(WorkError::Unreadable("a transaction")),
        }
    }

    async fn filler_state(&self, call: &Call, filler: &Filler) -> Result<CallState, FlowError> {
        let network = self.known.request.source.network.as_str();
        self.flow().call_state(network, call.chain_id, filler.sent.id.as_str()).await
    }

    /// Sends what fills a gap, and once more what waits for it: a node that lets nothing wait has not
    /// taken that yet.
    async fn send_filler(&mut self, call: &Call, filler: &Sent) -> Result<Next, WorkError> {
        if let Err(error) = self.broadcast(call.chain_id, filler).await? {
            return self.cancel_again("broadcast", error).await;
        }
        self.hit();
        if let Some(last) = self.sent_last()
            && let Err(error) = self.broadcast(call.chain_id, &last).await?
        {
            tracing::debug!(%error, "what waited for the gap is sent again at the next look");
        }
        self.wait_for_cancel().await
    }

    /// Returns what was signed for an account nonce below.
    fn fillers(&self, account_nonce: u64) -> Vec<Filler> {
        let all = self.known.cancel.iter().flat_map(|cancel| &cancel.fillers);
        all.filter(|filler| filler.account_nonce == account_nonce).cloned().collect()
    }
}
