//! Plain payments: what arrived at an address, and what the resolver pays to one.

use std::collections::BTreeSet;

use alloy::primitives::U256;
use countersign_units::UnixSeconds;

use super::htlc::Movement;
use super::moves::Destination;
use super::{Token, World};
use crate::account::ExecutionKind;
use crate::bitcoin::script_of;
use crate::chain::ChainError;
use crate::network::NetworkKind;
use crate::solana::read_address;
use crate::swap::TransactionId;

/// What arrived at an address that nothing leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) amount: U256,
    /// The transactions that brought it, as far as they are known.
    pub(crate) transactions: Vec<String>,
}

/// A payment of the resolver's.
pub(crate) struct Payout<'a> {
    pub(crate) kind: ExecutionKind,
    pub(crate) token: &'a Token,
    pub(crate) to: Destination,
    pub(crate) amount: U256,
}

impl Destination {
    /// Reads an address as the network of a token writes it.
    pub(crate) fn read(token: &Token, text: &str) -> Option<Self> {
        if let Some(form) = token.listing.network.addresses() {
            return form.read(text).map(Self::Evm);
        }
        if token.is_on(NetworkKind::Bitcoin) {
            return script_of(text).map(|script| Self::Bitcoin(script, text.to_owned()));
        }
        read_address(text).map(Self::Solana)
    }
}

impl World {
    /// Says what arrived at an address that nothing leaves.
    pub(crate) fn arrived(&mut self, token: &Token, address: &str) -> Arrived {
        let amount = match Destination::read(token, address) {
            Some(Destination::Bitcoin(script, _)) => {
                let coins = self.bitcoin.ledger.coins_of(&script);
                let txids: BTreeSet<_> =
                    coins.iter().map(|(outpoint, _)| outpoint.txid.to_string()).collect();
                let amount = U256::from(self.bitcoin.ledger.balance(&script));
                return Arrived { amount, transactions: txids.into_iter().collect() };
            }
            Some(Destination::Evm(account)) => token
                .contract
                .and_then(|contract| self.evm_balance(token.listing.network, contract, account)),
            Some(Destination::Solana(owner)) => {
                token.asset.map(|asset| U256::from(asset.balance(&self.solana.engine, &owner)))
            }
            None => None,
        };
        Arrived { amount: amount.unwrap_or_default(), transactions: Vec::new() }
    }

    /// Pays from what the resolver has.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] that says what the payment fails with.
    pub(crate) fn pay_out(
        &mut self,
        now: UnixSeconds,
        payout: &Payout<'_>,
    ) -> Result<TransactionId, ChainError> {
        let Payout { token, amount, .. } = *payout;
        match (&payout.to, token.contract, token.asset) {
            (Destination::Evm(to), Some(contract), _) => {
                let from = self.parties.resolver.address();
                let chain = self.chain(token.listing.network)?;
                let receipt = chain.transfer(now, contract, (from, *to), amount)?;
                let (from, to) = (token.write(from), token.write(*to));
                let id = TransactionId::Evm(receipt.id);
                Ok(self.record_payout((id, receipt.gas_used), payout, (from, to)))
            }
            (Destination::Bitcoin(script, to), ..) => {
                let paid = self.bitcoin.pay(now, script.clone(), amount.saturating_to());
                let txid = paid.map_err(|reason| ChainError::Reverted(reason.to_string()))?;
                let from = super::htlc::address(&self.bitcoin.resolver_script());
                let id = TransactionId::Bitcoin(txid);
                Ok(self.record_payout((id, 0), payout, (from, to.clone())))
            }
            (Destination::Solana(to), _, Some(asset)) => {
                let done = self.solana.pay(now, asset, to, amount.saturating_to())?;
                let from = self.solana.resolver_address().to_string();
                let id = TransactionId::Solana(done.id);
                Ok(self.record_payout((id, done.compute_units), payout, (from, to.to_string())))
            }
            _ => Err(ChainError::Engine("the recipient belongs to another network".to_owned())),
        }
    }

    fn record_payout(
        &mut self,
        (id, gas_used): (TransactionId, u64),
        payout: &Payout<'_>,
        (from, to): (String, String),
    ) -> TransactionId {
        let Payout { kind, token, amount, .. } = *payout;
        let call = match kind {
            ExecutionKind::Refund => "resolver refund",
            _ => "resolver payment",
        };
        self.record_movement(
            id,
            gas_used,
            Movement { call: (call, kind), token, from, to, amount },
        );
        id
    }
}
