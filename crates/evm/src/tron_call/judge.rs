use std::fmt::Display;

use countersign_approval::{
    CallAction, Code, Fact, Refusal, Statement, TronCallFacts, TronCallFactsQuery, TronCallTerms,
    TypedDataStandard, Violation, Violations,
};
use countersign_units::{EvmAddress, U256, UnixSeconds};
use sha2::{Digest, Sha256};

use super::TronCallDraft;
use super::build::{MILLIS, PREFIX};
use super::facts::needs;
use super::wire::{Contract, Raw, TRANSFER, TRANSFER_URL, TRIGGER, TRIGGER_URL, Transfer, Trigger};
use crate::call::action::{self, Message};
use crate::call::facts::query;

/// What a transaction of our own on Tron says, decoded from its bytes after each of them was
/// compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TronCall {
    pub(super) owner: EvmAddress,
    pub(super) action: CallAction,
    pub(super) fee_limit: u64,
    /// In milliseconds.
    pub(super) expiration: u64,
    pub(super) ref_block_bytes: [u8; 2],
    pub(super) ref_block_hash: [u8; 8],
}

impl TronCall {
    /// Returns the account that sends and pays.
    pub const fn owner(&self) -> EvmAddress {
        self.owner
    }

    /// Returns what it does.
    pub const fn action(&self) -> &CallAction {
        &self.action
    }

    /// Returns how many sun it may burn for energy.
    pub const fn fee_limit(&self) -> u64 {
        self.fee_limit
    }

    /// Returns the last second in which it can be mined.
    pub const fn expiration(&self) -> UnixSeconds {
        UnixSeconds::new(self.expiration.div_ceil(MILLIS))
    }
}

/// What a check of a draft found where nothing was wrong. It is no evidence: no signer takes it.
#[derive(Clone, Debug)]
pub struct TronCallJudgement {
    call: TronCall,
    digest: [u8; 32],
    not_judged: Vec<Fact>,
}

impl TronCallJudgement {
    /// Returns what the transaction says.
    pub const fn call(&self) -> &TronCall {
        &self.call
    }

    /// Returns the hash that would be signed, which is the transaction's id too.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Returns the facts that say something about the transaction and were not given.
    pub fn not_judged(&self) -> &[Fact] {
        &self.not_judged
    }

    /// Says in words what a signature would allow.
    pub fn statement(&self) -> Statement {
        super::statement::of_tron_call(self)
    }
}

/// Returns what Tron has to be asked about a transaction that is to be made.
pub fn tron_call_facts_query(terms: &TronCallTerms) -> TronCallFactsQuery {
    let call = query(terms.chain_id, terms.owner, &terms.action);
    TronCallFactsQuery { call, reference: None }
}

/// Compares a draft with the terms, without making evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns a [`Refusal`] with every violation that was found.
pub fn judge_tron_call(
    draft: &TronCallDraft,
    terms: &TronCallTerms,
    facts: &TronCallFacts,
    now: UnixSeconds,
) -> Result<TronCallJudgement, Refusal> {
    let raw: Raw = decode(draft.as_bytes(), "raw_data").map_err(Refusal::one)?;
    let mut check = Check { raw: &raw, terms, violations: Violations::new() };
    check.sender();
    check.extras();
    let found = check.contract();
    check.moment(now);
    check.fee();
    check.facts(facts, now);
    check.violations.into_result()?;
    let malformed = || Violation::new(Code::Malformed, "raw_data", "a whole transaction", "less");
    let call = found.and_then(|action| read(&raw, terms.owner, action));
    let needs = |fact: &Fact| needs(&terms.action, *fact) && !facts.has(*fact);
    Ok(TronCallJudgement {
        call: call.ok_or_else(|| Refusal::one(malformed()))?,
        digest: Sha256::digest(draft.as_bytes()).into(),
        not_judged: Fact::TRON_CALL.into_iter().filter(needs).collect(),
    })
}

