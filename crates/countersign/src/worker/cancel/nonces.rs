//! Nonces that are spent by a transaction of our own: a permit's, or an account's.

use countersign_approval::{CallAction, SeenUse, UseQuery};
use countersign_journal::{CancelKind, Death};

use super::calls::{Call, NOTHING, Seen};
use super::way::{Deposit, Permit};
use super::{Drive, Next};
use crate::flow::DepositFate;
use crate::worker::death::Fate;
use crate::worker::later;
use crate::{FlowError, WorkError};

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
            (_, Some(state)) if self.is_over(state.block_time) => self.past_deadline().await,
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

    /// Ends a swap whose permit is past its deadline, where look after look says that it was not used: the
    /// block of one look may still be undone, or be of a node that lags.
    pub(super) async fn past_deadline(&mut self) -> Result<Next, WorkError> {
        match self.fate().await {
            Fate::Dead(death) => self.proven_dead(death).await,
            Fate::Used(_) => self.used_it_seems().await,
            Fate::Over(_) | Fate::Replaced(_) | Fate::Live => self.wait_for_cancel().await,
        }
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
