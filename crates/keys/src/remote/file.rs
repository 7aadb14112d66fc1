//! Writes evidence down for a service that verifies it by itself.

use countersign_approval::{ConfigDigest, Terms};
use countersign_evm::CallEvidence;
use serde::Serialize;
use serde_json::value::RawValue;

use super::RemoteError;
use super::wire::{EvidenceFile, Kind, RefundFile};
use crate::KeyEvidence;

/// Writes evidence as it stands in a request.
pub(super) fn write(evidence: &KeyEvidence<'_>) -> Result<String, RemoteError> {
    json(&file(evidence)?)
}

fn file(evidence: &KeyEvidence<'_>) -> Result<EvidenceFile, RemoteError> {
    let terms = terms(evidence)?;
    let (policy, terms) = terms.map_or((None, None), |(policy, terms)| (Some(policy), Some(terms)));
    let (kind, payload) = payload(evidence)?;
    let statement = evidence.statement().map(|statement| statement.to_string());
    Ok(EvidenceFile { kind, payload, terms, policy, statement })
}

fn payload(evidence: &KeyEvidence<'_>) -> Result<(Kind, String), RemoteError> {
    Ok(match evidence {
        KeyEvidence::Permit(permit) => (Kind::Permit, permit.payload().as_json().to_owned()),
        KeyEvidence::Call(CallEvidence::Evm(call)) => (Kind::Call, call.draft().to_string()),
        KeyEvidence::Call(CallEvidence::Tron(call)) => (Kind::TronCall, call.draft().to_string()),
        KeyEvidence::Psbt(psbt) => (Kind::Psbt, psbt.payload().as_json().to_owned()),
        KeyEvidence::Payment(payment) => (Kind::Payment, payment.draft().to_hex()),
        KeyEvidence::Refund(refund) => {
            let (recipe, outpoint) = (refund.recipe().clone(), refund.outpoint());
            let file = RefundFile { recipe, outpoint, fee_rate: refund.fee_rate() };
            (Kind::Refund, json(&file)?)
        }
        KeyEvidence::Cosign(cosign) => (Kind::Cosign, cosign.payload().as_json().to_owned()),
        KeyEvidence::Transfer(transfer) => {
            (Kind::Transfer, hex::encode(transfer.draft().as_wire()))
        }
        KeyEvidence::Intent(intent) => (Kind::Intent, intent.payload().as_json().to_owned()),
        KeyEvidence::Challenge(_) => (Kind::Challenge, String::new()),
    })
}

type WrittenTerms = Option<(ConfigDigest, Box<RawValue>)>;

fn terms(evidence: &KeyEvidence<'_>) -> Result<WrittenTerms, RemoteError> {
    match evidence {
        KeyEvidence::Permit(permit) => written(permit.terms()),
        KeyEvidence::Call(CallEvidence::Evm(call)) => written(call.terms()),
        KeyEvidence::Call(CallEvidence::Tron(call)) => written(call.terms()),
        KeyEvidence::Psbt(psbt) => written(psbt.terms()),
        KeyEvidence::Payment(payment) => written(payment.terms()),
        KeyEvidence::Cosign(cosign) => written(&cosign.terms_with_tables()),
        KeyEvidence::Transfer(transfer) => written(transfer.terms()),
        KeyEvidence::Intent(intent) => written(intent.terms()),
        KeyEvidence::Refund(_) | KeyEvidence::Challenge(_) => Ok(None),
    }
}

fn written<A: Serialize>(terms: &Terms<A>) -> Result<WrittenTerms, RemoteError> {
    let text = RawValue::from_string(json(terms)?).map_err(|_| RemoteError::Unwritable)?;
    Ok(Some((terms.config, text)))
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, RemoteError> {
    serde_json::to_string(value).map_err(|_| RemoteError::Unwritable)
}
