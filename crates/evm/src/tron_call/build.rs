use countersign_approval::{CallAction, Fact, TronBlock, TronCallFacts, TronCallTerms};
use countersign_units::{EvmAddress, Lots, UnixSeconds};
use prost::Message;

use super::TronCallDraft;
use super::wire::{
    Any, Contract, Raw, TRANSFER, TRANSFER_URL, TRIGGER, TRIGGER_URL, Transfer, Trigger,
};
use crate::BuildError;
use crate::call::action::message;

/// What Tron writes before an address.
pub(super) const PREFIX: u8 = 0x41;
/// Tron counts time in milliseconds.
pub(super) const MILLIS: u64 = 1_000;

impl TronCallDraft {
    /// Makes a draft of what the terms ask for. It names the block of the facts, expires as late as
    /// the terms allow, and lets a call burn a quarter more than it needs.
    ///
    /// # Errors
    ///
    /// Returns a [`BuildError`] where the facts lack what a draft is made by, or ask for more than
    /// the terms allow.
    pub fn build(
        terms: &TronCallTerms,
        facts: &TronCallFacts,
        now: UnixSeconds,
    ) -> Result<Self, BuildError> {
        let reference = facts.reference.ok_or(BuildError::Missing(Fact::Blockhash.as_str()))?;
        let (ref_block_bytes, ref_block_hash) = names_of(&reference);
        let expiration = terms.deadline.min(now.saturating_add(terms.max_expiration_seconds));
        let native = matches!(terms.action, CallAction::TransferNative { .. });
        let raw = Raw {
            ref_block_bytes: ref_block_bytes.to_vec(),
            ref_block_num: 0,
            ref_block_hash: ref_block_hash.to_vec(),
            expiration: millis(expiration)?,
            data: Vec::new(),
            contract: vec![contract(terms)?],
            scripts: Vec::new(),
            timestamp: millis(now)?,
            fee_limit: if native { 0 } else { fee_limit(terms, facts)? },
        };
        Ok(Self::new(raw.encode_to_vec()))
    }
}

/// Returns how a transaction names a block: the end of its height, and the middle of its id.
pub(super) fn names_of(block: &TronBlock) -> ([u8; 2], [u8; 8]) {
    let height = block.number.to_be_bytes().last_chunk().copied().unwrap_or_default();
    let (eighths, _) = block.id.as_chunks::<8>();
    (height, eighths.get(1).copied().unwrap_or_default())
}

fn contract(terms: &TronCallTerms) -> Result<Contract, BuildError> {
    let (to, value, data) = message(&terms.action, terms.owner);
    let (owner_address, to) = (in_tron(terms.owner), in_tron(to));
    let (kind, type_url, value) = match terms.action {
        CallAction::ReplaceNonce | CallAction::FillNonce => {
            return Err(BuildError::Missing("an account nonce"));
        }
        CallAction::TransferNative { .. } => {
            let amount = sun(value)?;
            let transfer = Transfer { owner_address, to_address: to, amount };
            (TRANSFER, TRANSFER_URL, transfer.encode_to_vec())
        }
        _ => {
            let contract_address = to;
            let trigger = Trigger { owner_address, contract_address, data, ..Trigger::default() };
            (TRIGGER, TRIGGER_URL, trigger.encode_to_vec())
        }
    };
    let parameter = Some(Any { type_url: type_url.to_owned(), value });
    Ok(Contract { kind, parameter, ..Contract::default() })
}

pub(super) fn in_tron(address: EvmAddress) -> Vec<u8> {
    [&[PREFIX], address.as_bytes().as_slice()].concat()
}

fn fee_limit(terms: &TronCallTerms, facts: &TronCallFacts) -> Result<i64, BuildError> {
    let energy = facts.call.gas.ok_or(BuildError::Missing(Fact::Gas.as_str()))?;
    let price = facts.call.base_fee.ok_or(BuildError::Missing(Fact::BaseFee.as_str()))?;
    let (needed, most) =
        (price.saturating_mul(u128::from(energy)), u128::from(terms.max_fee_limit));
    if needed > most {
        return Err(BuildError::Price { needed, most });
    }
    let limit = needed.saturating_add(needed.div_ceil(4)).min(most);
    i64::try_from(limit).map_err(|_| BuildError::Price { needed: limit, most: I64_MAX })
}

/// The most that Tron can count.
const I64_MAX: u128 = 0x7fff_ffff_ffff_ffff;

fn sun(amount: Lots) -> Result<i64, BuildError> {
    let needed = amount.value().saturating_to();
    i64::try_from(amount.value()).map_err(|_| BuildError::Price { needed, most: I64_MAX })
}

fn millis(time: UnixSeconds) -> Result<i64, BuildError> {
    let millis = time.value().saturating_mul(MILLIS);
    let needed = u128::from(millis);
    i64::try_from(millis).map_err(|_| BuildError::Price { needed, most: I64_MAX })
}
