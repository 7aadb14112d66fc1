//! The checks of a transaction, each in the file of what it looks at.

use countersign_approval::{
    Code, CosignTerms, Fact, Refusal, SolanaFacts, Statement, Violation,
};
use countersign_units::{SolanaAddress, SolanaHash, UnixSeconds};
use sha2::{Digest, Sha256};

use crate::decode::{self, Decoded};
use crate::payload::Sent;
use crate::resolve::Resolved;
use crate::{CosignMessage, CosignPayload, VerifyError, payload};

/// What a check of a payload found where nothing was wrong. It is no evidence: no signer takes it.
#[derive(Clone, Debug)]
pub struct Judgement {
    decoded: Decoded,
    resolved: Resolved,
    user: SolanaAddress,
    nonce_account: Option<SolanaAddress>,
    valid_until: UnixSeconds,
    not_judged: Vec<Fact>,
}

impl Judgement {
    /// Returns what would be signed.
    pub fn message(&self) -> CosignMessage {
        self.decoded.to_message()
    }

    /// Returns SHA-256 of what would be signed.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.decoded.message_bytes()).into()
    }

    /// Returns the facts that were not given, and so not judged.
    pub fn not_judged(&self) -> &[Fact] {
        &self.not_judged
    }

    /// Says in words what a signature would allow.
    pub fn statement(&self) -> Statement {
        Statement::new(format!("Solana: {} accounts", self.resolved.accounts().len()))
    }

    pub(crate) const fn decoded(&self) -> &Decoded {
        &self.decoded
    }

    pub(crate) const fn user(&self) -> SolanaAddress {
        self.user
    }

    pub(crate) const fn nonce_account(&self) -> Option<SolanaAddress> {
        self.nonce_account
    }

    pub(crate) const fn valid_until(&self) -> UnixSeconds {
        self.valid_until
    }

    pub(crate) fn blockhash(&self) -> SolanaHash {
        self.decoded.blockhash()
    }
}

/// Compares a payload with the terms, without making evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn judge(
    payload: &CosignPayload,
    terms: &CosignTerms,
    facts: &SolanaFacts,
    now: UnixSeconds,
) -> Result<Judgement, VerifyError> {
    let payload = payload::read(payload).map_err(refuse)?;
    let sent = Sent::new(&payload).map_err(refuse)?;
    let decoded = decode::from_payload(sent).map_err(refuse)?;
    let _ = (decoded, terms, facts, now);
    let found = "checks that are not written yet";
    Err(refuse(Violation::new(Code::Unavailable, "checks", "all of them", found)))
}

fn refuse(violation: Violation) -> VerifyError {
    VerifyError::Refused(Refusal::one(violation))
}
