//! Nonces that are spent by a transaction of our own: a permit's, or an account's.

use countersign_approval::{BroadcastError, CallAction, CallState, SeenUse, UseQuery};
use countersign_evm::{GasPrice, SentCall};
use countersign_journal::{CancelKind, Death, Label};
use countersign_units::EvmAddress;

use super::way::{Deposit, Permit};
use super::{Drive, Next};
use crate::flow::{CancelCall, DepositFate};
use crate::worker::cancelling::Sent;
use crate::worker::later;
use crate::{FlowError, WorkError};

/// The price of nothing, which anything outbids.
const NOTHING: GasPrice = GasPrice { max_fee_per_gas: 0, max_priority_fee_per_gas: 0 };

/// The account whose transaction ends an approval, and what that does.
#[derive(Clone, Copy, Debug)]
struct Call {
    kind: CancelKind,
    owner: EvmAddress,
    chain_id: u64,
    action: CallAction,
    /// The account nonce, where it follows from what is cancelled.
    account_nonce: Option<u64>,
    /// What waits with that account nonce.
    waiting: GasPrice,
}

/// What became of what was sent.
enum Seen {
    /// A block holds one of it.
    Mined { id: Label, height: u64, deep: bool, succeeded: bool },
    /// The node has it, and no block yet.
    Waits,
    /// The node does not know it.
    Unknown,
}

