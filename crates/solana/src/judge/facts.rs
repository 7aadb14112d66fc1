use countersign_approval::{AssetTransfer, Code, CosignTerms, Fact, SolanaFacts};

use super::Check;
use super::instructions::Found;
use crate::decode::Decoded;
use crate::fact_check::{Deal, FactCheck, Outline};
use crate::resolve::Resolved;

/// Returns the facts that were not given, of those that the transaction has.
pub(super) fn not_judged(terms: &CosignTerms, facts: &SolanaFacts, decoded: &Decoded) -> Vec<Fact> {
    let all = Fact::SOLANA.into_iter();
    all.filter(|fact| !facts.has(*fact) && applies(*fact, terms, decoded)).collect()
}

/// Says whether a transaction has a fact: one without tables has nothing to say about tables.
fn applies(fact: Fact, terms: &CosignTerms, decoded: &Decoded) -> bool {
    match fact {
        Fact::Tables => !decoded.lookups().is_empty(),
        Fact::Mint | Fact::Source | Fact::Destination => {
            matches!(terms.transfer, AssetTransfer::Token(_))
        }
        _ => true,
    }
}

impl Check<'_> {
    /// Refuses where a required fact was not given.
    pub(super) fn required_facts(&mut self) {
        let (terms, facts, decoded) = (self.terms, self.facts, self.decoded);
        for fact in &terms.require_facts {
            if !facts.has(*fact) && applies(*fact, terms, decoded) {
                let member = format_args!("facts.{fact}");
                self.push(Code::Unavailable, member, "a fact", "nothing");
            }
        }
    }

    /// Judges the facts that were given.
    pub(super) fn facts(&mut self, resolved: &Resolved, found: &Found) {
        let is_opaque = !found.opaque.is_empty();
        let outline = Outline {
            resolved,
            fee_payer: self.decoded.signers().next(),
            fee: found.fee.lamports,
            // What can't be read may make it: then the simulation shows it made, and what is in it.
            makes_destination: found.creates_destination || is_opaque,
            is_opaque,
            has_nonce: found.nonce_account.is_some(),
        };
        let (deal, facts) = (Deal::of(self.terms), self.facts);
        FactCheck { deal, outline, facts, violations: &mut self.violations }.judge();
        if is_opaque {
            self.unread_accounts(resolved);
        }
    }
}
