//! A transaction of the account that ends an approval: signed, sent, outbid, and looked for.

use countersign_approval::{BroadcastError, CallAction, CallState};
use countersign_evm::{GasPrice, SentCall};
use countersign_journal::{CancelKind, Label};
use countersign_units::EvmAddress;

use super::nonces::cause;
use super::{Drive, Next};
use crate::flow::CancelCall;
use crate::worker::cancelling::Sent;
use crate::{FlowError, WorkError};

/// The price of nothing, which anything outbids.
pub(super) const NOTHING: GasPrice = GasPrice { max_fee_per_gas: 0, max_priority_fee_per_gas: 0 };

/// The account whose transaction ends an approval, and what that does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) kind: CancelKind,
    pub(super) owner: EvmAddress,
    pub(super) chain_id: u64,
    pub(super) action: CallAction,
    /// The account nonce, where it follows from what is cancelled.
    pub(super) account_nonce: Option<u64>,
    /// What waits with that account nonce.
    pub(super) waiting: GasPrice,
}

/// What became of what was sent.
pub(super) enum Seen {
    /// A block holds one of it.
    Mined { id: Label, height: u64, deep: bool, succeeded: bool },
    /// The node has it, and no block yet.
    Waits,
    /// The node does not know it.
    Unknown,
}

