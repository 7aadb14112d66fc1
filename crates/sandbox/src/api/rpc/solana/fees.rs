//! What transactions cost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use solana_address::Address;
use solana_message::VersionedMessage;
use solana_sdk::signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

use super::super::error::RpcError;
use super::params::Params;
use super::{at, in_context};
use crate::json::Json;
use crate::solana::Engine;

/// How many accounts can be asked about at once.
const MOST: usize = 128;
/// How many slots are told about.
const SLOTS: u64 = 150;

/// Answers `getRecentPrioritizationFees`: there is room for everybody, so nobody had to pay more.
pub(super) fn recent(engine: &Engine, params: &Params) -> Result<Json, RpcError> {
    if !params.is_empty() {
        let expected = "at most 128 addresses in base58";
        let _: Vec<Address> = params.several((0, MOST), expected)?;
    }
    let newest = engine.latest().slot;
    let oldest = newest.saturating_sub(SLOTS).max(engine.first_slot());
    Ok(Json::list((oldest..=newest).map(|slot| {
        Json::object([("slot", Json::from(slot)), ("prioritizationFee", Json::from(0))])
    })))
}

/// Answers `getFeeForMessage`: nothing for one whose blockhash is not recent.
pub(super) fn of_message(engine: &mut Engine, params: &Params) -> Result<Json, RpcError> {
    at(engine, params, 1)?;
    let text: String = params.required(0, "a message in base64")?;
    let bytes = STANDARD.decode(text).ok();
    let message = bytes.and_then(|bytes| bincode::deserialize::<VersionedMessage>(&bytes).ok());
    let message = message.ok_or_else(|| RpcError::params("a message in base64"))?;
    let signers = usize::from(message.header().num_required_signatures);
    let signatures = vec![Signature::default(); signers];
    let fee = engine.fee(VersionedTransaction { signatures, message });
    Ok(in_context(engine, fee.into()))
}
