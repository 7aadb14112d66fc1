use std::fmt::Display;

use countersign_approval::{
    CallAction, CallFacts, CallTerms, Code, Fact, Refusal, Statement, Violation, Violations,
};
use countersign_units::{EvmAddress, U256, UnixSeconds};

use super::action::{self, Message};
use super::facts::{check_facts, not_judged};
use super::transaction::Transaction;
use super::{CallDraft, GasPrice};
use crate::keccak::keccak;

/// What every transaction uses.
///
/// Source: [Ethereum yellow paper](https://ethereum.github.io/yellowpaper/paper.pdf), appendix G.
const LEAST_GAS: u64 = 21_000;

/// What a transaction of our own says, decoded from its bytes after each of them was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub(super) owner: EvmAddress,
    pub(super) chain_id: u64,
    pub(super) account_nonce: u64,
    pub(super) action: CallAction,
    pub(super) gas_limit: u64,
    pub(super) price: GasPrice,
    pub(super) max_total_fee: u128,
}

impl Call {
    /// Returns the account that sends and pays.
    pub const fn owner(&self) -> EvmAddress {
        self.owner
    }

    /// Returns the EIP-155 chain id.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Returns the account nonce.
    pub const fn account_nonce(&self) -> u64 {
        self.account_nonce
    }

    /// Returns what it does.
    pub const fn action(&self) -> &CallAction {
        &self.action
    }

    /// Returns how much gas it may use.
    pub const fn gas_limit(&self) -> u64 {
        self.gas_limit
    }

    /// Returns what a unit of gas may cost.
    pub const fn price(&self) -> GasPrice {
        self.price
    }

    /// Returns how many wei the gas may cost in all.
    pub const fn max_total_fee(&self) -> u128 {
        self.max_total_fee
    }
}

/// What a check of a draft found where nothing was wrong. It is no evidence: no signer takes it.
#[derive(Clone, Debug)]
pub struct CallJudgement {
    call: Call,
    transaction: Transaction,
    digest: [u8; 32],
    not_judged: Vec<Fact>,
    contract_gets: Option<usize>,
}

impl CallJudgement {
    /// Returns what the transaction says.
    pub const fn call(&self) -> &Call {
        &self.call
    }

    /// Returns the hash that would be signed.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Returns the facts that say something about the transaction and were not given.
    pub fn not_judged(&self) -> &[Fact] {
        &self.not_judged
    }

    /// Returns how many bytes of code the recipient has, where it has some.
    pub(super) const fn contract_gets(&self) -> Option<usize> {
        self.contract_gets
    }

    /// Returns what is hashed and sent.
    pub(super) const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Says in words what a signature would allow.
    pub fn statement(&self) -> Statement {
        super::statement::of_call(self)
    }
}

/// Compares a draft with the terms, without making evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns a [`Refusal`] with every violation that was found.
pub fn judge_call(
    draft: &CallDraft,
    terms: &CallTerms,
    facts: &CallFacts,
    now: UnixSeconds,
) -> Result<CallJudgement, Refusal> {
    let transaction = Transaction::decode(draft.as_bytes()).map_err(Refusal::one)?;
    let mut check = Check { transaction: &transaction, terms, violations: Violations::new() };
    check.moment(now);
    check.sender();
    let action = check.action();
    check.price();
    check_facts(&transaction, terms, facts, now, &mut check.violations);
    check.violations.into_result()?;
    let malformed =
        || Violation::new(Code::Malformed, "transaction", "a whole transaction", "less");
    let call = action
        .and_then(|action| read(&transaction, terms.owner, action))
        .ok_or_else(|| Refusal::one(malformed()))?;
    let code = facts.recipient_code.as_ref().map(Vec::len);
    Ok(CallJudgement {
        call,
        digest: keccak(draft.as_bytes()),
        not_judged: not_judged(&terms.action, facts),
        contract_gets: code.filter(|length| *length > 0),
        transaction,
    })
}

