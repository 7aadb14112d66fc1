//! Transactions that others signed, and what became of them.

use alloy::consensus::transaction::SignerRecoverable;
use alloy::consensus::{Signed, TxEip1559, TxEnvelope};
use alloy::eips::eip2718::Decodable2718;
use alloy::primitives::{Address, B256, Log};
use revm::context::TxEnv;

use super::history::Block;
use super::queries::Outcome;
use super::refused::Refused;

/// The type of the transactions that are taken (EIP-1559).
const DYNAMIC_FEE: u8 = 2;

/// A transaction, and who signed it.
#[derive(Clone, Debug)]
pub(crate) struct SignedCall {
    pub(crate) from: Address,
    pub(crate) signed: Signed<TxEip1559>,
}

/// A transaction in a block.
#[derive(Clone, Debug)]
pub(crate) struct Mined {
    pub(crate) call: SignedCall,
    pub(crate) block: Block,
    pub(crate) ran: Ran,
}

/// How a transaction ended.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) succeeded: bool,
    pub(crate) gas_used: u64,
    pub(crate) created: Option<Address>,
    pub(crate) logs: Vec<Log>,
    pub(crate) outcome: Outcome,
}

impl SignedCall {
    /// Reads a transaction in its canonical form (EIP-2718), and recovers who signed it.
    ///
    /// # Errors
    ///
    /// Returns a [`Refused`] if the bytes are no transaction of type 2, or the signature is none.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Refused> {
        // Anything but a list of RLP begins with its type.
        if bytes.first().is_some_and(|first| *first != DYNAMIC_FEE) {
            return Err(Refused::Type);
        }
        let envelope = TxEnvelope::decode_2718_exact(bytes)
            .map_err(|error| Refused::Malformed(error.to_string()))?;
        let from = envelope.recover_signer().map_err(|_| Refused::Sender)?;
        let TxEnvelope::Eip1559(signed) = envelope else { return Err(Refused::Type) };
        Ok(Self { from, signed })
    }

    /// Returns the name of the transaction.
    pub(crate) fn id(&self) -> B256 {
        *self.signed.hash()
    }

    pub(crate) const fn transaction(&self) -> &TxEip1559 {
        self.signed.tx()
    }

    /// Says what the engine is to run.
    pub(super) fn environment(&self) -> TxEnv {
        let transaction = self.transaction();
        TxEnv {
            tx_type: DYNAMIC_FEE,
            caller: self.from,
            gas_limit: transaction.gas_limit,
            gas_price: transaction.max_fee_per_gas,
            gas_priority_fee: Some(transaction.max_priority_fee_per_gas),
            kind: transaction.to,
            value: transaction.value,
            data: transaction.input.clone(),
            nonce: transaction.nonce,
            chain_id: Some(transaction.chain_id),
            access_list: transaction.access_list.clone(),
            ..TxEnv::default()
        }
    }
}

impl Mined {
    /// Returns what was paid for a unit of gas.
    pub(crate) fn gas_price(&self, base_fee: u64) -> u128 {
        let transaction = self.call.transaction();
        let offered = u128::from(base_fee).saturating_add(transaction.max_priority_fee_per_gas);
        offered.min(transaction.max_fee_per_gas)
    }
}
