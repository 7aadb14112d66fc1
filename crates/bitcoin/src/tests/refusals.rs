//! What must be refused, each one change away from an honest PSBT.

mod inputs;
mod moments;
mod outputs;
mod payload;

use bitcoin::ScriptBuf;
use countersign_approval::{BitcoinFacts, Code, Refusal, Sats};
use serde_json::Value;

use super::honest::{Built, Honest, Kind, script, secret_key};
use super::terms::{NOW, no_facts};
use crate::secp::secp;
use crate::{PsbtPayload, VerifyError, judge};

pub(super) fn refusal(built: &Built, payload: &Value, facts: &BitcoinFacts) -> Refusal {
    match judge(&PsbtPayload::new(payload.to_string()), &built.terms, facts, NOW) {
        Err(VerifyError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

/// Refuses an honest PSBT after one change, for this reason among the reasons.
pub(super) fn refuses(code: Code, change: impl FnOnce(&mut Built)) {
    refuses_shape(&Honest::default(), code, change);
}

pub(super) fn refuses_shape(honest: &Honest, code: Code, change: impl FnOnce(&mut Built)) {
    let mut built = honest.build();
    let judged =
        judge(&PsbtPayload::new(built.payload().to_string()), &built.terms, &no_facts(), NOW);
    assert!(judged.is_ok(), "the twin is honest: {}", judged.unwrap_err());
    change(&mut built);
    let payload = built.payload();
    let refusal = refusal(&built, &payload, &no_facts());
    assert!(refusal.has(code), "expected {code}: {refusal}");
}

pub(super) fn refuses_payload(code: Code, change: impl FnOnce(&mut Value)) {
    let built = Honest::default().build();
    let mut payload = built.payload();
    change(&mut payload);
    let refusal = refusal(&built, &payload, &no_facts());
    assert!(refusal.has(code), "expected {code}: {refusal}");
}

pub(super) fn refuses_facts(code: Code, facts: &BitcoinFacts) {
    let built = Honest::default().build();
    let payload = built.payload();
    let refusal = refusal(&built, &payload, facts);
    assert!(refusal.has(code), "expected {code}: {refusal}");
}

pub(super) fn attacker() -> ScriptBuf {
    script(Kind::Wpkh, secret_key(0x44).public_key(secp()))
}

pub(super) fn sats(value: u64) -> Sats {
    Sats::new(value).unwrap()
}
