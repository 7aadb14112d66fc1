//! What moves SOL and tokens on Solana: deposits into the vault, payouts, claims and refunds.

use alloy::primitives::U256;
use countersign_units::UnixSeconds;
use solana_address::Address;
use solana_transaction::versioned::VersionedTransaction;

use super::htlc::{self, Call, Movement};
use super::moves::{Settled, Settlement};
use super::{Payout, Token, World};
use crate::account::ExecutionKind;
use crate::chain::ChainError;
use crate::solana::{CosignOffer, Executed, Rejected};
use crate::swap::TransactionId;

impl World {
    /// Runs a transaction that its user signed.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that the cluster answers with.
    pub(crate) fn cosign(
        &mut self,
        now: UnixSeconds,
        token: &Token,
        offer: &CosignOffer,
        signed: VersionedTransaction,
    ) -> Result<TransactionId, Rejected> {
        let done = self.solana.fund(now, offer, signed)?;
        let (from, to) = (offer.order.user.to_string(), offer.vault.to_string());
        let amount = U256::from(offer.order.amount);
        let call = ("cosigned transfer", ExecutionKind::Deposit);
        Ok(self.record_run(done, Movement { call, token, from, to, amount }))
    }

    /// Pays out on the destination and empties the vault, in this order: the resolver bears the
    /// risk. A vault that has not enough stops the payout.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says what the claim or the payout fails with.
    pub(super) fn settle_cosign(
        &mut self,
        now: UnixSeconds,
        settlement: &Settlement<'_>,
        offer: &CosignOffer,
    ) -> Result<Settled, ChainError> {
        if offer.order.asset.balance(&self.solana.engine, &offer.vault) < offer.order.amount {
            return Err(ChainError::Reverted("the vault has not as much".to_owned()));
        }
        let payout = self.pay(now, settlement)?;
        let resolver = self.solana.resolver_address();
        let call = ("vault claim", ExecutionKind::Claim);
        let claim = self.release(now, (settlement.source, offer), &resolver, call)?;
        Ok(Settled { payout, claim })
    }

    /// Pays a deposit back out of the vault.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says what the payment fails with.
    pub(crate) fn give_back(
        &mut self,
        now: UnixSeconds,
        token: &Token,
        offer: &CosignOffer,
        to: &Address,
    ) -> Result<TransactionId, ChainError> {
        self.release(now, (token, offer), to, ("vault refund", ExecutionKind::Refund))
    }

    /// Pays what the resolver has on Solana.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says what the payment fails with.
    pub(super) fn pay_on_solana(
        &mut self,
        now: UnixSeconds,
        payout: &Payout<'_>,
        to: &Address,
    ) -> Result<TransactionId, ChainError> {
        let Payout { token, amount, kind, .. } = *payout;
        let asset = token.asset.ok_or_else(htlc::elsewhere)?;
        let done = self.solana.pay(now, asset, to, amount.saturating_to())?;
        let (from, to) = (self.solana.resolver_address().to_string(), to.to_string());
        let call = ("Solana payment", kind);
        Ok(self.record_run(done, Movement { call, token, from, to, amount }))
    }

    fn release(
        &mut self,
        now: UnixSeconds,
        (token, offer): (&Token, &CosignOffer),
        to: &Address,
        call: Call,
    ) -> Result<TransactionId, ChainError> {
        let done = self.solana.release(now, offer, to)?;
        let (from, to) = (offer.vault.to_string(), to.to_string());
        let amount = U256::from(offer.order.amount);
        Ok(self.record_run(done, Movement { call, token, from, to, amount }))
    }

    fn record_run(&mut self, done: Executed, movement: Movement<'_>) -> TransactionId {
        let id = TransactionId::Solana(done.id);
        self.record_movement(id, done.compute_units, movement);
        id
    }
}
