//! Account nonces below that of what ends an approval which nobody has: what has that one would wait
//! for them for good, and so would the deposit whose place it takes, until something else uses them.
//!
//! ```text
//! the replacement: reserved, signed ─► let out ─► each gap below: reserved, signed ─► let out
//! ```
//!
//! In this order: a gap that is filled first lets the deposit be mined.

use countersign_approval::{CallAction, CallState};
use countersign_journal::CancelKind;

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
        let found = u64::try_from(gap.open.len()).unwrap_or(u64::MAX);
        match (gap.open.first(), gap.others.first()) {
            (Some(_), _) if found > gap.most => {
                let most = gap.most;
                let why = format!(
                    "expected at most {most} account nonces below {account_nonce} that nobody has, \
                     found {found}: the policy's evm.max_pending bounds it"
                );
                self.cancel_again("gap", why).await.map(Some)
            }
            (Some(nonce), _) => self.fill(call, *nonce).await.map(Some),
            (None, Some((nonce, swap_id))) => {
                let why = format!(
                    "account nonce {nonce} below {account_nonce} was taken by swap {swap_id} and is \
                     in no block: it has to be sent, or cancelled; where there is no such swap, send \
                     any transaction with that nonce"
                );
                self.cancel_again("gap", why).await.map(Some)
            }
            (None, None) => Ok(None),
        }
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
        if let Some(next) = self.sign_over(&filler).await? {
            return Ok(next);
        }
        match self.fillers(account_nonce).last() {
            Some(last) => self.send_filler(call, &last.sent).await,
            None => Err(WorkError::Unreadable("a transaction")),
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