/// Reads a message, and requires that it is written in the one way, with no member that is unknown.
fn decode<M: prost::Message + Default>(bytes: &[u8], member: &str) -> Result<M, Violation> {
    let message = M::decode(bytes)
        .map_err(|error| Violation::new(Code::Malformed, member, "a protocol buffer", error))?;
    if message.encode_to_vec() != bytes {
        let expected = "its known members alone, in the one encoding";
        return Err(Violation::new(Code::Encoding, member, expected, "another"));
    }
    Ok(message)
}

/// Reads numbers that were found within bounds.
fn read(raw: &Raw, owner: EvmAddress, action: CallAction) -> Option<TronCall> {
    Some(TronCall {
        owner,
        action,
        fee_limit: raw.fee_limit.try_into().ok()?,
        expiration: raw.expiration.try_into().ok()?,
        ref_block_bytes: raw.ref_block_bytes.as_slice().try_into().ok()?,
        ref_block_hash: raw.ref_block_hash.as_slice().try_into().ok()?,
    })
}

/// One draft under examination.
pub(super) struct Check<'a> {
    pub(super) raw: &'a Raw,
    pub(super) terms: &'a TronCallTerms,
    pub(super) violations: Violations,
}

impl Check<'_> {
    fn sender(&mut self) {
        let TronCallTerms { owner, signer, action, .. } = self.terms;
        if let Some(signer) = signer {
            self.require(signer == owner, Code::Owner, "signer", show(*owner), show(*signer));
        }
        let (expected, found) = ("an action that Tron knows", "an account nonce to be used");
        self.require(!action.is_nothing(), Code::Mechanism, "terms.action", expected, found);
        action::check_recipient(action, *owner, show, &mut self.violations);
    }

    /// Refuses what a transaction may carry besides its contract.
    fn extras(&mut self) {
        let Raw { data, scripts, ref_block_num, .. } = self.raw;
        let bytes = |bytes: &[u8]| format!("{} bytes", bytes.len());
        self.require(data.is_empty(), Code::Memo, "data", "no memo", bytes(data));
        self.require(scripts.is_empty(), Code::To, "scripts", "nothing", bytes(scripts));
        let nothing = *ref_block_num == 0;
        self.require(nothing, Code::Blockhash, "ref_block_num", "nothing", ref_block_num);
    }

    /// Compares what the one contract does, and returns that where it can be read.
    fn contract(&mut self) -> Option<CallAction> {
        let [contract] = self.raw.contract.as_slice() else {
            let found = format_args!("{} of them", self.raw.contract.len());
            self.require(false, Code::To, "contract", "exactly one", found);
            return None;
        };
        self.contract_extras(contract);
        let found = match self.action(contract) {
            Ok(found) => found,
            Err(violation) => {
                self.violations.push(violation);
                return None;
            }
        };
        action::compare(&self.terms.action, &found, show, &mut self.violations);
        Some(found)
    }

    fn contract_extras(&mut self, contract: &Contract) {
        let Contract { provider, name, permission_id, .. } = contract;
        for (member, bytes) in [("provider", provider), ("ContractName", name)] {
            let found = format_args!("{} bytes", bytes.len());
            self.require(bytes.is_empty(), Code::To, member, "nothing", found);
        }
        let expected = "0, the owner's own";
        let own = *permission_id == 0;
        self.require(own, Code::Signers, "Permission_id", expected, permission_id);
    }

    fn action(&mut self, contract: &Contract) -> Result<CallAction, Violation> {
        let nothing = || Violation::new(Code::Malformed, "contract.parameter", "a message", "none");
        let parameter = contract.parameter.as_ref().ok_or_else(nothing)?;
        match (contract.kind, parameter.type_url.as_str()) {
            (TRANSFER, TRANSFER_URL) => {
                let transfer: Transfer = decode(&parameter.value, "TransferContract")?;
                self.owner(&transfer.owner_address)?;
                let to = address(&transfer.to_address, "to_address")?;
                let amount = amount(transfer.amount, "amount")?;
                Ok(CallAction::TransferNative { to, amount: countersign_units::Lots::new(amount) })
            }
            (TRIGGER, TRIGGER_URL) => {
                let trigger: Trigger = decode(&parameter.value, "TriggerSmartContract")?;
                self.trigger(&trigger)
            }
            (kind, url) => {
                let expected = "TransferContract (1) or TriggerSmartContract (31)";
                let found = format_args!("{kind}: {url}");
                Err(Violation::new(Code::Mechanism, "contract", expected, found))
            }
        }
    }

    fn trigger(&mut self, trigger: &Trigger) -> Result<CallAction, Violation> {
        self.owner(&trigger.owner_address)?;
        let to = address(&trigger.contract_address, "contract_address")?;
        let Trigger { call_value, call_token_value, token_id, data, .. } = trigger;
        for (member, value) in [
            ("call_value", call_value),
            ("call_token_value", call_token_value),
            ("token_id", token_id),
        ] {
            self.require(*value == 0, Code::Amount, member, "nothing", value);
        }
        if data.is_empty() {
            return Err(Violation::new(Code::To, "data", "a call", "nothing"));
        }
        Message { to, value: U256::ZERO, data }.action(self.terms.owner)
    }

    fn owner(&mut self, bytes: &[u8]) -> Result<(), Violation> {
        let (expected, found) = (self.terms.owner, address(bytes, "owner_address")?);
        self.require(expected == found, Code::Owner, "owner_address", show(expected), show(found));
        Ok(())
    }

    /// Requires an expiration that is near enough, and leaves enough time.
    fn moment(&mut self, now: UnixSeconds) {
        let TronCallTerms { deadline, min_remaining, max_expiration_seconds, .. } = *self.terms;
        let first = now.saturating_add(min_remaining.max(1));
        let last = deadline.min(now.saturating_add(max_expiration_seconds));
        let millis = |time: UnixSeconds| i128::from(time.value()).saturating_mul(1_000);
        let found = i128::from(self.raw.expiration);
        let within = (millis(first)..=millis(last)).contains(&found);
        let expected = format_args!("from {first} to {last}, in milliseconds");
        self.require(within, Code::Deadline, "expiration", expected, found);
        let skew = i128::from(self.terms.max_clock_skew).saturating_mul(1_000);
        let made = i128::from(self.raw.timestamp);
        let near = made.saturating_sub(millis(now)).saturating_abs() <= skew;
        let expected = format_args!("within {skew} milliseconds of {now} seconds");
        self.require(near, Code::Clock, "timestamp", expected, made);
    }

    fn fee(&mut self) {
        let limit = self.raw.fee_limit;
        let native = matches!(self.terms.action, CallAction::TransferNative { .. });
        let most = if native { 0 } else { self.terms.max_fee_limit };
        let least = u64::from(!native);
        let within = u64::try_from(limit).is_ok_and(|limit| (least..=most).contains(&limit));
        let expected = format_args!("from {least} to {most} sun");
        self.require(within, Code::Fee, "fee_limit", expected, limit);
    }

    #[expect(clippy::too_many_arguments, reason = "a check and the four members of a violation")]
    pub(super) fn require(
        &mut self,
        holds: bool,
        code: Code,
        member: &str,
        expected: impl Display,
        found: impl Display,
    ) {
        self.violations.require(holds, code, member, expected, found);
    }
}

/// Writes an address as Tron's people do.
pub(super) fn show(address: EvmAddress) -> String {
    TypedDataStandard::Tip712.show(address)
}

fn address(bytes: &[u8], member: &str) -> Result<EvmAddress, Violation> {
    match bytes.split_first() {
        Some((&PREFIX, rest)) if rest.len() == 20 => {
            Ok(EvmAddress::new(rest.try_into().unwrap_or_default()))
        }
        _ => {
            let expected = "the byte 41 and 20 more";
            Err(Violation::new(Code::Encoding, member, expected, hex::encode(bytes)))
        }
    }
}

fn amount(value: i64, member: &str) -> Result<U256, Violation> {
    let negative = || Violation::new(Code::Amount, member, "nothing negative", value);
    u64::try_from(value).map(U256::from).map_err(|_| negative())
}
