//! The checks of a transaction, each in the file of what it looks at.

mod accounts;
mod agreed;
mod answer;
mod facts;
mod fee;
mod instructions;
mod lifetime;
mod neutral;
mod opaque;
mod signers;
mod tables;
mod transfer;
mod unread;

use std::fmt::Display;
use std::str::FromStr;

use countersign_approval::{
    Code, CosignTerms, Fact, Refusal, SolanaFacts, Statement, Violation, Violations,
};
use countersign_units::{SolanaAddress, SolanaHash, UnixSeconds};
use sha2::{Digest, Sha256};
use solana_sdk::pubkey::Pubkey;

use crate::decode::{self, Decoded};
use crate::payload::Sent;
use crate::resolve::Resolved;
use crate::{CosignMessage, CosignPayload, VerifyError, payload};

pub(crate) use agreed::Agreed;
pub(crate) use fee::Fee;

/// What a check of a payload found where nothing was wrong. It is no evidence: no signer takes it.
#[derive(Clone, Debug)]
pub struct Judgement {
    decoded: Decoded,
    resolved: Resolved,
    agreed: Agreed,
    fee: Fee,
    nonce_account: Option<SolanaAddress>,
    valid_until: UnixSeconds,
    unknown_members: Vec<String>,
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
        crate::statement::of_transaction(self)
    }

    pub(crate) const fn decoded(&self) -> &Decoded {
        &self.decoded
    }

    pub(crate) const fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    pub(crate) const fn agreed(&self) -> &Agreed {
        &self.agreed
    }

    pub(crate) const fn fee(&self) -> Fee {
        self.fee
    }

    pub(crate) const fn nonce_account(&self) -> Option<SolanaAddress> {
        self.nonce_account
    }

    pub(crate) const fn valid_until(&self) -> UnixSeconds {
        self.valid_until
    }

    pub(crate) fn unknown_members(&self) -> &[String] {
        &self.unknown_members
    }

    pub(crate) fn blockhash(&self) -> SolanaHash {
        self.decoded.blockhash()
    }
}

/// Compares a payload with the terms, without making evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given. Time and memory are bounded by
/// what a transaction can hold; what is larger is refused unread.
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
    agreed::require_signers(terms)?;
    let payload = payload::read(payload).map_err(refuse)?;
    let sent = Sent::new(&payload).map_err(refuse)?;
    let decoded = decode::from_payload(sent).map_err(refuse)?;
    let violations = Violations::new();
    let mut check = Check { terms, facts, sent, decoded: &decoded, now, violations };
    check.signers();
    let found = check.accounts().map(|resolved| {
        let found = check.instructions(&resolved);
        (resolved, found)
    });
    check.blockhash();
    check.answer();
    let valid_until = check.valid_until();
    if let Some((resolved, found)) = &found {
        check.facts(resolved, found);
    }
    check.required_facts();
    check.violations.into_result()?;
    // Without accounts there was a violation.
    let Some((resolved, found)) = found else {
        let expected = "each table known";
        return Err(refuse(Violation::new(Code::LookupTable, "message.lookups", expected, "none")));
    };
    Ok(Judgement {
        resolved,
        agreed: Agreed::new(terms),
        fee: found.fee,
        nonce_account: found.nonce_account,
        valid_until,
        unknown_members: answer::unknown_members(sent, &decoded),
        not_judged: facts::not_judged(terms, facts, &decoded),
        decoded,
    })
}

fn refuse(violation: Violation) -> VerifyError {
    VerifyError::Refused(Refusal::one(violation))
}

/// Reads 32 bytes in base58, quickly.
fn base58(text: &str) -> Option<[u8; 32]> {
    Pubkey::from_str(text).ok().map(|key| key.to_bytes())
}

/// One transaction under examination.
struct Check<'a> {
    terms: &'a CosignTerms,
    facts: &'a SolanaFacts,
    sent: Sent<'a>,
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

    /// Says whether an account is one of ours that the terms name.
    fn is_ours(&self, address: &SolanaAddress) -> bool {
        *address == self.terms.user
            || agreed::token(self.terms).is_some_and(|t| t.source == *address)
    }
}
