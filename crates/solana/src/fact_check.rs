//! What a cluster says of a transaction, compared with the one transfer that was agreed: the same
//! for transactions that we co-sign and for those of our own.

mod simulation;
mod token;

use std::fmt::Display;

use countersign_approval::{
    AssetTransfer, Code, CosignTerms, SolanaFacts, TokenTransfer, Violation, Violations,
};
use countersign_units::SolanaAddress;

use crate::resolve::Resolved;

/// What terms say of the one transfer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deal<'a> {
    /// Our key.
    pub(crate) user: SolanaAddress,
    /// What moves.
    pub(crate) transfer: &'a AssetTransfer,
    /// How many lamports of ours may leave in all.
    pub(crate) max_lamports_out: u64,
    /// The extensions that a mint may have.
    pub(crate) allowed_extensions: &'a [String],
}

impl<'a> Deal<'a> {
    /// Takes it out of the terms of a transaction that we co-sign.
    pub(crate) fn of(terms: &'a CosignTerms) -> Self {
        Self {
            user: terms.user,
            transfer: &terms.transfer,
            max_lamports_out: terms.max_lamports_out,
            allowed_extensions: &terms.allowed_extensions,
        }
    }

    /// Returns where the transfer comes from and where it goes.
    pub(crate) const fn ends(&self) -> (SolanaAddress, SolanaAddress) {
        match self.transfer {
            AssetTransfer::Native { destination, .. } => (self.user, *destination),
            AssetTransfer::Token(token) => (token.source, token.destination),
        }
    }

    /// Returns the transfer, where tokens move.
    pub(crate) const fn token(&self) -> Option<&'a TokenTransfer> {
        match self.transfer {
            AssetTransfer::Native { .. } => None,
            AssetTransfer::Token(token) => Some(token),
        }
    }
}

/// What was found in the transaction itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outline<'a> {
    /// Its accounts.
    pub(crate) resolved: &'a Resolved,
    /// Who pays the fee.
    pub(crate) fee_payer: Option<SolanaAddress>,
    /// What that is at most, in lamports.
    pub(crate) fee: u64,
    /// Whether it makes the destination, or may do so.
    pub(crate) makes_destination: bool,
    /// Whether there is an instruction that we can't read.
    pub(crate) is_opaque: bool,
    /// Whether it lives by a durable nonce.
    pub(crate) has_nonce: bool,
}

/// Facts under examination.
pub(crate) struct FactCheck<'a> {
    pub(crate) deal: Deal<'a>,
    pub(crate) outline: Outline<'a>,
    pub(crate) facts: &'a SolanaFacts,
    pub(crate) violations: &'a mut Violations,
}

impl FactCheck<'_> {
    /// Judges the facts that were given.
    pub(crate) fn judge(mut self) {
        let (facts, outline) = (self.facts, self.outline);
        // The value of a durable nonce is no blockhash that the cluster knows.
        if facts.blockhash == Some(false) && !outline.has_nonce {
            let expected = "a blockhash that our cluster would take";
            self.push(Code::Blockhash, "facts.blockhash", expected, "another");
        }
        if let Some(token) = self.deal.token() {
            self.mint(token);
            self.source(token);
            self.destination(token);
        }
        if let Some(simulation) = &facts.simulation {
            self.simulation(simulation);
        }
    }

    fn push(
        &mut self,
        code: Code,
        member: impl Display,
        expected: impl Display,
        found: impl Display,
    ) {
        self.violations.push(Violation::new(code, member, expected, found));
    }
}
