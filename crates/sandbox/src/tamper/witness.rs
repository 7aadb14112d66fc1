//! Lies about the witness, its hash and its type string.

use alloy::primitives::{B256, keccak256};

use super::{Scene, Tamper};
use crate::answer::Answer;
use crate::json::Json;
use crate::payload::Payload;

const TEN_YEARS: u64 = 10 * 365 * 24 * 60 * 60;

/// Tells a lie about the witness, if it is one.
pub(super) fn apply(tamper: Tamper, answer: &mut Answer, scene: &Scene) {
    values(tamper, answer, scene);
    hash(tamper, &mut answer.payload);
    type_string(tamper, &mut answer.payload.witness_type_string);
}

/// Changes a value of the witness; its hash follows where it can.
fn values(tamper: Tamper, answer: &mut Answer, scene: &Scene) {
    // A witness has its addresses in hex, whatever the network.
    let attacker = Json::text(scene.attacker);
    let (member, value) = match tamper {
        Tamper::WitnessResolver => ("resolverDepositAddress", attacker),
        Tamper::ResolverEverywhere => {
            answer.payload.resolver = scene.form.write(scene.attacker);
            ("resolverDepositAddress", attacker)
        }
        Tamper::WitnessSecretHash => {
            ("secretHash", Json::text(keccak256("a secret that somebody else knows")))
        }
        Tamper::WitnessSecretHashZero => ("secretHash", Json::text(B256::ZERO)),
        Tamper::WitnessSecretHashShort => {
            ("secretHash", Json::text(shortened(&answer.secret_hash)))
        }
        Tamper::WitnessDeadline => ("deadline", Json::text(scene.now.saturating_add(TEN_YEARS))),
        Tamper::WitnessExtraMember => ("refund", attacker),
        _ => return,
    };
    if let Some(witness) = answer.payload.witness_mut() {
        witness.set(member, value);
    }
    // A value that its type cannot hold has no hash; a member outside the type is not in it.
    if !matches!(tamper, Tamper::WitnessSecretHashShort | Tamper::WitnessExtraMember) {
        answer.payload.rehash();
    }
}

fn hash(tamper: Tamper, payload: &mut Payload) {
    match tamper {
        Tamper::WitnessHash => {
            let honest: B256 = payload.witness_hash.parse().unwrap_or_default();
            payload.witness_hash = (honest ^ B256::with_last_byte(1)).to_string();
        }
        Tamper::WitnessHashZero => payload.witness_hash = B256::ZERO.to_string(),
        Tamper::WitnessHashWrongLength => payload.witness_hash = shortened(&payload.witness_hash),
        _ => {}
    }
}

fn type_string(tamper: Tamper, text: &mut String) {
    *text = match tamper {
        Tamper::WitnessTypeStringHidesOtherStruct => {
            text.replace("resolverDepositAddress", "attacker")
        }
        Tamper::WitnessTypeStringExtraStruct => format!("{text}ZExtra(address to)"),
        Tamper::WitnessTypeStringSpaceAfterComma => text.replacen(',', ", ", 1),
        Tamper::WitnessTypeStringNarrow => text.replacen("uint256 deadline", "uint128 deadline", 1),
        Tamper::WitnessTypeStringEmpty => String::new(),
        _ => return,
    };
}

/// Takes the last byte off a hexadecimal text.
fn shortened(hex: &str) -> String {
    let end = hex.len().saturating_sub(2);
    hex.get(..end).unwrap_or_default().to_owned()
}
