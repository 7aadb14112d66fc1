use alloy::primitives::KECCAK256_EMPTY;
use countersign_approval::{Code, EvmFacts, Fact, Violation};
use countersign_units::{EvmAddress, U256};

use super::Check;

/// Returns the facts that were not given.
pub(super) fn not_judged(facts: &EvmFacts) -> Vec<Fact> {
    Fact::EVM.into_iter().filter(|fact| !facts.has(*fact)).collect()
}

impl Check<'_> {
    /// Judges the facts that were given, and refuses where a required one was not.
    pub(super) fn facts(&mut self, facts: &EvmFacts, nonce: Option<U256>) {
        for fact in &self.terms.require_facts {
            if !facts.has(*fact) {
                let member = format!("facts.{fact}");
                self.violations.push(Violation::new(
                    Code::Unavailable,
                    &member,
                    "a fact",
                    "nothing",
                ));
            }
        }
        self.owner_code(facts);
        self.spender_code(facts);
        self.spender_implementation(facts);
        self.balance(facts);
        self.allowance(facts);
        self.nonce_bitmap(facts, nonce);
        self.block_time(facts);
    }

    /// An owner with code is asked by ERC-1271, so its key alone decides nothing.
    fn owner_code(&mut self, facts: &EvmFacts) {
        let code = facts.owner_code.as_deref().unwrap_or_default();
        let expected = "no code at the owner's address";
        self.require(code.is_empty(), Code::Owner, "facts.owner_code", expected, || {
            format!("{} bytes", code.len())
        });
    }

    fn spender_code(&mut self, facts: &EvmFacts) {
        let Some(found) = facts.spender_code_hash else { return };
        let no_code = found == [0; 32] || found == KECCAK256_EMPTY.0;
        let member = "facts.spender_code_hash";
        self.require(!no_code, Code::Spender, member, "a contract", || "no code".to_owned());
        if let Some(pinned) = self.terms.escrow_code_hash {
            let expected = format_args!("the pinned 0x{}", hex::encode(pinned));
            self.require(found == pinned, Code::Spender, member, expected, || {
                format!("0x{}", hex::encode(found))
            });
        }
    }

    /// A proxy's own code stays the same when it is pointed at another implementation.
    fn spender_implementation(&mut self, facts: &EvmFacts) {
        let Some(found) = facts.spender_implementation else { return };
        let (pinned, standard) = (self.terms.escrow_implementation, self.terms.standard);
        let expected = match pinned {
            Some(pinned) => format!("the pinned {}", standard.show(pinned)),
            None => "no proxy, or a pinned implementation".to_owned(),
        };
        let same = found == pinned.unwrap_or(EvmAddress::ZERO);
        let member = "facts.spender_implementation";
        self.require(same, Code::Spender, member, expected, || standard.show(found));
    }

    fn balance(&mut self, facts: &EvmFacts) {
        let Some(balance) = facts.balance else { return };
        let covers = balance >= self.terms.amount;
        let expected = format_args!("at least {}", self.terms.amount);
        self.require(covers, Code::Amount, "facts.balance", expected, || balance.to_string());
    }

    fn allowance(&mut self, facts: &EvmFacts) {
        let Some(allowance) = facts.allowance else { return };
        let member = "facts.allowance";
        let covers = allowance >= self.terms.amount;
        let expected = format_args!("at least {}", self.terms.amount);
        self.require(covers, Code::Allowance, member, expected, || allowance.to_string());
        if let Some(most) = self.terms.max_allowance {
            let expected = format_args!("at most {most}, by policy");
            self.require(allowance <= most, Code::Allowance, member, expected, || {
                allowance.to_string()
            });
        }
    }

    /// A contract that hashes another domain would refuse our signature, or is not Permit2.
    pub(super) fn domain_separator(&mut self, facts: &EvmFacts, ours: [u8; 32]) {
        let Some(found) = facts.domain_separator else { return };
        let expected = format_args!("0x{}", hex::encode(ours));
        let member = "facts.domain_separator";
        self.require(found == ours, Code::VerifyingContract, member, expected, || {
            format!("0x{}", hex::encode(found))
        });
    }

    /// The bitmap's word holds one bit for each of the 256 nonces that share their upper 248 bits.
    fn nonce_bitmap(&mut self, facts: &EvmFacts, nonce: Option<U256>) {
        let (Some(word), Some(nonce)) = (facts.nonce_bitmap, nonce) else { return };
        let used = word.bit(usize::from(nonce.byte(0)));
        let expected = "a nonce that is free on chain";
        self.require(!used, Code::Nonce, "facts.nonce_bitmap", expected, || {
            format!("{nonce}, used")
        });
    }

    fn block_time(&mut self, facts: &EvmFacts) {
        let Some(block) = facts.block_time else { return };
        let (now, skew) = (self.now, self.terms.max_clock_skew);
        let expected = format_args!("within {skew} seconds of {now}");
        let near = block.abs_diff(now) <= skew;
        self.require(near, Code::Clock, "facts.block_time", expected, || block.to_string());
    }
}
