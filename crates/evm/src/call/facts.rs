use std::fmt::Display;

use alloy::primitives::KECCAK256_EMPTY;
use countersign_approval::{
    AccountNonce, CallAction, CallFacts, CallFactsQuery, CallOutcome, CallTerms, Code, Fact,
    Violations,
};
use countersign_units::{U256, UnixSeconds};

use super::action::message;
use super::transaction::Transaction;

/// Returns what a chain has to be asked about a transaction that is to be made.
pub fn call_facts_query(terms: &CallTerms) -> CallFactsQuery {
    let (to, value, data) = message(&terms.action, terms.owner);
    let token = match terms.action {
        CallAction::TransferToken { token, .. } => Some(token),
        _ => None,
    };
    CallFactsQuery {
        chain_id: terms.chain_id,
        owner: terms.owner,
        to,
        value,
        data,
        token,
        recipient: terms.action.recipient(),
    }
}

/// Returns the facts that say something about an action and were not given.
pub(super) fn not_judged(action: &CallAction, facts: &CallFacts) -> Vec<Fact> {
    Fact::CALL.into_iter().filter(|fact| action.needs(*fact) && !facts.has(*fact)).collect()
}

/// Judges the facts that were given, and refuses where a required one was not.
pub(super) fn check_facts(
    transaction: &Transaction,
    terms: &CallTerms,
    facts: &CallFacts,
    now: UnixSeconds,
    violations: &mut Violations,
) {
    let mut check = Check { transaction, terms, facts, violations };
    check.required();
    check.owner_code();
    check.account_nonce();
    check.native_balance();
    check.balance();
    check.recipient_code();
    check.contract_code();
    check.price();
    check.simulation();
    check.block_time(now);
}

struct Check<'a> {
    transaction: &'a Transaction,
    terms: &'a CallTerms,
    facts: &'a CallFacts,
    violations: &'a mut Violations,
}

impl Check<'_> {
    fn required(&mut self) {
        let required = self.terms.require_facts.iter();
        for fact in required.filter(|fact| self.terms.action.needs(**fact)) {
            let member = format!("facts.{fact}");
            let given = self.facts.has(*fact);
            self.violations.require(given, Code::Unavailable, member, "a fact", "nothing");
        }
    }

    /// An owner with code is not its key's alone; one with a contract's code can send nothing.
    fn owner_code(&mut self) {
        let Some(code) = &self.facts.owner_code else { return };
        let expected = "no code at the owner's address";
        let found = format_args!("{} bytes", code.len());
        self.require(code.is_empty(), Code::Owner, "facts.owner_code", expected, found);
    }

    /// A nonce beyond the next free one would wait for another transaction, maybe for good.
    fn account_nonce(&mut self) {
        let Some(AccountNonce { mined, pending }) = self.facts.account_nonce else { return };
        let nonce = self.transaction.nonce;
        let within = nonce >= U256::from(mined) && nonce <= U256::from(pending.max(mined));
        let expected = format_args!("from {mined} to {pending}, as the chain counts");
        self.require(within, Code::Nonce, "facts.account_nonce", expected, nonce);
    }

    fn native_balance(&mut self) {
        let Some(balance) = self.facts.native_balance else { return };
        let Transaction { value, gas_limit, max_fee_per_gas, .. } = *self.transaction;
        let fee = gas_limit.saturating_mul(max_fee_per_gas);
        let needed = value.saturating_add(fee);
        let code = if balance.value() < value { Code::Amount } else { Code::Fee };
        let expected = format_args!("at least {needed} wei, for value and fee");
        let enough = balance.value() >= needed;
        self.require(enough, code, "facts.native_balance", expected, balance);
    }

    fn balance(&mut self) {
        let Some(balance) = self.facts.balance else { return };
        let CallAction::TransferToken { amount, .. } = self.terms.action else { return };
        let expected = format_args!("at least {amount}");
        self.require(balance >= amount, Code::Amount, "facts.balance", expected, balance);
    }

    /// A contract may do anything with a coin that it is sent, or decline it.
    fn recipient_code(&mut self) {
        let Some(code) = &self.facts.recipient_code else { return };
        if !self.terms.action.needs(Fact::RecipientCode) {
            return;
        }
        let (expected, found) = ("no code", format_args!("{} bytes", code.len()));
        self.require(code.is_empty(), Code::To, "facts.recipient_code", expected, found);
    }

    /// A call of an account without code succeeds and does nothing.
    fn contract_code(&mut self) {
        let Some(found) = self.facts.contract_code_hash else { return };
        let code = match self.terms.action {
            CallAction::TransferToken { .. } | CallAction::Approve { .. } => Code::Token,
            CallAction::InvalidateNonces { .. } => Code::VerifyingContract,
            CallAction::TransferNative { .. } | CallAction::ReplaceNonce => return,
        };
        let no_code = found == [0; 32] || found == KECCAK256_EMPTY.0;
        self.require(!no_code, code, "facts.contract_code", "a contract", "no code");
    }

    fn price(&mut self) {
        let Transaction { gas_limit, max_fee_per_gas, .. } = *self.transaction;
        if let Some(needed) = self.facts.gas {
            let expected = format_args!("at least {needed}, which it uses");
            let enough = gas_limit >= U256::from(needed);
            self.require(enough, Code::Gas, "gas_limit", expected, gas_limit);
        }
        if let Some(base) = self.facts.base_fee {
            let expected = format_args!("at least {base}, the price in the latest block");
            let enough = max_fee_per_gas >= U256::from(base);
            self.require(enough, Code::Gas, "max_fee_per_gas", expected, max_fee_per_gas);
        }
    }

    fn simulation(&mut self) {
        let member = "facts.simulation";
        match &self.facts.simulation {
            None => {}
            Some(CallOutcome::Failed(reason)) => {
                self.require(false, Code::Simulation, member, "a call that succeeds", reason);
            }
            Some(CallOutcome::Returned(data)) => {
                let right = returns_success(&self.terms.action, data);
                let found = format_args!("{} bytes: 0x{}", data.len(), hex::encode(data));
                self.require(right, Code::Simulation, member, "nothing, or true", found);
            }
        }
    }

    fn block_time(&mut self, now: UnixSeconds) {
        let Some(block) = self.facts.block_time else { return };
        let skew = self.terms.max_clock_skew;
        let expected = format_args!("within {skew} seconds of {now}");
        let near = block.abs_diff(now) <= skew;
        self.require(near, Code::Clock, "facts.block_time", expected, block);
    }

    #[expect(clippy::too_many_arguments, reason = "a check and the four members of a violation")]
    fn require(
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

/// Says whether a token says that it did what it was asked: tokens return true, or nothing.
fn returns_success(action: &CallAction, data: &[u8]) -> bool {
    match action {
        CallAction::TransferToken { .. } | CallAction::Approve { .. } => {
            data.is_empty() || data == U256::ONE.to_be_bytes::<32>()
        }
        _ => data.is_empty(),
    }
}
