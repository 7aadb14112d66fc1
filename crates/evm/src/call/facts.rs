use std::fmt::Display;

use alloy::primitives::KECCAK256_EMPTY;
use countersign_approval::{
    AccountNonce, CallAction, CallFacts, CallFactsQuery, CallOutcome, CallTerms, Code, Fact,
    Violation, Violations,
};
use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};

use super::action::message;
use super::transaction::Transaction;

/// Returns what a chain has to be asked about a transaction that is to be made.
pub fn call_facts_query(terms: &CallTerms) -> CallFactsQuery {
    query(terms.chain_id, terms.owner, &terms.action)
}

/// Returns what a chain has to be asked about an action.
pub(crate) fn query(chain_id: u64, owner: EvmAddress, action: &CallAction) -> CallFactsQuery {
    let (to, value, data) = message(action, owner);
    let token = match action {
        CallAction::TransferToken { token, .. } => Some(*token),
        _ => None,
    };
    CallFactsQuery { chain_id, owner, to, value, data, token, recipient: action.recipient() }
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
    let action = &terms.action;
    let missed = |fact: &Fact| action.needs(*fact) && !facts.has(*fact);
    require_facts(terms.require_facts.iter().copied().filter(missed), violations);
    Check { action, facts, violations }.all(now, terms.max_clock_skew);
    let mut check = Sender { transaction, action, facts, violations };
    check.account_nonce();
    check.native_balance();
    check.price();
}

/// Refuses for each required fact that was not given.
pub(crate) fn require_facts(missed: impl Iterator<Item = Fact>, violations: &mut Violations) {
    for fact in missed {
        let member = format!("facts.{fact}");
        violations.push(Violation::new(Code::Unavailable, member, "a fact", "nothing"));
    }
}

/// The facts that say the same on EVM chains and on Tron.
pub(crate) struct Check<'a> {
    pub(crate) action: &'a CallAction,
    pub(crate) facts: &'a CallFacts,
    pub(crate) violations: &'a mut Violations,
}

impl Check<'_> {
    /// Judges each of them that was given.
    pub(crate) fn all(&mut self, now: UnixSeconds, max_clock_skew: u64) {
        self.owner_code();
        self.balance();
        self.recipient_code();
        self.contract_code();
        self.simulation();
        self.block_time(now, max_clock_skew);
    }

    /// An owner with code is not its key's alone; one with a contract's code can send nothing.
    fn owner_code(&mut self) {
        let Some(code) = &self.facts.owner_code else { return };
        let expected = "no code at the owner's address";
        let found = format_args!("{} bytes", code.len());
        self.require(code.is_empty(), Code::Owner, "facts.owner_code", expected, found);
    }

    fn balance(&mut self) {
        let Some(balance) = self.facts.balance else { return };
        let CallAction::TransferToken { amount, .. } = *self.action else { return };
        let expected = format_args!("at least {amount}");
        self.require(balance >= amount, Code::Amount, "facts.balance", expected, balance);
    }

    /// A contract may do anything with a coin that it is sent, or decline it.
    fn recipient_code(&mut self) {
        let Some(code) = &self.facts.recipient_code else { return };
        if !self.action.needs(Fact::RecipientCode) {
            return;
        }
        let (expected, found) = ("no code", format_args!("{} bytes", code.len()));
        self.require(code.is_empty(), Code::To, "facts.recipient_code", expected, found);
    }

    /// A call of an account without code succeeds and does nothing.
    fn contract_code(&mut self) {
        let Some(found) = self.facts.contract_code_hash else { return };
        let code = match self.action {
            CallAction::TransferToken { .. } | CallAction::Approve { .. } => Code::Token,
            CallAction::InvalidateNonces { .. } => Code::VerifyingContract,
            CallAction::TransferNative { .. }
            | CallAction::ReplaceNonce
            | CallAction::FillNonce => return,
        };
        let no_code = found == [0; 32] || found == KECCAK256_EMPTY.0;
        self.require(!no_code, code, "facts.contract_code", "a contract", "no code");
    }

    fn simulation(&mut self) {
        let member = "facts.simulation";
        match &self.facts.simulation {
            None => {}
            Some(CallOutcome::Failed(reason)) => {
                self.require(false, Code::Simulation, member, "a call that succeeds", reason);
            }
            Some(CallOutcome::Returned(data)) => {
                let right = returns_success(self.action, data);
                let found = format_args!("{} bytes: 0x{}", data.len(), hex::encode(data));
                self.require(right, Code::Simulation, member, "nothing, or true", found);
            }
        }
    }

    fn block_time(&mut self, now: UnixSeconds, skew: u64) {
        let Some(block) = self.facts.block_time else { return };
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

/// The facts about what the sender pays, and in which turn.
struct Sender<'a> {
    transaction: &'a Transaction,
    action: &'a CallAction,
    facts: &'a CallFacts,
    violations: &'a mut Violations,
}

impl Sender<'_> {
    /// A nonce beyond the next free one would wait for another transaction, maybe for good. What takes
    /// the place of another waits where that one does.
    fn account_nonce(&mut self) {
        let Some(AccountNonce { mined, pending }) = self.facts.account_nonce else { return };
        let nonce = self.transaction.nonce;
        let replaces = *self.action == CallAction::ReplaceNonce;
        let last = if replaces { u64::MAX } else { pending.max(mined) };
        let within = nonce >= U256::from(mined) && nonce <= U256::from(last);
        let expected = format_args!("from {mined} to {last}, as the chain counts");
        self.violations.require(within, Code::Nonce, "facts.account_nonce", expected, nonce);
    }

    fn native_balance(&mut self) {
        let Some(balance) = self.facts.native_balance else { return };
        let Transaction { value, gas_limit, max_fee_per_gas, .. } = *self.transaction;
        let fee = gas_limit.saturating_mul(max_fee_per_gas);
        require_native_balance(balance, value, fee, self.violations);
    }

    fn price(&mut self) {
        let Transaction { gas_limit, max_fee_per_gas, .. } = *self.transaction;
        if let Some(needed) = self.facts.gas {
            let expected = format_args!("at least {needed}, which it uses");
            let enough = gas_limit >= U256::from(needed);
            self.violations.require(enough, Code::Gas, "gas_limit", expected, gas_limit);
        }
        if let Some(base) = self.facts.base_fee {
            let expected = format_args!("at least {base}, the price in the latest block");
            let enough = max_fee_per_gas >= U256::from(base);
            let member = "max_fee_per_gas";
            self.violations.require(enough, Code::Gas, member, expected, max_fee_per_gas);
        }
    }
}

/// Requires that an account can pay for what goes along and for the fee.
pub(crate) fn require_native_balance(
    balance: Lots,
    value: U256,
    fee: U256,
    violations: &mut Violations,
) {
    let needed = value.saturating_add(fee);
    let code = if balance.value() < value { Code::Amount } else { Code::Fee };
    let expected = format_args!("at least {needed}, for value and fee");
    let enough = balance.value() >= needed;
    violations.require(enough, code, "facts.native_balance", expected, balance);
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
