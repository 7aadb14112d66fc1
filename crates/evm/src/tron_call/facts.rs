use countersign_approval::{CallAction, Code, Fact, TronCallFacts, TronCallTerms};
use countersign_units::{U256, UnixSeconds};

use super::build::names_of;
use super::judge::Check;
use super::wire::Raw;
use crate::call::facts;

/// Says whether a fact says anything about an action on Tron.
pub(super) fn needs(action: &CallAction, fact: Fact) -> bool {
    match fact {
        Fact::Blockhash => true,
        Fact::AccountNonce => false,
        // TRX moves without energy, and no node runs that without sending it.
        Fact::Gas | Fact::BaseFee | Fact::Simulation => {
            !matches!(action, CallAction::TransferNative { .. })
        }
        _ => action.needs(fact),
    }
}

impl Check<'_> {
    /// Judges the facts that were given, and refuses where a required one was not.
    pub(super) fn facts(&mut self, facts: &TronCallFacts, now: UnixSeconds) {
        let TronCallTerms { action, require_facts, max_clock_skew, .. } = self.terms;
        let missed = |fact: &Fact| needs(action, *fact) && !facts.has(*fact);
        let missed = require_facts.iter().copied().filter(missed);
        facts::require_facts(missed, &mut self.violations);
        let violations = &mut self.violations;
        facts::Check { action, facts: &facts.call, violations }.all(now, *max_clock_skew);
        self.native_balance(facts);
        self.energy(facts);
        self.reference(facts);
    }

    fn native_balance(&mut self, facts: &TronCallFacts) {
        let Some(balance) = facts.call.native_balance else { return };
        let value = match self.terms.action {
            CallAction::TransferNative { amount, .. } => amount.value(),
            _ => U256::ZERO,
        };
        let fee = U256::from(u64::try_from(self.raw.fee_limit).unwrap_or_default());
        facts::require_native_balance(balance, value, fee, &mut self.violations);
    }

    fn energy(&mut self, facts: &TronCallFacts) {
        let (Some(energy), Some(price)) = (facts.call.gas, facts.call.base_fee) else { return };
        if !needs(&self.terms.action, Fact::Gas) {
            return;
        }
        let needed = price.saturating_mul(u128::from(energy));
        let limit = self.raw.fee_limit;
        let enough = u128::try_from(limit).is_ok_and(|limit| limit >= needed);
        let expected = format_args!("at least {needed} sun, for {energy} units of energy");
        self.require(enough, Code::Gas, "fee_limit", expected, limit);
    }

    /// Requires that the transaction names the block that our view of the chain knows.
    fn reference(&mut self, facts: &TronCallFacts) {
        let Raw { ref_block_bytes, ref_block_hash, .. } = self.raw;
        let names = facts.reference.as_ref().map(names_of);
        let (bytes, hash) = names.map_or((None, None), |(bytes, hash)| (Some(bytes), Some(hash)));
        self.name("ref_block_bytes", ref_block_bytes, bytes.as_ref());
        self.name("ref_block_hash", ref_block_hash, hash.as_ref());
    }

    fn name<const N: usize>(&mut self, member: &str, found: &[u8], expected: Option<&[u8; N]>) {
        let right = found.len() == N && expected.is_none_or(|expected| found == expected);
        let expected = match expected {
            Some(expected) => hex::encode(expected),
            None => format!("{N} bytes"),
        };
        self.require(right, Code::Blockhash, member, expected, hex::encode(found));
    }
}
