use countersign_approval::{
    AccountSnapshot, Code, Fact, TransferAction, TransferFacts, TransferTerms,
};

use super::Check;
use super::cost::Cost;
use super::instructions::Found;
use crate::fact_check::{FactCheck, Outline};
use crate::programs;
use crate::resolve::Resolved;

/// Returns the facts that were not given, of those that the transfer has.
pub(super) fn not_judged(terms: &TransferTerms, facts: &TransferFacts) -> Vec<Fact> {
    let all = Fact::SOLANA_TRANSFER.into_iter();
    all.filter(|fact| !facts.has(*fact) && applies(*fact, terms)).collect()
}

/// Says whether a transfer has a fact: one of SOL has nothing to say about a mint, and none has
/// lookup tables.
const fn applies(fact: Fact, terms: &TransferTerms) -> bool {
    match fact {
        Fact::Tables => false,
        Fact::Mint | Fact::Source | Fact::Destination => {
            matches!(terms.action, TransferAction::Token(_))
        }
        _ => true,
    }
}

impl Check<'_> {
    /// Refuses where a required fact was not given.
    pub(super) fn required_facts(&mut self) {
        let (terms, facts) = (self.terms, self.facts);
        for fact in &terms.require_facts {
            if !facts.has(*fact) && applies(*fact, terms) {
                let member = format_args!("facts.{fact}");
                self.push(Code::Unavailable, member, "a fact", "nothing");
            }
        }
    }

    /// Judges the facts that were given.
    pub(super) fn facts(&mut self, resolved: &Resolved, found: &Found, cost: Cost) {
        let facts = self.facts;
        let outline = Outline {
            resolved,
            fee_payer: self.decoded.signers().next(),
            fee: cost.fee,
            makes_destination: found.creates,
            is_opaque: false,
            has_nonce: false,
        };
        let deal = self.agreed.deal(&self.terms.allowed_extensions);
        let (transaction, violations) = (&facts.transaction, &mut self.violations);
        FactCheck { deal, outline, facts: transaction, violations }.judge();
        if let Some(owner) = &facts.owner {
            self.owner(owner.as_ref(), cost);
        }
        if let Some(recipient) = &facts.recipient {
            self.recipient(recipient.as_ref());
        }
        let last = self.terms.last_valid_block_height;
        if let Some(height) = facts.block_height.filter(|height| *height > last) {
            let expected = format_args!("at most {last}");
            self.push(Code::Blockhash, "facts.height", expected, height);
        }
    }

    /// Our key can pay all of it, and keeps nothing or enough to stay.
    fn owner(&mut self, owner: Option<&AccountSnapshot>, cost: Cost) {
        const MEMBER: &str = "facts.balance";
        let needed = self.agreed.lamports().saturating_add(cost.total());
        let Some(owner) = owner else {
            return self.push(
                Code::Source,
                MEMBER,
                format_args!("{needed} lamports"),
                "no account",
            );
        };
        if !is_wallet(owner) {
            let expected = "an account that holds SOL alone";
            self.push(Code::Source, MEMBER, expected, owner.program);
        }
        let least = self.facts.rent.map_or(0, |rent| rent.wallet);
        let enough = |left| left == 0 || left >= least;
        if !owner.lamports.checked_sub(needed).is_some_and(enough) {
            let expected = format_args!("{needed} lamports, and {least} that stay if any do");
            self.push(Code::Source, MEMBER, expected, owner.lamports);
        }
    }

    /// Who is paid is a wallet, and one that is there afterwards: the chain refuses what would leave
    /// less in it than it has to keep.
    fn recipient(&mut self, recipient: Option<&AccountSnapshot>) {
        const MEMBER: &str = "facts.recipient";
        if let Some(other) = recipient.filter(|account| !is_wallet(account)) {
            let expected = "an account that holds SOL alone";
            self.push(Code::Destination, MEMBER, expected, other.program);
        }
        let (TransferAction::Native { lamports, .. }, Some(rent)) =
            (&self.terms.action, self.facts.rent)
        else {
            return;
        };
        let held = recipient.map_or(0, |account| account.lamports);
        let holds = held.saturating_add(*lamports);
        if holds < rent.wallet {
            let expected = format_args!("at least {} lamports in it afterwards", rent.wallet);
            self.push(Code::Destination, MEMBER, expected, holds);
        }
    }
}

/// Says whether an account is one of the System program, without data: what keys have.
fn is_wallet(account: &AccountSnapshot) -> bool {
    account.program == programs::SYSTEM && account.space.is_none_or(|space| space == 0)
}
