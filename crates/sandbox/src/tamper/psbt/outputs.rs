//! Lies about the outputs, and what is left for the fee.

use bitcoin::{Amount, Psbt, ScriptBuf};

use super::{CHANGE, LOCKED, PsbtScene, Tamper, add_input, add_output, take_from_change};
use crate::bitcoin::PsbtParams;

/// What a lie takes out of the change.
const STOLEN: u64 = 10_000;
/// What is moved between the outputs.
const MOVED: u64 = 1_000;
/// The fee that the sample policy just does not allow.
const FEE: u64 = 20_001;

/// Tells a lie about the outputs, if it is one.
pub(super) fn apply(tamper: Tamper, params: &mut PsbtParams, scene: &PsbtScene<'_>) {
    let psbt = &mut params.psbt;
    match tamper {
        Tamper::BtcExtraOutput if take_from_change(psbt, STOLEN) => {
            add_output(psbt, STOLEN, scene.attacker_script());
        }
        Tamper::BtcHtlcAmountTooSmall => shrink(psbt, scene.offer.sats()),
        Tamper::BtcAmountMore if take_from_change(psbt, MOVED) => {
            set_locked(psbt, scene.offer.sats().saturating_add(MOVED));
        }
        Tamper::BtcOutputAmountOverflow => {
            for _ in 0..2 {
                add_output(psbt, u64::MAX >> 1, scene.attacker_script());
            }
        }
        Tamper::BtcChangeToAttacker => pay_change_to(psbt, scene.attacker_script()),
        Tamper::BtcChangeInOtherScript => {
            let key = bitcoin::PublicKey::from(scene.offer.payer.key);
            pay_change_to(psbt, ScriptBuf::new_p2pkh(&key.pubkey_hash()));
        }
        Tamper::BtcFee => {
            let paid = psbt.fee().map_or(0, Amount::to_sat);
            take_from_change(psbt, FEE.saturating_sub(paid));
        }
        Tamper::BtcFeeForeignShort => short_change(psbt, scene),
        _ => {}
    }
}

/// Gives the locked output a tenth, and the change the rest.
fn shrink(psbt: &mut Psbt, sats: u64) {
    let tenth = sats.div_euclid(10);
    set_locked(psbt, tenth);
    let rest = Amount::from_sat(sats.saturating_sub(tenth));
    if let Some(change) = psbt.unsigned_tx.output.get_mut(CHANGE) {
        change.value = change.value.checked_add(rest).unwrap_or(change.value);
    }
}

fn set_locked(psbt: &mut Psbt, sats: u64) {
    if let Some(output) = psbt.unsigned_tx.output.get_mut(LOCKED) {
        output.value = Amount::from_sat(sats);
    }
}

fn pay_change_to(psbt: &mut Psbt, script: ScriptBuf) {
    if let Some(change) = psbt.unsigned_tx.output.get_mut(CHANGE) {
        change.script_pubkey = script;
    }
}

/// Lets the resolver bring a coin and take more back.
fn short_change(psbt: &mut Psbt, scene: &PsbtScene<'_>) {
    let Some((outpoint, coin)) = scene.foreign_coin() else { return };
    if take_from_change(psbt, STOLEN) {
        add_input(psbt, outpoint, coin);
        let back = coin.output.value.to_sat().saturating_add(STOLEN);
        add_output(psbt, back, coin.output.script_pubkey.clone());
    }
}
