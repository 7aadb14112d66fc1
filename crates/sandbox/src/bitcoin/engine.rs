//! Bitcoin Core's own script engine.

use bitcoin::consensus::encode::serialize;
use bitcoin::{Transaction, TxOut};
use bitcoinconsensus::{Utxo, VERIFY_ALL_PRE_TAPROOT, VERIFY_TAPROOT, verify_with_flags};

/// Runs the scripts of every input, taproot included.
///
/// # Errors
///
/// Returns the number of the first input that may not spend what it spends.
pub(super) fn verify(transaction: &Transaction, spent: &[TxOut]) -> Result<(), usize> {
    let bytes = serialize(transaction);
    let utxos: Option<Vec<Utxo>> = spent.iter().map(utxo).collect();
    let utxos = utxos.ok_or(0_usize)?;
    for (index, coin) in spent.iter().enumerate() {
        let (script, value) = (coin.script_pubkey.as_bytes(), coin.value.to_sat());
        let flags = VERIFY_ALL_PRE_TAPROOT | VERIFY_TAPROOT;
        verify_with_flags(script, value, &bytes, Some(&utxos), index, flags).map_err(|_| index)?;
    }
    Ok(())
}

/// Shows a coin to the engine, which reads it only while `coin` is borrowed.
fn utxo(coin: &TxOut) -> Option<Utxo> {
    Some(Utxo {
        script_pubkey: coin.script_pubkey.as_bytes().as_ptr(),
        script_pubkey_len: coin.script_pubkey.len().try_into().ok()?,
        value: coin.value.to_sat().try_into().ok()?,
    })
}
