use countersign_approval::{Code, TransferFacts};

use super::Check;
use super::instructions::Found;
use crate::fee;
use crate::resolve::Resolved;

/// What an account of 170 bytes keeps by the rent that clusters began with, which is the most that
/// any has asked since: a token account has 165 of SPL Token, and 170 of Token-2022 without more
/// extensions than it always gets.
const RENT_OF_TOKEN_ACCOUNT: u64 = 2_074_080;

/// What a transfer costs us besides the amount, in lamports, at most.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::own) struct Cost {
    /// For our signature and for priority.
    pub(in crate::own) fee: u64,
    /// For the token account that is made.
    pub(in crate::own) rent: u64,
}

impl Cost {
    /// Returns all of it.
    pub(in crate::own) const fn total(self) -> u64 {
        self.fee.saturating_add(self.rent)
    }
}

/// Returns what a token account keeps to be there: as the cluster says, else by the rule.
pub(in crate::own) fn rent_of(facts: &TransferFacts) -> u64 {
    facts.rent.and_then(|rent| rent.token_account).unwrap_or(RENT_OF_TOKEN_ACCOUNT)
}

impl Check<'_> {
    /// Computing is asked for within its bounds, and all that we pay besides the amount is within
    /// its own.
    pub(super) fn cost(&mut self, found: &Found, resolved: &Resolved) -> Cost {
        let (terms, ask) = (self.terms, found.ask);
        let most = terms.max_compute_unit_limit;
        if let Some(limit) = ask.unit_limit.filter(|limit| *limit > most) {
            let expected = format_args!("at most {most} units");
            self.push(Code::Gas, "message.compute_unit_limit", expected, limit);
        }
        let (price, most) = (ask.unit_price.unwrap_or_default(), terms.max_compute_unit_price);
        if let Some(most) = most.filter(|most| price > *most) {
            let expected = format_args!("at most {most} millionths of a lamport for a unit");
            self.push(Code::Gas, "message.compute_unit_price", expected, price);
        }
        let instructions = resolved.instructions(self.decoded);
        let fee = fee::lamports(ask, self.decoded.signers_count(), instructions);
        let there = matches!(self.facts.transaction.destination, Some(Some(_)));
        let rent = if found.creates && !there { rent_of(self.facts) } else { 0 };
        let cost = Cost { fee, rent };
        if cost.total() > terms.max_lamports_beside {
            let most = terms.max_lamports_beside;
            let expected = format_args!("at most {most} lamports besides the amount");
            self.push(Code::Fee, "message", expected, cost.total());
        }
        cost
    }
}
