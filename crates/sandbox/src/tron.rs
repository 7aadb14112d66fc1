//! Transactions in Tron's own form: protocol buffers that name a recent block and their own end.
//!
//! They run in the EVM: energy is its gas, at one price for everybody. Bandwidth, frozen TRX,
//! several keys for an account, and what it costs to make one are not there.

mod refused;
mod transaction;
mod wire;

pub(crate) use refused::Refused;
pub(crate) use transaction::{Contract, Transaction};

use crate::chain::{Block, Ran};

/// How many sun a unit of energy costs.
pub(crate) const ENERGY_PRICE: u64 = 100;
/// What stands before each address, in bytes.
pub(crate) const PREFIX: u8 = 0x41;

/// A transaction in a block.
#[derive(Clone, Debug)]
pub(crate) struct Mined {
    pub(crate) transaction: Transaction,
    pub(crate) block: Block,
    pub(crate) ran: Ran,
}

impl Mined {
    /// Returns how much energy it took: TRX alone moves without any.
    pub(crate) const fn energy(&self) -> u64 {
        match self.transaction.contract {
            Contract::Transfer { .. } => 0,
            Contract::Trigger { .. } => self.ran.gas_used,
        }
    }

    /// Returns what its owner paid for energy, in sun.
    pub(crate) const fn fee(&self) -> u64 {
        self.energy().saturating_mul(ENERGY_PRICE)
    }
}
