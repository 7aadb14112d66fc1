//! What moves coins on Bitcoin: fundings, payouts, claims, and refunds that users take.

use alloy::primitives::U256;
use bitcoin::{Address, Network, Script, ScriptBuf, Transaction};
use countersign_units::{Lots, UnixSeconds};

use super::moves::{Settled, Settlement};
use super::{Payout, Token, World};
use crate::account::{Execution, ExecutionKind};
use crate::bitcoin::{Offer, Rejected};
use crate::chain::ChainError;
use crate::network::NetworkKind;
use crate::swap::TransactionId;

/// What a transaction is called, and what it is for.
pub(super) type Call = (&'static str, ExecutionKind);

/// What a transaction moved, with addresses as its network writes them.
pub(super) struct Movement<'a> {
    pub(super) call: Call,
    pub(super) token: &'a Token,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) amount: U256,
}

impl World {
    /// Takes a funding transaction into the chain.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that the chain answers with.
    pub(crate) fn fund(
        &mut self,
        now: UnixSeconds,
        token: &Token,
        offer: &Offer,
        transaction: Transaction,
    ) -> Result<TransactionId, Rejected> {
        let txid = TransactionId::Bitcoin(self.bitcoin.ledger.submit(now, transaction)?);
        self.bitcoin.promises.keep(&offer.psbt.unsigned_tx);
        let (from, to) = (address(&offer.payer.script), offer.htlc.address());
        let (call, amount) = (("HTLC fund", ExecutionKind::Deposit), U256::from(offer.sats()));
        self.record_coins(txid, Movement { call, token, from, to, amount });
        Ok(txid)
    }

    /// Pays out on the destination and takes the funded output, in this order: the resolver bears
    /// the risk. A claim that would fail stops the payout.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says what the claim or the payout fails with.
    pub(super) fn settle_htlc(
        &mut self,
        now: UnixSeconds,
        settlement: &Settlement<'_>,
        offer: &Offer,
    ) -> Result<Settled, ChainError> {
        let secret = settlement.secret.0;
        let Some(TransactionId::Bitcoin(txid)) = settlement.funded else {
            return Err(ChainError::Engine("the output was not funded".to_owned()));
        };
        self.bitcoin.try_claim((txid, offer), secret).map_err(rejected)?;
        let payout = self.pay(now, settlement)?;
        let claim = self.bitcoin.claim(now, (txid, offer), secret).map_err(rejected)?;
        let claim = TransactionId::Bitcoin(claim);
        let (from, to) = (offer.htlc.address(), address(&self.bitcoin.resolver_script()));
        let (token, amount) = (settlement.source, settlement.deposited);
        let call = ("HTLC claim", ExecutionKind::Claim);
        self.record_coins(claim, Movement { call, token, from, to, amount });
        Ok(Settled { payout, claim })
    }

    /// Pays coins of the resolver's.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says what the payment fails with.
    pub(super) fn pay_in_coins(
        &mut self,
        now: UnixSeconds,
        payout: &Payout<'_>,
        (script, to): (&ScriptBuf, &str),
    ) -> Result<TransactionId, ChainError> {
        let Payout { token, amount, kind, .. } = *payout;
        if !token.is_on(NetworkKind::Bitcoin) {
            return Err(elsewhere());
        }
        let sats = amount.saturating_to();
        let txid = self.bitcoin.pay(now, script.clone(), sats).map_err(rejected)?;
        let txid = TransactionId::Bitcoin(txid);
        let from = address(&self.bitcoin.resolver_script());
        let to = to.to_owned();
        let call = ("Bitcoin payment", kind);
        self.record_coins(txid, Movement { call, token, from, to, amount });
        Ok(txid)
    }

    /// Returns the transaction by which the user took a funded output back, once it is there.
    pub(crate) fn find_refund(
        &mut self,
        token: &Token,
        offer: &Offer,
        funded: Option<TransactionId>,
    ) -> Option<TransactionId> {
        let TransactionId::Bitcoin(funded) = funded? else { return None };
        let (txid, _) = self.bitcoin.ledger.spender(&Offer::outpoint(funded))?;
        let outputs = &self.bitcoin.ledger.transaction(&txid)?.transaction.output;
        let to = outputs.first().map(|output| address(&output.script_pubkey)).unwrap_or_default();
        let (from, amount) = (offer.htlc.address(), U256::from(offer.sats()));
        let txid = TransactionId::Bitcoin(txid);
        let call = ("HTLC refund", ExecutionKind::Refund);
        self.record_coins(txid, Movement { call, token, from, to, amount });
        Some(txid)
    }

    fn record_coins(&mut self, id: TransactionId, movement: Movement<'_>) {
        self.record_movement(id, 0, movement);
    }

    pub(super) fn record_movement(
        &mut self,
        id: TransactionId,
        gas_used: u64,
        movement: Movement<'_>,
    ) {
        let Movement { call: (call, kind), token, from, to, amount } = movement;
        self.executions.push(Execution {
            id: id.to_string(),
            network: token.listing.network.name.to_owned(),
            call: call.to_owned(),
            kind,
            intent_id: None,
            gas_used,
            token: token.listing.key.to_owned(),
            from,
            to,
            amount: Lots::new(amount),
        });
    }
}

/// Says that what is to be paid is not on the network of who is to be paid.
pub(super) fn elsewhere() -> ChainError {
    ChainError::Engine("the recipient belongs to another network".to_owned())
}

fn rejected(reason: Rejected) -> ChainError {
    ChainError::Reverted(reason.to_string())
}

fn address(script: &Script) -> String {
    Address::from_script(script, Network::Regtest)
        .map_or_else(|_| script.to_hex_string(), |address| address.to_string())
}
