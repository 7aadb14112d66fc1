//! A transaction as it comes in, and who signed it.

use alloy::primitives::{Address, B256, Bytes, Signature};
use prost::Message;
use sha2::{Digest, Sha256};

use super::wire::{Envelope, Item, RawData, TransferContract, TriggerSmartContract};
use super::{PREFIX, Refused};

/// The kinds of contracts that are taken, and what their parameters are called.
const TRANSFER: (i32, &str) = (1, "type.googleapis.com/protocol.TransferContract");
const TRIGGER: (i32, &str) = (31, "type.googleapis.com/protocol.TriggerSmartContract");
/// The most that a call may burn, in sun, as the network has it.
const MAX_FEE_LIMIT: u64 = 15_000_000_000;

/// A transaction that its owner signed.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    /// SHA-256 of what is signed.
    pub(crate) id: B256,
    pub(crate) owner: Address,
    pub(crate) contract: Contract,
    /// The last two bytes of a block's height, and eight from the middle of its id.
    pub(crate) reference: ([u8; 2], [u8; 8]),
    /// In milliseconds since 1970.
    pub(crate) expiration: u64,
    /// What a call may burn for energy, in sun.
    pub(crate) fee_limit: u64,
    /// What is signed.
    pub(crate) raw: Bytes,
    pub(crate) signature: Bytes,
}

/// What a transaction does. Amounts are in sun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contract {
    Transfer { to: Address, amount: u64 },
    Trigger { to: Address, value: u64, data: Bytes },
}

impl Transaction {
    /// Reads a transaction, and checks that its owner signed it.
    ///
    /// # Errors
    ///
    /// Returns a [`Refused`] if it is none, does anything but one transfer or one call, or another
    /// key signed it.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Refused> {
        let envelope = Envelope::decode(bytes).map_err(|_| Refused::Other("no transaction"))?;
        let raw = RawData::decode(envelope.raw_data.as_slice())
            .map_err(|_| Refused::Other("no raw data of a transaction"))?;
        let [item] = raw.contracts.as_slice() else {
            return Err(Refused::Other("expected one contract"));
        };
        let (owner, contract) = read(item)?;
        let id = B256::from(<[u8; 32]>::from(Sha256::digest(&envelope.raw_data)));
        let signature = signed_by(owner, &id, &envelope.signatures)?;
        Ok(Self {
            id,
            owner,
            contract,
            reference: reference(&raw)?,
            expiration: count(raw.expiration, "expiration")?,
            fee_limit: fee_limit(raw.fee_limit)?,
            raw: envelope.raw_data.into(),
            signature,
        })
    }
}

fn reference(raw: &RawData) -> Result<([u8; 2], [u8; 8]), Refused> {
    let height = raw.ref_block_bytes.as_slice().try_into();
    let id = raw.ref_block_hash.as_slice().try_into();
    height.ok().zip(id.ok()).ok_or(Refused::Reference)
}

fn read(item: &Item) -> Result<(Address, Contract), Refused> {
    if item.permission_id != 0 {
        return Err(Refused::Signature("permission denied"));
    }
    let parameter = item.parameter.as_ref().ok_or_else(|| invalid("no parameter"))?;
    match (item.kind, parameter.type_url.as_str()) {
        TRANSFER => transfer(&parameter.value),
        TRIGGER => trigger(&parameter.value),
        _ => Err(invalid("expected a transfer of TRX or a call of a contract")),
    }
}

fn transfer(bytes: &[u8]) -> Result<(Address, Contract), Refused> {
    let TransferContract { owner_address, to_address, amount } =
        TransferContract::decode(bytes).map_err(|_| invalid("contract type error"))?;
    let (owner, to) = (address(&owner_address)?, address(&to_address)?);
    if owner == to {
        return Err(invalid("Cannot transfer TRX to yourself."));
    }
    let amount = count(amount, "Amount")?;
    if amount == 0 {
        return Err(invalid("Amount must be greater than 0."));
    }
    Ok((owner, Contract::Transfer { to, amount }))
}

fn trigger(bytes: &[u8]) -> Result<(Address, Contract), Refused> {
    let call = TriggerSmartContract::decode(bytes).map_err(|_| invalid("contract type error"))?;
    if call.call_token_value != 0 {
        return Err(invalid("no token of the kind TRC-10 is here"));
    }
    let value = count(call.call_value, "callValue")?;
    let (owner, to) = (address(&call.owner_address)?, address(&call.contract_address)?);
    Ok((owner, Contract::Trigger { to, value, data: call.data.into() }))
}

/// Reads the 21 bytes of an address.
fn address(bytes: &[u8]) -> Result<Address, Refused> {
    match bytes {
        [PREFIX, address @ ..] => {
            Address::try_from(address).map_err(|_| invalid("Invalid address"))
        }
        _ => Err(invalid("Invalid address")),
    }
}

fn count(number: i64, what: &str) -> Result<u64, Refused> {
    u64::try_from(number).map_err(|_| invalid(&format!("{what} must not be negative")))
}

fn fee_limit(sun: i64) -> Result<u64, Refused> {
    let sun = count(sun, "feeLimit")?;
    if sun <= MAX_FEE_LIMIT {
        return Ok(sun);
    }
    Err(invalid(&format!("feeLimit must be >= 0 and <= {MAX_FEE_LIMIT}")))
}

fn signed_by(owner: Address, id: &B256, signatures: &[Vec<u8>]) -> Result<Bytes, Refused> {
    let [signature] = signatures else {
        return Err(Refused::Signature("expected one signature"));
    };
    let read = Signature::from_raw(signature).ok().filter(|_| signature.len() == 65);
    let signer = read.and_then(|signature| signature.recover_address_from_prehash(id).ok());
    if signer != Some(owner) {
        return Err(Refused::Signature("the owner has not signed"));
    }
    Ok(Bytes::copy_from_slice(signature))
}

fn invalid(message: &str) -> Refused {
    Refused::Contract(message.to_owned())
}
