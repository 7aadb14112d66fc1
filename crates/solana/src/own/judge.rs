//! The checks of a transfer of our own, each in the file of what it looks at.

mod cost;
mod facts;
mod instructions;
mod shape;
mod transfer;

use std::fmt::Display;

use countersign_approval::{
    Code, Fact, Refusal, Statement, TransferFacts, TransferTerms, Violation, Violations,
};
use countersign_units::{SolanaHash, UnixSeconds};
use sha2::{Digest, Sha256};

use super::agreed::Agreed;
use super::{TransferDraft, TransferMessage};
use crate::VerifyError;
use crate::decode::Decoded;
use crate::resolve::Resolved;

pub(super) use cost::{Cost, rent_of};

/// What a check of a draft found where nothing was wrong. It is no evidence: no signer takes it.
#[derive(Clone, Debug)]
pub struct TransferJudgement {
    decoded: Decoded,
    resolved: Resolved,
    agreed: Agreed,
    cost: Cost,
    valid_until: UnixSeconds,
    not_judged: Vec<Fact>,
}

impl TransferJudgement {
    /// Returns what would be signed.
    pub fn message(&self) -> TransferMessage {
        TransferMessage::new(self.decoded.message_bytes())
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
        super::statement::of_transfer(self)
    }

    pub(super) const fn decoded(&self) -> &Decoded {
        &self.decoded
    }

    pub(super) const fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    pub(super) const fn agreed(&self) -> &Agreed {
        &self.agreed
    }

    pub(super) const fn cost(&self) -> Cost {
        self.cost
    }

    pub(super) const fn valid_until(&self) -> UnixSeconds {
        self.valid_until
    }

    pub(super) fn blockhash(&self) -> SolanaHash {
        self.decoded.blockhash()
    }
}

/// Compares a draft with the terms, without making evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given. Time and memory are bounded by
/// what a transaction can hold; what is larger is refused unread.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn judge_transfer(
    draft: &TransferDraft,
    terms: &TransferTerms,
    facts: &TransferFacts,
    now: UnixSeconds,
) -> Result<TransferJudgement, VerifyError> {
    let agreed = Agreed::new(terms)?;
    let decoded = draft.decode().map_err(refuse)?;
    let violations = Violations::new();
    let mut check = Check { terms, agreed: &agreed, facts, decoded: &decoded, now, violations };
    check.signers();
    check.lifetime();
    let found = check.accounts().map(|resolved| {
        let found = check.instructions(&resolved);
        let cost = check.cost(&found, &resolved);
        check.facts(&resolved, &found, cost);
        (resolved, cost)
    });
    check.required_facts();
    check.violations.into_result()?;
    // Without accounts there was a violation.
    let Some((resolved, cost)) = found else {
        let found = "some";
        return Err(refuse(Violation::new(Code::LookupTable, "message.lookups", "none", found)));
    };
    let valid_until = terms.not_after;
    let not_judged = facts::not_judged(terms, facts);
    Ok(TransferJudgement { decoded, resolved, agreed, cost, valid_until, not_judged })
}

fn refuse(violation: Violation) -> VerifyError {
    VerifyError::Refused(Refusal::one(violation))
}

/// One draft under examination.
struct Check<'a> {
    terms: &'a TransferTerms,
    agreed: &'a Agreed,
    facts: &'a TransferFacts,
    decoded: &'a Decoded,
    now: UnixSeconds,
    violations: Violations,
}

impl Check<'_> {
    fn push(
        &mut self,
        code: Code,
        member: impl Display,
        expected: impl Display,
        found: impl Display,
    ) {
        self.violations.push(Violation::new(code, member, expected, found));
    }
}
