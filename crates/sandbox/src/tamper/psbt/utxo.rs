//! Lies about what an input spends.

use bitcoin::absolute::LockTime;
use bitcoin::hashes::Hash;
use bitcoin::{Amount, ScriptBuf, TapNodeHash, Transaction, XOnlyPublicKey};

use super::{PsbtScene, Tamper};
use crate::bitcoin::{CoinForm, PsbtParams};

/// By how many satoshis an amount is wrong.
const WRONG_BY: Amount = Amount::from_sat(1_000);

/// Tells a lie about what the last input spends, if it is one.
pub(super) fn apply(tamper: Tamper, params: &mut PsbtParams, scene: &PsbtScene<'_>) {
    let previous = previous_transaction(params, scene);
    let attacker = &scene.bitcoin.attacker;
    let Some(input) = params.psbt.inputs.last_mut() else { return };
    let is_taproot = scene.offer.payer.form == CoinForm::P2tr;
    match tamper {
        Tamper::BtcPreviousTransaction => {
            input.non_witness_utxo = previous.map(|mut transaction| {
                transaction.lock_time = LockTime::from_consensus(1);
                transaction
            });
        }
        Tamper::BtcUtxoAmounts => {
            input.non_witness_utxo = previous;
            if let Some(coin) = &mut input.witness_utxo {
                coin.value = coin.value.checked_add(WRONG_BY).unwrap_or(coin.value);
            }
        }
        Tamper::BtcUtxoScript => {
            input.non_witness_utxo = None;
            if let Some(coin) = &mut input.witness_utxo {
                coin.script_pubkey = attacker.script(CoinForm::P2wpkh);
            }
        }
        Tamper::BtcWitnessScript => {
            input.witness_script = Some(ScriptBuf::from_bytes(vec![0x51]));
        }
        Tamper::BtcRedeemScript => input.redeem_script = Some(attacker.script(CoinForm::P2wpkh)),
        Tamper::BtcTapInternalKey if is_taproot => {
            input.tap_internal_key = Some(XOnlyPublicKey::from(attacker.public_key()));
        }
        Tamper::BtcTapMerkleRoot if is_taproot => {
            input.tap_merkle_root = Some(TapNodeHash::from_byte_array([0x5a; 32]));
        }
        _ => {}
    }
}

fn previous_transaction(params: &PsbtParams, scene: &PsbtScene<'_>) -> Option<Transaction> {
    let txid = params.psbt.unsigned_tx.input.last()?.previous_output.txid;
    Some(scene.bitcoin.ledger.transaction(&txid)?.transaction.clone())
}
