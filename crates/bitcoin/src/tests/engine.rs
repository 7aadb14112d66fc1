//! Bitcoin Core's own script engine, as the judge of what we sign.

use bitcoin::consensus::encode::serialize;
use bitcoin::{Transaction, TxOut};
use bitcoinconsensus::{Utxo, VERIFY_ALL_PRE_TAPROOT, VERIFY_TAPROOT, verify_with_flags};

/// Says whether an input of a transaction may spend what it spends.
pub(super) fn accepts(tx: &Transaction, spent: &[TxOut], input: usize) -> bool {
    let utxos: Vec<Utxo> = spent
        .iter()
        .map(|coin| Utxo {
            script_pubkey: coin.script_pubkey.as_bytes().as_ptr(),
            script_pubkey_len: coin.script_pubkey.len().try_into().unwrap(),
            value: coin.value.to_sat().try_into().unwrap(),
        })
        .collect();
    let (coin, bytes) = (&spent[input], serialize(tx));
    let flags = VERIFY_ALL_PRE_TAPROOT | VERIFY_TAPROOT;
    let script = coin.script_pubkey.as_bytes();
    verify_with_flags(script, coin.value.to_sat(), &bytes, Some(&utxos), input, flags).is_ok()
}