impl Drive<'_> {
    /// Spends the nonce of a permit.
    pub(super) async fn cancel_permit(&mut self, permit: &Permit) -> Result<Next, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        // The nonce first: what spends it between the two questions is seen by the second.
        let state = self.flow().nonce(&network, &permit.query).await;
        let seen = match self.seen_call(permit.query.chain_id).await {
            Ok(seen) => seen,
            Err(error) => return self.cancel_again("chain", error).await,
        };
        match (seen, state) {
            (Seen::Mined { id, height, deep, succeeded }, _) => {
                self.seen_mined(&id, height).await?;
                match (deep, succeeded) {
                    (true, true) => self.judge_use(permit, height).await,
                    (true, false) => self.lost("it failed in its block").await,
                    (false, _) => self.wait_for_cancel().await,
                }
            }
            (_, Some(state)) if state.used => self.used_it_seems().await,
            (_, Some(state)) if self.is_over(state.block_time) => {
                self.proven_dead(Death::Deadline).await
            }
            (seen, _) => {
                let action = CallAction::invalidate(permit.query.permit2, permit.query.nonce);
                let (owner, chain_id) = (permit.query.owner, permit.query.chain_id);
                let kind = CancelKind::PermitNonce;
                let (account_nonce, waiting) = (self.reserved_nonce(), NOTHING);
                let call = Call { kind, owner, chain_id, action, account_nonce, waiting };
                self.push(&call, &seen).await
            }
        }
    }

    /// Says whether the permit's own deadline is over, by the chain's time and by ours.
    pub(super) fn is_over(&self, block_time: Option<countersign_units::UnixSeconds>) -> bool {
        let now = self.now().to_seconds();
        let Some(time) = block_time else { return false };
        let until = self.known.approval.as_ref().map(|approval| approval.valid_until);
        until.is_some_and(|until| until < time.min(now))
    }

    /// Decides whether a permit was used before our own transaction spent its nonce, since that
    /// succeeds either way.
    async fn judge_use(&mut self, permit: &Permit, height: u64) -> Result<Next, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        let query = UseQuery { nonce: permit.query, token: permit.token, block: height };
        let nonce = permit.resource.clone();
        let death = Death::NonceSpent { nonce, height: Some(height) };
        match self.flow().seen_use(&network, &query).await {
            Ok(SeenUse { before: true, .. }) => self.too_late().await,
            Ok(SeenUse { before: false, within: false }) => self.proven_dead(death).await,
            Ok(SeenUse { before: false, within: true }) => {
                self.over(death, "the token left the account in the same block").await
            }
            Err(error) => {
                let since = self.known.cancel.as_ref().map(|cancel| cancel.sent_at);
                let patience = self.worker.options.grace;
                if since.is_some_and(|since| self.now() >= later(since, patience)) {
                    let why = format!("the chain does not say what was before ({error})");
                    return self.over(death, &why).await;
                }
                self.cancel_again("chain", error).await
            }
        }
    }

    /// Uses the account nonce of a deposit.
    pub(super) async fn cancel_deposit(&mut self, deposit: &Deposit) -> Result<Next, WorkError> {
        let fate = match self.deposit() {
            Some(sent) => self.ask_deposit(&sent).await,
            None => DepositFate::Unknown,
        };
        let nonce = deposit.resource.clone();
        let death = |height| Death::NonceSpent { nonce: nonce.clone(), height };
        match fate {
            DepositFate::Executed { .. } => return self.too_late().await,
            DepositFate::Failed { height } => return self.proven_dead(death(height)).await,
            _ => {}
        }
        let seen = match self.seen_call(deposit.chain_id).await {
            Ok(seen) => seen,
            Err(error) => return self.cancel_again("chain", error).await,
        };
        if let Seen::Mined { id, height, deep, .. } = seen {
            // Whether it succeeded or not: no other transaction has this nonce on this chain.
            self.seen_mined(&id, height).await?;
            return if deep {
                self.proven_dead(death(Some(height))).await
            } else {
                self.wait_for_cancel().await
            };
        }
        if matches!(fate, DepositFate::Replaced) {
            return self.replaced(death(None)).await;
        }
        let Deposit { owner, chain_id, account_nonce, price, .. } = *deposit;
        let call = Call {
            kind: CancelKind::AccountNonce,
            owner,
            chain_id,
            action: CallAction::ReplaceNonce,
            account_nonce: Some(account_nonce),
            waiting: price,
        };
        self.push(&call, &seen).await
    }

    /// Ends a swap whose account nonce something else has, that is neither the deposit nor ours: it is
    /// no proof, so many looks in a row have to say so for a while.
    async fn replaced(&mut self, death: Death) -> Result<Next, WorkError> {
        self.sightings.replaced = self.sightings.replaced.saturating_add(1);
        let since = self.known.cancel.as_ref().map_or(self.known.opened_at, |it| it.sent_at);
        let patient = self.now() >= later(since, self.worker.options.grace);
        if self.sightings.replaced < super::SURE || !patient {
            return self.wait_for_cancel().await;
        }
        let why = "another transaction of the account has its nonce, and the deposit is not found";
        self.over(death, why).await
    }

    /// Sees to it that what ends the approval is signed, sent, and worth mining.
    async fn push(&mut self, call: &Call, seen: &Seen) -> Result<Next, WorkError> {
        let Some(last) = self.sent_last() else { return self.sign_call(call).await };
        match seen {
            Seen::Waits | Seen::Unknown if self.is_stuck() => self.sign_call(call).await,
            Seen::Waits | Seen::Mined { .. } => self.wait_for_cancel().await,
            Seen::Unknown => self.send_call(call, &last).await,
        }
    }

    /// Signs what ends the approval, at more than what waits with its account nonce, and sends it.
    async fn sign_call(&mut self, call: &Call) -> Result<Next, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        let Call { owner, chain_id, action, .. } = *call;
        let ledger = self.writer.ledger(Vec::new());
        let allotted = match call.account_nonce {
            Some(nonce) => Ok(nonce),
            None => self.flow().allot_nonce(&ledger, &network, chain_id, owner).await,
        };
        let account_nonce = match allotted {
            Ok(nonce) => nonce,
            Err(error) => return self.cancel_again(cause(&error), error).await,
        };
        let waiting = self.highest(call.waiting);
        let draft = CancelCall { owner, chain_id, action, account_nonce, waiting };
        let terms = self.cancelled_terms()?;
        let drafted = self.flow().draft_cancel(&ledger, terms, draft).await;
        let verified = match drafted {
            Ok(verified) => verified,
            Err(error) => return self.cancel_again(cause(&error), error).await,
        };
        match self.sign_cancel(call.kind, verified).await {
            Ok(()) => {}
            Err(WorkError::Flow(error)) => return self.cancel_again(cause(&error), error).await,
            Err(error) => return Err(error),
        }
        match self.sent_last() {
            Some(last) => self.send_call(call, &last).await,
            None => Ok(Next::Now),
        }
    }

    /// Sends what was signed, the same bytes each time.
    async fn send_call(&mut self, call: &Call, sent: &Sent) -> Result<Next, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        let bytes = hex::decode(sent.transaction.as_str())
            .map_err(|_| WorkError::Unreadable("a transaction"))?;
        self.require_lease()?;
        match self.flow().broadcast_call(&network, call.chain_id, &bytes).await {
            Ok(()) => {
                self.hit();
                self.wait_for_cancel().await
            }
            Err(BroadcastError::NonceTooLow) => self.nonce_is_used(call).await,
            Err(error) => self.cancel_again("broadcast", error).await,
        }
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
    async fn seen_call(&self, chain_id: u64) -> Result<Seen, FlowError> {
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
    fn reserved_nonce(&self) -> Option<u64> {
        let taken = self.known.cancel.as_ref()?.resources.first()?;
        let name = taken.as_str();
        name.starts_with("evm:").then(|| name.rsplit(':').next()?.parse().ok()).flatten()
    }

    /// Returns the highest price of what waits with an account nonce.
    fn highest(&self, waiting: GasPrice) -> GasPrice {
        let sent = self.known.cancel.as_ref().map(|cancel| cancel.sent.as_slice());
        let sent = sent
            .unwrap_or_default()
            .iter()
            .filter_map(|sent| SentCall::read(&hex::decode(sent.transaction.as_str()).ok()?));
        sent.fold(waiting, |one, SentCall { price, .. }| GasPrice {
            max_fee_per_gas: one.max_fee_per_gas.max(price.max_fee_per_gas),
            max_priority_fee_per_gas: one
                .max_priority_fee_per_gas
                .max(price.max_priority_fee_per_gas),
        })
    }
}

/// Names what keeps a cancel from being signed for now.
pub(super) const fn cause(error: &FlowError) -> &'static str {
    match error {
        FlowError::Config(_) => "config",
        FlowError::Chain { .. } => "chain",
        FlowError::Ledger(_) => "ledger",
        FlowError::Nonce(_) => "nonce",
        FlowError::NoKey { .. } => "no_key",
        FlowError::Draft(_) => "draft",
        FlowError::Refused { .. } => "refused",
        FlowError::SignCall(_) | FlowError::SignPsbt(_) => "sign",
        _ => "not_now",
    }
}