/// Reads numbers that were found within bounds.
fn read(transaction: &Transaction, owner: EvmAddress, action: CallAction) -> Option<Call> {
    let Transaction { gas_limit, max_fee_per_gas, .. } = transaction;
    let price = GasPrice {
        max_fee_per_gas: (*max_fee_per_gas).try_into().ok()?,
        max_priority_fee_per_gas: transaction.max_priority_fee_per_gas.try_into().ok()?,
    };
    Some(Call {
        owner,
        chain_id: transaction.chain_id.try_into().ok()?,
        account_nonce: transaction.nonce.try_into().ok()?,
        action,
        gas_limit: (*gas_limit).try_into().ok()?,
        price,
        max_total_fee: gas_limit.checked_mul(*max_fee_per_gas)?.try_into().ok()?,
    })
}

/// One draft under examination.
struct Check<'a> {
    transaction: &'a Transaction,
    terms: &'a CallTerms,
    violations: Violations,
}

impl Check<'_> {
    fn moment(&mut self, now: UnixSeconds) {
        let CallTerms { deadline, min_remaining, .. } = *self.terms;
        let first = now.saturating_add(min_remaining.max(1));
        let expected = format_args!("from {first} on");
        self.require(deadline >= first, Code::Deadline, "terms.deadline", expected, deadline);
    }

    fn sender(&mut self) {
        let CallTerms { owner, signer, chain_id, account_nonce, .. } = *self.terms;
        if let Some(signer) = signer {
            self.require(signer == owner, Code::Owner, "signer", owner, signer);
        }
        let Transaction { chain_id: found, nonce, .. } = *self.transaction;
        self.require(found == U256::from(chain_id), Code::ChainId, "chain_id", chain_id, found);
        let expected = format_args!("{account_nonce}, which was allotted");
        self.require(nonce == U256::from(account_nonce), Code::Nonce, "nonce", expected, nonce);
    }

    /// Compares what the transaction does, and returns that where it can be read.
    fn action(&mut self) -> Option<CallAction> {
        let (transaction, terms) = (self.transaction, self.terms);
        let show: action::Show = |address| address.to_string();
        action::check_recipient(&terms.action, terms.owner, show, &mut self.violations);
        let listed = transaction.access_list.len();
        let found = format_args!("{listed} bytes");
        self.require(listed == 0, Code::To, "access_list", "an empty one", found);
        if !matches!(terms.action, CallAction::TransferNative { .. }) {
            let value = transaction.value;
            self.require(value.is_zero(), Code::Amount, "value", "nothing", value);
        }
        let Some(to) = transaction.to else {
            self.require(false, Code::To, "to", "an address", "nothing: it creates a contract");
            return None;
        };
        let message = Message { to, value: transaction.value, data: &transaction.data };
        match message.action(terms.owner) {
            Ok(found) => {
                action::compare(&terms.action, &found, show, &mut self.violations);
                let meant = terms.action.is_nothing() && found.is_nothing();
                Some(if meant { terms.action } else { found })
            }
            Err(violation) => {
                self.violations.push(violation);
                None
            }
        }
    }

    fn price(&mut self) {
        let Transaction { gas_limit, max_fee_per_gas, max_priority_fee_per_gas, .. } =
            *self.transaction;
        let terms = self.terms;
        let within = gas_limit >= U256::from(LEAST_GAS) && gas_limit <= U256::from(terms.max_gas);
        let expected = format_args!("from {LEAST_GAS} to {}", terms.max_gas);
        self.require(within, Code::Gas, "gas_limit", expected, gas_limit);
        self.at_most(Code::Gas, "max_fee_per_gas", terms.max_fee_per_gas, max_fee_per_gas);
        let most = terms.max_priority_fee_per_gas;
        self.at_most(Code::Gas, "max_priority_fee_per_gas", most, max_priority_fee_per_gas);
        let within = max_priority_fee_per_gas <= max_fee_per_gas;
        let expected = format_args!("at most the whole price, {max_fee_per_gas}");
        let member = "max_priority_fee_per_gas";
        self.require(within, Code::Gas, member, expected, max_priority_fee_per_gas);
        let total = gas_limit.saturating_mul(max_fee_per_gas);
        self.at_most(Code::Fee, "gas_limit * max_fee_per_gas", terms.max_total_fee, total);
    }

    fn at_most(&mut self, code: Code, member: &str, most: u128, found: U256) {
        let expected = format_args!("at most {most} wei");
        self.require(found <= U256::from(most), code, member, expected, found);
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
