//! Plain payments: what arrived at an address, and what the resolver pays to one.

use alloy::primitives::U256;
use countersign_units::UnixSeconds;

use super::arrivals::Arrival;
use super::moves::Destination;
use super::{Token, World};
use crate::account::ExecutionKind;
use crate::chain::ChainError;
use crate::swap::TransactionId;

/// What arrived at an address that nothing leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) amount: U256,
    /// The transactions that brought it, the oldest first.
    pub(crate) transactions: Vec<String>,
}

/// A payment of the resolver's.
pub(crate) struct Payout<'a> {
    pub(crate) kind: ExecutionKind,
    pub(crate) token: &'a Token,
    pub(crate) to: Destination,
    pub(crate) amount: U256,
}

impl World {
    /// Says what arrived at an address that nothing leaves.
    pub(crate) fn arrived(&self, token: &Token, address: &str) -> Arrived {
        let mut arrived = Arrived::default();
        for Arrival { id, amount } in self.received(token, address) {
            arrived.amount = arrived.amount.saturating_add(amount);
            arrived.transactions.push(token.write_id(id));
        }
        arrived
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
        match &payout.to {
            Destination::Evm(to) => self.pay_where_evm_runs(now, payout, *to),
            Destination::Bitcoin(script, to) => self.pay_in_coins(now, payout, (script, to)),
            Destination::Solana(to) => self.pay_on_solana(now, payout, to),
        }
    }
}
