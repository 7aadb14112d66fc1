//! A signed PSBT that comes back: whether it is the one that was offered, and its transaction.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin::psbt::Input;
use bitcoin::script::{Builder, PushBytesBuf};
use bitcoin::{Psbt, ScriptBuf, Transaction, Witness};

use super::Offer;
use super::keys::redeem_script;

/// Why a signed PSBT is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApprovalError {
    #[error("expected a PSBT in base64")]
    Encoding,
    #[error("expected the transaction that was offered, found another one")]
    OtherTransaction,
}

/// Returns the transaction that a signed PSBT makes, with whatever signatures it has: final ones,
/// or partial ones that are put in their place here.
///
/// # Errors
///
/// Returns an [`ApprovalError`] if the text is no PSBT, or not over the offered transaction.
pub(crate) fn signed_transaction(offer: &Offer, text: &str) -> Result<Transaction, ApprovalError> {
    let bytes = STANDARD.decode(text).map_err(|_| ApprovalError::Encoding)?;
    let psbt = Psbt::deserialize(&bytes).map_err(|_| ApprovalError::Encoding)?;
    if psbt.unsigned_tx != offer.psbt.unsigned_tx {
        return Err(ApprovalError::OtherTransaction);
    }
    let Psbt { unsigned_tx: mut transaction, inputs, .. } = psbt;
    for (input, signed) in transaction.input.iter_mut().zip(&inputs) {
        (input.script_sig, input.witness) = finalised(offer, signed);
    }
    Ok(transaction)
}

fn finalised(offer: &Offer, input: &Input) -> (ScriptBuf, Witness) {
    if let Some(witness) = &input.final_script_witness {
        return (input.final_script_sig.clone().unwrap_or_default(), witness.clone());
    }
    if let Some(signature) = &input.tap_key_sig {
        return (ScriptBuf::new(), Witness::p2tr_key_spend(signature));
    }
    let key = offer.payer.key;
    let Some(signature) = input.partial_sigs.get(&key.into()) else {
        return (ScriptBuf::new(), Witness::new());
    };
    let nested = input.redeem_script.is_some();
    let script_sig = if nested { push(&redeem_script(key)) } else { ScriptBuf::new() };
    (script_sig, Witness::p2wpkh(signature, &key.0))
}

/// Writes a script that pushes another.
pub(super) fn push(script: &ScriptBuf) -> ScriptBuf {
    let bytes = PushBytesBuf::try_from(script.to_bytes()).unwrap_or_default();
    Builder::new().push_slice(bytes).into_script()
}
