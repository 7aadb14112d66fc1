//! Lies about the locked output.

use bitcoin::opcodes::all::{OP_CHECKSIG, OP_ELSE, OP_ENDIF, OP_IF};
use bitcoin::script::Builder;
use bitcoin::{Address, Network, NetworkKind, ScriptBuf, XOnlyPublicKey};

use super::{LOCKED, PsbtScene, Tamper};
use crate::bitcoin::{
    Htlc, HtlcKeys, Inside, Lock, PsbtParams, claim_leaf, fast_leaf, refund_leaf, secp,
    witness_script,
};
use crate::config::HtlcTemplate;

/// `OP_SIZE 32 OP_EQUALVERIFY`.
const SIZE_CHECK: [u8; 4] = [0x82, 0x01, 0x20, 0x88];
/// By how many seconds a lock time is later than the answer says.
const LATER: u32 = 3_600;
/// By how many seconds a lock time has passed.
const PAST: u64 = 86_400;

/// Tells a lie about the locked output, if it is one.
pub(super) fn apply(tamper: Tamper, params: &mut PsbtParams, scene: &PsbtScene<'_>) {
    let (keys, lock) = (scene.offer.keys, scene.offer.lock);
    let attacker = scene.bitcoin.attacker.public_key();
    match tamper {
        Tamper::BtcHtlcClaimKey => {
            relock(params, scene, &HtlcKeys { claim: attacker, ..keys }, &lock);
        }
        Tamper::BtcHtlcKeysSwapped => {
            relock(params, scene, &HtlcKeys { claim: keys.refund, refund: keys.claim }, &lock);
        }
        Tamper::BtcHtlcHash => relock(params, scene, &keys, &one_bit_off(lock)),
        Tamper::BtcHtlcLocktime => {
            let locktime = lock.locktime.saturating_add(LATER);
            relock(params, scene, &keys, &Lock { locktime, ..lock });
        }
        Tamper::BtcHtlcLocktimePast => {
            let past = u32::try_from(scene.now.saturating_sub(PAST)).unwrap_or_default();
            relock(params, scene, &keys, &Lock { locktime: past, ..lock });
            params.locktime = past;
        }
        Tamper::BtcHtlcBackDoor => {
            fund(params, rewritten(scene, |script| back_door(script, scene)));
        }
        Tamper::BtcHtlcWithoutSizeCheck => fund(params, rewritten(scene, without_size_check)),
        Tamper::BtcHtlcAsP2sh => pay_to(params, in_p2sh(&scene.offer.htlc)),
        Tamper::BtcHtlcOpaque => {
            let mut bytes = params.htlc.script_pubkey.to_bytes();
            bytes.last_mut().into_iter().for_each(|byte| *byte ^= 1);
            pay_to(params, ScriptBuf::from_bytes(bytes));
        }
        Tamper::BtcHtlcKeyOnly if scene.offer.template == HtlcTemplate::P2trV1 => {
            key_only(params, XOnlyPublicKey::from(keys.claim));
        }
        _ => {}
    }
}

fn relock(params: &mut PsbtParams, scene: &PsbtScene<'_>, keys: &HtlcKeys, lock: &Lock) {
    fund(params, Htlc::new(scene.offer.template, keys, lock));
}

/// Funds another output, with everything that the answer says of it.
fn fund(params: &mut PsbtParams, htlc: Option<Htlc>) {
    if let Some(htlc) = htlc {
        pay_to(params, htlc.script_pubkey.clone());
        params.htlc = htlc;
    }
}

fn pay_to(params: &mut PsbtParams, script: ScriptBuf) {
    if let Some(output) = params.psbt.unsigned_tx.output.get_mut(LOCKED) {
        output.script_pubkey = script;
    }
}

/// Builds the honest output with another script: the only one, or the leaf that takes the secret.
fn rewritten(scene: &PsbtScene<'_>, rewrite: impl Fn(&ScriptBuf) -> ScriptBuf) -> Option<Htlc> {
    let (keys, lock) = (&scene.offer.keys, &scene.offer.lock);
    match scene.offer.template {
        HtlcTemplate::P2wshV1 => Some(Htlc::of_script(rewrite(&witness_script(keys, lock)))),
        HtlcTemplate::P2trV1 => {
            let claim = rewrite(&claim_leaf(keys, lock));
            Htlc::of_leaves(&claim, &refund_leaf(keys, lock), &fast_leaf(keys))
        }
    }
}

fn back_door(script: &ScriptBuf, scene: &PsbtScene<'_>) -> ScriptBuf {
    let key = scene.bitcoin.attacker.public_key();
    let head = Builder::new().push_opcode(OP_IF);
    let head = match scene.offer.template {
        HtlcTemplate::P2wshV1 => head.push_key(&key.into()),
        HtlcTemplate::P2trV1 => head.push_x_only_key(&key.into()),
    };
    let mut bytes = head.push_opcode(OP_CHECKSIG).push_opcode(OP_ELSE).into_bytes();
    bytes.extend_from_slice(script.as_bytes());
    bytes.push(OP_ENDIF.to_u8());
    ScriptBuf::from_bytes(bytes)
}

fn without_size_check(script: &ScriptBuf) -> ScriptBuf {
    let bytes = script.as_bytes();
    let at = bytes.windows(SIZE_CHECK.len()).position(|window| window == SIZE_CHECK);
    let head = at.and_then(|at| bytes.get(..at)).unwrap_or_default();
    let tail = at.and_then(|at| bytes.get(at.checked_add(SIZE_CHECK.len())?..));
    ScriptBuf::from_bytes([head, tail.unwrap_or_default()].concat())
}

fn in_p2sh(htlc: &Htlc) -> ScriptBuf {
    match &htlc.inside {
        Inside::Script(script) => Address::p2shwsh(script, NetworkKind::Test).script_pubkey(),
        Inside::Leaves(leaves) => ScriptBuf::new_p2sh(&leaves.claim.script_hash()),
    }
}

/// Pays to a key that has no script tree, and shows it as the internal key of one.
fn key_only(params: &mut PsbtParams, key: XOnlyPublicKey) {
    pay_to(params, Address::p2tr(secp(), key, None, Network::Regtest).script_pubkey());
    if let Inside::Leaves(leaves) = &mut params.htlc.inside {
        leaves.internal_key = key;
    }
}

fn one_bit_off(mut lock: Lock) -> Lock {
    lock.secret_hash.iter_mut().take(1).for_each(|byte| *byte ^= 1);
    lock
}