impl Drive<'_> {
    /// Sees to it that what ends the approval is signed, sent, and worth mining.
    pub(super) async fn push(&mut self, call: &Call, seen: &Seen) -> Result<Next, WorkError> {
        let Some(last) = self.sent_last() else { return self.begin(call).await };
        match seen {
            Seen::Unknown if self.is_stuck() && !self.is_behind(call).await => {
                self.sign_call(call).await
            }
            Seen::Unknown => self.send_call(call, &last).await,
            // It is not too cheap as long as it is not its turn.
            Seen::Waits => match self.fill_below(call).await? {
                Some(next) => Ok(next),
                None if self.is_stuck() => self.sign_call(call).await,
                None => self.wait_for_cancel().await,
            },
            Seen::Mined { .. } => self.wait_for_cancel().await,
        }
    }

    /// Signs what ends the approval for the first time. What takes a deposit's place is let out before
    /// anything below it, or else the deposit would be mined; nothing waits in the place of another, and
    /// nothing has a later deposit have its turn after its time.
    async fn begin(&mut self, call: &Call) -> Result<Next, WorkError> {
        if call.action != CallAction::ReplaceNonce
            && let Some(next) = self.fill_below(call).await?
        {
            return Ok(next);
        }
        if let Some(nonce) = call.account_nonce
            && let Some(next) = self.let_none_fire(call, nonce).await?
        {
            return Ok(next);
        }
        self.sign_call(call).await
    }

    /// Signs what ends the approval, at more than what waits with its account nonce, and sends it.
    async fn sign_call(&mut self, call: &Call) -> Result<Next, WorkError> {
        let sent = self.known.cancel.as_ref().map(|cancel| cancel.sent.as_slice());
        let waiting = highest(call.waiting, sent.unwrap_or_default());
        let later = self.sign_over(&Call { waiting, ..*call }).await?;
        match (self.sent_last(), later) {
            // Also where it can't be outbid: the node may have lost it.
            (Some(last), _) => self.send_call(call, &last).await,
            (None, later) => Ok(later.unwrap_or(Next::Now)),
        }
    }

    /// Signs a transaction at more than what waits, and writes it down. Returns when to try again where
    /// that can't be done now.
    pub(super) async fn sign_over(&mut self, call: &Call) -> Result<Option<Next>, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        let Call { owner, chain_id, .. } = *call;
        let ledger = self.writer.ledger(Vec::new());
        let allotted = match call.account_nonce {
            Some(nonce) => Ok(nonce),
            None => self.flow().allot_nonce(&ledger, &network, chain_id, owner).await,
        };
        let account_nonce = match allotted {
            Ok(nonce) => nonce,
            Err(error) => return self.cancel_again(cause(&error), error).await.map(Some),
        };
        let (terms, draft) = (self.cancelled_terms()?, call.at(account_nonce));
        let drafted = self.flow().draft_cancel(&ledger, terms, draft).await;
        let verified = match drafted {
            Ok(verified) => verified,
            Err(error) => return self.cancel_again(cause(&error), error).await.map(Some),
        };
        match self.sign_cancel(call.kind, verified).await {
            Ok(()) => Ok(None),
            Err(WorkError::Flow(error)) => self.cancel_again(cause(&error), error).await.map(Some),
            Err(error) => Err(error),
        }
    }

    /// Sends what was signed, and then what it waits for: a node that lets nothing wait does not have
    /// the approval either.
    async fn send_call(&mut self, call: &Call, sent: &Sent) -> Result<Next, WorkError> {
        match self.broadcast(call.chain_id, sent).await? {
            Ok(()) => {
                self.hit();
                match self.fill_below(call).await? {
                    Some(next) => Ok(next),
                    None => self.wait_for_cancel().await,
                }
            }
            Err(BroadcastError::NonceTooLow) => self.nonce_is_used(call).await,
            Err(error @ BroadcastError::NonceTooHigh(_)) => match self.fill_below(call).await? {
                Some(next) => Ok(next),
                None => self.cancel_again("broadcast", error).await,
            },
            Err(error) => self.cancel_again("broadcast", error).await,
        }
    }

    /// Passes on what was signed, the same bytes each time.
    pub(super) async fn broadcast(
        &self,
        chain_id: u64,
        sent: &Sent,
    ) -> Result<Result<(), BroadcastError>, WorkError> {
        let network = self.known.request.source.network.as_str();
        let bytes = hex::decode(sent.transaction.as_str())
            .map_err(|_| WorkError::Unreadable("a transaction"))?;
        self.require_lease()?;
        Ok(self.flow().broadcast_call(network, chain_id, &bytes).await)
    }

    /// Decides what it means that something else was mined with the account nonce: where the nonce was
    /// allotted to the cancel alone, another one is.
    async fn nonce_is_used(&mut self, call: &Call) -> Result<Next, WorkError> {
        if call.kind == CancelKind::AccountNonce {
            // The deposit itself, or our own: the next look tells which.
            return self.wait_for_cancel().await;
        }
        self.sightings.taken = self.sightings.taken.saturating_add(1);
        if self.sightings.taken < super::SURE {
            return self.wait_for_cancel().await;
        }
        self.lost("another transaction of the account was mined with its nonce").await
    }

    /// Asks what became of what was signed: of the first of it that a block holds, else of the last.
    pub(super) async fn seen_call(&self, chain_id: u64) -> Result<Seen, FlowError> {
        let network = self.known.request.source.network.as_str();
        let mut seen = Seen::Unknown;
        let sent = self.known.cancel.as_ref().map(|cancel| cancel.sent.as_slice());
        for Sent { id, .. } in sent.unwrap_or_default() {
            match self.flow().call_state(network, chain_id, id.as_str()).await? {
                CallState::Mined { succeeded, block, confirmations } => {
                    let deep = confirmations >= self.evm_blocks();
                    return Ok(Seen::Mined { id: id.clone(), height: block, deep, succeeded });
                }
                CallState::Pending => seen = Seen::Waits,
                CallState::Unknown => seen = Seen::Unknown,
            }
        }
        Ok(self.seen_lost(chain_id).await?.unwrap_or(seen))
    }

    /// Asks for what was given up: nodes that disagreed may have been believed too soon. One that
    /// failed in its block has no effect.
    async fn seen_lost(&self, chain_id: u64) -> Result<Option<Seen>, FlowError> {
        let network = self.known.request.source.network.as_str();
        let lost = self.known.cancel.as_ref().map(|cancel| cancel.lost.as_slice());
        for id in lost.unwrap_or_default() {
            let state = self.flow().call_state(network, chain_id, id.as_str()).await?;
            if let CallState::Mined { succeeded: true, block, confirmations } = state {
                let deep = confirmations >= self.evm_blocks();
                let (id, height) = (id.clone(), block);
                return Ok(Some(Seen::Mined { id, height, deep, succeeded: true }));
            }
        }
        Ok(None)
    }

    /// Returns the account nonce that a cancel has already.
    pub(super) fn reserved_nonce(&self) -> Option<u64> {
        let taken = self.known.cancel.as_ref()?.resources.first()?;
        let name = taken.as_str();
        name.starts_with("evm:").then(|| name.rsplit(':').next()?.parse().ok()).flatten()
    }
}

impl Call {
    /// Says what is drafted with an account nonce.
    pub(super) const fn at(&self, account_nonce: u64) -> CancelCall {
        let Self { owner, chain_id, action, waiting, .. } = *self;
        CancelCall { owner, chain_id, action, account_nonce, waiting }
    }
}

/// Returns the highest price of what waits with an account nonce.
pub(super) fn highest<'a>(waiting: GasPrice, sent: impl IntoIterator<Item = &'a Sent>) -> GasPrice {
    let read = |sent: &Sent| SentCall::read(&hex::decode(sent.transaction.as_str()).ok()?);
    let sent = sent.into_iter().filter_map(read);
    sent.fold(waiting, |one, SentCall { price, .. }| GasPrice {
        max_fee_per_gas: one.max_fee_per_gas.max(price.max_fee_per_gas),
        max_priority_fee_per_gas: one.max_priority_fee_per_gas.max(price.max_priority_fee_per_gas),
    })
}
