use std::sync::Arc;

use countersign_approval::{Claim, Fact, IntentStandard, IntentTerms, NearFacts, Statement, Terms};
use countersign_units::{Lots, UnixSeconds};

use super::judge::{Intent, judge};
use super::signer::ToSign;
use super::{IntentDigest, IntentPayload, TermsError, VerifyError, statement};

/// An intent that was compared with its terms and found to be the one agreed transfer.
///
/// The only way to get one is [`verify`]; [`sign`](crate::sign_intent) takes it and nothing else. It
/// is about a moment: signing refuses it when its deadline has passed, and what comes back from
/// storage or review is an [`IntentPayload`] again.
#[derive(Debug)]
#[must_use = "a verified intent does nothing until it is signed"]
pub struct VerifiedIntent {
    intent: Intent,
    digest: IntentDigest,
    payload: IntentPayload,
    terms: Arc<Terms<IntentTerms>>,
}

/// Compares a generated intent with the terms and makes evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with the violations that were found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn verify(
    payload: IntentPayload,
    terms: &Arc<Terms<IntentTerms>>,
    facts: &NearFacts,
    now: UnixSeconds,
) -> Result<VerifiedIntent, VerifyError> {
    let IntentTerms { amount, standard, key, .. } = &terms.approval;
    let (swap, intent) = (terms.source.amount, *amount);
    if swap != intent {
        return Err(TermsError::Amounts { swap, intent }.into());
    }
    if !standard.takes(key) {
        return Err(TermsError::Key { standard: *standard }.into());
    }
    let intent = judge(payload.as_json(), &terms.approval, facts, now)?;
    let digest = IntentDigest::new(intent.hash);
    Ok(VerifiedIntent { intent, digest, payload, terms: Arc::clone(terms) })
}

impl VerifiedIntent {
    /// Returns the hash of the intent: its name inside the contract.
    pub const fn digest(&self) -> &IntentDigest {
        &self.digest
    }

    /// Returns the payload as it was sent.
    pub const fn payload(&self) -> &IntentPayload {
        &self.payload
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<IntentTerms> {
        &self.terms
    }

    /// Returns the standard by which it is signed.
    pub const fn standard(&self) -> IntentStandard {
        self.intent.standard
    }

    /// Returns the contract that executes it.
    pub fn verifying_contract(&self) -> &str {
        &self.intent.verifying_contract
    }

    /// Returns our account inside the contract.
    pub fn signer_id(&self) -> &str {
        &self.intent.signer_id
    }

    /// Returns who gets the tokens: the deposit address.
    pub fn receiver_id(&self) -> &str {
        &self.intent.receiver_id
    }

    /// Returns which token moves.
    pub fn token(&self) -> &str {
        &self.intent.token
    }

    /// Returns how much of it.
    pub const fn amount(&self) -> Lots {
        self.intent.amount
    }

    /// Returns the nonce.
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.intent.nonce
    }

    /// Returns the facts that were not given.
    pub fn not_judged(&self) -> &[Fact] {
        &self.intent.not_judged
    }

    /// Returns the last moment at which a signature can be used: the intent's own deadline.
    ///
    /// It may be later than the moment until which the deposit is of use; signing stops at that.
    pub const fn valid_until(&self) -> UnixSeconds {
        self.intent.deadline
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        statement::of_intent(self)
    }

    /// Returns what the approval takes, for the ledger: the nonce, and the deposit.
    ///
    /// The chain's clock may be behind ours, so the approval counts as live for as long as the two
    /// may differ after its deadline.
    pub fn claim(&self) -> Claim {
        let Intent { verifying_contract, signer_id, receiver_id, nonce, .. } = &self.intent;
        let nonce = hex::encode(nonce);
        Claim {
            swap_id: self.terms.swap_id,
            environment: self.terms.environment,
            digest: *self.digest.as_bytes(),
            resources: vec![
                format!("near/{verifying_contract}/{signer_id}/{nonce}"),
                format!("deposit:near/{verifying_contract}:{receiver_id}"),
            ],
            token: self.terms.source.token.clone(),
            amount: self.intent.amount,
            valid_until: self.valid_until().saturating_add(self.terms.approval.max_clock_skew),
        }
    }

    /// Returns what a key has to sign.
    pub fn to_sign(&self) -> ToSign<'_> {
        match (self.intent.standard, &self.intent.text) {
            (IntentStandard::Erc191 | IntentStandard::Tip191, _) => ToSign::Secp256k1(&self.digest),
            (_, Some(text)) => ToSign::Ed25519(text.as_bytes()),
            (_, None) => ToSign::Ed25519(self.digest.as_bytes()),
        }
    }

    /// Returns the payload as it is submitted, in JSON.
    pub(crate) fn payload_json(&self) -> &str {
        &self.intent.payload
    }
}
