//! Lies about which coins are spent, which inputs are to be signed, and how.

use bitcoin::Psbt;
use bitcoin::absolute::LockTime;
use bitcoin::psbt::PsbtSighashType;

use super::{PsbtScene, Tamper, add_input, add_output};
use crate::bitcoin::{PsbtParams, describe};

/// `SIGHASH_NONE | SIGHASH_ANYONECANPAY`.
const NONE_ANYONE_CAN_PAY: u32 = 0x82;
/// `SIGHASH_ALL | SIGHASH_ANYONECANPAY`.
const ALL_ANYONE_CAN_PAY: u32 = 0x81;
/// A bit that other chains use, with ALL.
const UNKNOWN: u32 = 0x41;
/// 2100-01-01T00:00:00Z.
const YEAR_2100: u32 = 4_102_444_800;

/// Tells a lie about the inputs, if it is one.
pub(super) fn apply(tamper: Tamper, params: &mut PsbtParams, scene: &PsbtScene<'_>) {
    match tamper {
        Tamper::BtcSighashNoneAnyoneCanPay => ask_for(&mut params.psbt, NONE_ANYONE_CAN_PAY, 0),
        Tamper::BtcSighashUnknown => ask_for(&mut params.psbt, UNKNOWN, 0),
        Tamper::BtcSighashAllAnyoneCanPay => {
            let last = params.psbt.inputs.len().saturating_sub(1);
            ask_for(&mut params.psbt, ALL_ANYONE_CAN_PAY, last);
        }
        Tamper::BtcInputsOutOfRange => params.inputs.push(next_index(params)),
        Tamper::BtcInputsEmpty => params.inputs.clear(),
        Tamper::BtcInputsOmits => drop(params.inputs.pop()),
        Tamper::BtcInputs2Pow32 => {
            params.inputs.iter_mut().take(1).for_each(|index| *index |= 1 << 32);
        }
        Tamper::BtcInputsForeign => sign_foreign(params, scene),
        Tamper::BtcLargerCoin => take_larger(&mut params.psbt, scene),
        Tamper::BtcUnexpectedCoin => take_another(params, scene),
        Tamper::BtcLocktime => {
            params.psbt.unsigned_tx.lock_time = LockTime::from_consensus(YEAR_2100);
        }
        _ => {}
    }
}

/// Asks for a kind of signature from an input on.
fn ask_for(psbt: &mut Psbt, kind: u32, first: usize) {
    for input in psbt.inputs.iter_mut().skip(first) {
        input.sighash_type = Some(PsbtSighashType::from_u32(kind));
    }
}

fn next_index(params: &PsbtParams) -> u64 {
    params.inputs.last().map_or(0, |last| last.saturating_add(1))
}

/// Lets the resolver bring a coin and take as much back, and asks for a signature over it.
fn sign_foreign(params: &mut PsbtParams, scene: &PsbtScene<'_>) {
    let Some((outpoint, coin)) = scene.foreign_coin() else { return };
    params.inputs.push(next_index(params));
    add_input(&mut params.psbt, outpoint, coin);
    let back = coin.output.value.to_sat();
    add_output(&mut params.psbt, back, coin.output.script_pubkey.clone());
}

/// Replaces the last input by the owner's largest coin: the rest goes to the miners.
fn take_larger(psbt: &mut Psbt, scene: &PsbtScene<'_>) {
    let Some((outpoint, coin)) = scene.spare_coin() else { return };
    let last = psbt.inputs.len().saturating_sub(1);
    if let Some(input) = psbt.unsigned_tx.input.get_mut(last) {
        input.previous_output = outpoint;
    }
    describe(psbt, last, coin.output.clone(), (&scene.bitcoin.ledger, &scene.offer.payer));
}

/// Adds a coin of the owner's, and pays it to the attacker.
fn take_another(params: &mut PsbtParams, scene: &PsbtScene<'_>) {
    let Some((outpoint, coin)) = scene.spare_coin() else { return };
    let index = params.psbt.inputs.len();
    params.inputs.push(next_index(params));
    add_input(&mut params.psbt, outpoint, coin);
    let known = (&scene.bitcoin.ledger, &scene.offer.payer);
    describe(&mut params.psbt, index, coin.output.clone(), known);
    add_output(&mut params.psbt, coin.output.value.to_sat(), scene.attacker_script());
}
