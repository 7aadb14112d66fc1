//! The checks of a permit, each in the file of what it looks at.

mod domain;
mod facts;
mod foreign;
mod message;
mod types;
mod witness;

use countersign_api_types::json::Value;
use countersign_approval::{Code, EvmFacts, Fact, Permit2Terms, Statement, Violation, Violations};
use countersign_units::{EvmAddress, U256, UnixSeconds};

use crate::eip712::{Source, WitnessType, address, describe, uint};
use crate::payload::{self, Sent};
use crate::permit::{Permit, PermitHashes};
use crate::{PermitPayload, VerifyError};

/// What a check of a payload found where nothing was wrong. It is no evidence: no signer takes it.
#[derive(Clone, Debug)]
pub struct Judgement {
    permit: Permit,
    hashes: PermitHashes,
    not_judged: Vec<Fact>,
}

impl Judgement {
    /// Returns what the permit says.
    pub const fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Returns the EIP-712 digest of the permit.
    pub const fn digest(&self) -> [u8; 32] {
        self.hashes.digest
    }

    /// Returns the facts that were not given, and so not judged.
    pub fn not_judged(&self) -> &[Fact] {
        &self.not_judged
    }

    /// Says in words what a signature would allow.
    pub fn statement(&self) -> Statement {
        crate::statement::of_permit(&self.permit, self.hashes.digest, &self.not_judged)
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
    payload: &PermitPayload,
    terms: &Permit2Terms,
    facts: &EvmFacts,
    now: UnixSeconds,
) -> Result<Judgement, VerifyError> {
    let allowed: Vec<WitnessType<'_>> = terms
        .witness_types
        .iter()
        .map(|text| WitnessType::parse(text))
        .collect::<Result<_, _>>()?;
    let pinned = require_pinned(terms);
    let payload = payload::read(payload).map_err(refuse)?;
    let sent = Sent::new(&payload).map_err(refuse)?;
    let Some(types) = types::choose(&allowed, &sent) else {
        return Err(pinned
            .into_result()
            .err()
            .map_or_else(|| refuse(no_witness_type()), Into::into));
    };
    let mut check = Check { sent: &sent, terms, types, now, violations: pinned };
    let permit = check.all()?;
    check.facts(facts, permit.as_ref().map(|permit| permit.nonce));
    let hashes = permit.as_ref().map(|permit| permit.hashes(types));
    check.hashes(hashes.as_ref());
    if let Some(hashes) = &hashes {
        check.domain_separator(facts, hashes.domain_separator);
    }
    check.violations.into_result()?;
    let (Some(permit), Some(hashes)) = (permit, hashes) else {
        return Err(refuse(Violation::new(Code::Malformed, "payload", "a whole permit", "less")));
    };
    Ok(Judgement { permit, hashes, not_judged: facts::not_judged(facts) })
}

fn refuse(violation: Violation) -> VerifyError {
    VerifyError::Refused(countersign_approval::Refusal::one(violation))
}

fn no_witness_type() -> Violation {
    Violation::new(Code::Unpinned, "terms.witness_types", "an allowed witness struct", "none")
}

fn require_pinned(terms: &Permit2Terms) -> Violations {
    let mut violations = Violations::new();
    if terms.escrows.is_empty() {
        violations.push(Violation::new(Code::Unpinned, "terms.escrows", "a pinned escrow", "none"));
    }
    if terms.witness_types.is_empty() {
        violations.push(no_witness_type());
    }
    violations
}

/// One payload under examination.
struct Check<'a> {
    sent: &'a Sent<'a>,
    terms: &'a Permit2Terms,
    types: &'a WitnessType<'a>,
    now: UnixSeconds,
    violations: Violations,
}

