use alloy::primitives::KECCAK256_EMPTY;
use countersign_approval::{Code, EvmFacts, Fact, Violation};
use countersign_units::U256;

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

    fn allowance(&mut self, facts: &EvmFacts) {
        let Some(allowance) = facts.allowance else { return };
        let covers = allowance >= self.terms.amount;
        let expected = format_args!("at least {}", self.terms.amount);
        self.require(covers, Code::Allowance, "facts.allowance", expected, || {
            allowance.to_string()
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