impl Check<'_> {
    /// Runs every check of the payload; there is a permit only if each value could be read.
    fn all(&mut self) -> Result<Option<Permit>, VerifyError> {
        self.mechanism();
        self.primary_type();
        types::compare(self.sent.types, self.types, &mut self.violations);
        self.domain();
        self.message_members();
        self.token_and_amount();
        self.owner();
        let spender = self.spender();
        let nonce = self.nonce();
        let deadline = self.deadline();
        let witness = self.witness()?;
        let (Some(spender), Some(nonce), Some(deadline), Some((witness, witness_origins))) =
            (spender, nonce, deadline, witness)
        else {
            return Ok(None);
        };
        let witness_type = self.types.structs().iter().map(|def| def.text).collect();
        let Permit2Terms { standard, owner, chain_id, permit2, token, amount, .. } = *self.terms;
        Ok(Some(Permit {
            standard,
            owner,
            chain_id,
            permit2,
            token,
            amount,
            spender,
            nonce,
            deadline,
            witness,
            witness_type,
            witness_origins,
        }))
    }

    fn mechanism(&mut self) {
        let sent = self.sent.approval_type;
        if sent.is_absent() && self.sent.source == Source::Api {
            self.push(Code::Mechanism, "approval_type", "permit2", "nothing");
        }
        for sent in sent.iter() {
            let right = sent.as_str() == Some("permit2");
            self.require(right, Code::Mechanism, "approval_type", "permit2", || describe(sent));
        }
        for sent in self.sent.approve_to.iter() {
            self.push(Code::ApproveTo, "approve_to", "nothing", describe(sent));
        }
    }

    fn primary_type(&mut self) {
        let sent = self.sent.primary_type;
        let right = match sent {
            Some(sent) => sent.as_str() == Some("PermitWitnessTransferFrom"),
            None => self.sent.source == Source::Api,
        };
        let expected = "PermitWitnessTransferFrom";
        self.require(right, Code::PrimaryType, "primaryType", expected, || {
            match sent.and_then(Value::as_str).and_then(foreign::describe) {
                Some(known) => format!("{}: {known}", show(sent)),
                None => show(sent),
            }
        });
    }

    fn owner(&mut self) {
        let Permit2Terms { owner, signer, .. } = *self.terms;
        if let Some(signer) = signer.filter(|signer| *signer != owner) {
            let show = |address| self.terms.standard.show(address);
            self.push(Code::Owner, "signer", show(owner), show(signer));
        }
    }

    /// Compares the witness type string and each hash, wherever they stand.
    fn hashes(&mut self, hashes: Option<&PermitHashes>) {
        let (strings, sent) = (self.sent.witness_type_string, self.sent.witness_hash);
        let required = self.sent.source == Source::Api;
        let expected = self.types.type_string();
        let member = "witness_type_string";
        if required && strings.is_absent() {
            self.push(Code::WitnessTypeString, member, &expected, "nothing");
        }
        for value in strings.iter() {
            let equal = value.as_str() == Some(expected.as_str());
            self.require(equal, Code::WitnessTypeString, member, &expected, || describe(value));
        }
        if required && sent.is_absent() {
            self.push(Code::WitnessHash, "witness_hash", "the hash of the witness", "nothing");
        }
        for value in sent.iter() {
            self.hash(value, "witness_hash", Code::WitnessHash, hashes.map(|ours| ours.witness));
        }
        let sent = self.sent;
        for (member, value) in &sent.domain_separators {
            self.hash(value, member, Code::Domain, hashes.map(|ours| ours.domain_separator));
        }
        for (member, value) in &sent.digests {
            self.hash(value, member, Code::Digest, hashes.map(|ours| ours.digest));
        }
    }

    /// Compares a hash that was sent with ours, where there is one.
    fn hash(&mut self, value: &Value<'_>, member: &str, code: Code, ours: Option<[u8; 32]>) {
        let found = self.bytes32(value, member);
        if let (Some(found), Some(ours)) = (found, ours)
            && found != ours
        {
            self.push(code, member, format_args!("0x{}", hex::encode(ours)), describe(value));
        }
    }

    fn address(&mut self, value: &Value<'_>, member: &str) -> Option<EvmAddress> {
        let read = value
            .as_str()
            .ok_or_else(|| "an address".to_owned())
            .and_then(|text| address(text, self.terms.standard));
        read.map_err(|expected| self.push(Code::Encoding, member, expected, describe(value))).ok()
    }

    /// Requires two addresses to be one, and shows them as the chain's people write them.
    fn same_address(&mut self, code: Code, member: &str, expected: EvmAddress, found: EvmAddress) {
        // Writing an address costs a hash for its checksum, so it is written only where it has to be.
        if found != expected {
            let standard = self.terms.standard;
            self.push(code, member, standard.show(expected), standard.show(found));
        }
    }

    fn integer(&mut self, value: &Value<'_>, member: &str, source: Source) -> Option<U256> {
        let read = uint(value, source, false);
        if read.is_none() {
            let expected = match source {
                Source::Api => "a decimal integer below 2^256",
                Source::TypedData => "a decimal integer, as a string where it is above 2^53",
            };
            self.push(Code::Encoding, member, expected, describe(value));
        }
        read
    }

    fn bytes32(&mut self, value: &Value<'_>, member: &str) -> Option<[u8; 32]> {
        let text = value.as_str().unwrap_or_default();
        let mut bytes = [0; 32];
        if hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).is_err() {
            self.push(Code::Encoding, member, "32 bytes in hex", describe(value));
            return None;
        }
        Some(bytes)
    }

    fn push(
        &mut self,
        code: Code,
        member: impl std::fmt::Display,
        expected: impl std::fmt::Display,
        found: impl std::fmt::Display,
    ) {
        self.violations.push(Violation::new(code, member, expected, found));
    }

    /// Adds a violation unless `holds`; what was found is written only then.
    #[expect(clippy::too_many_arguments, reason = "a check and the four members of a violation")]
    fn require(
        &mut self,
        holds: bool,
        code: Code,
        member: impl std::fmt::Display,
        expected: impl std::fmt::Display,
        found: impl FnOnce() -> String,
    ) {
        if !holds {
            self.push(code, member, expected, found());
        }
    }
}

fn show(value: Option<&Value<'_>>) -> String {
    value.map_or_else(|| "nothing".to_owned(), describe)
}
