//! What a program that we can't read may do to accounts that no terms name.
//!
//! Our signature goes with its calls, so it could use an authority of ours that no transaction
//! shows: over stake, a nonce, a program, a mint. Our key itself could become a nonce that another
//! empties later. Most of that is in an account's data, so the data is compared.

use std::fmt::Display;

use countersign_approval::{AccountChange, AccountSnapshot, Code, TokenAccount};
use countersign_units::SolanaAddress;

use super::Check;
use crate::fact_check::Deal;
use crate::programs;
use crate::resolve::Resolved;

/// The programs that keep accounts by authorities, without which nothing in them changes.
const KEEPERS: [SolanaAddress; 8] = [
    programs::SYSTEM,
    programs::STAKE,
    programs::VOTE,
    programs::LOOKUP_TABLE,
    programs::LOADER_V3,
    programs::LOADER_V4,
    programs::SPL_TOKEN,
    programs::TOKEN_2022,
];

impl Check<'_> {
    /// Judges each account of a transaction that has an unread instruction.
    pub(super) fn unread_accounts(&mut self, resolved: &Resolved) {
        let simulation = self.facts.simulation.as_ref().filter(|run| run.error.is_none());
        for change in simulation.map(|run| run.accounts.as_slice()).unwrap_or_default() {
            self.unread(change, resolved);
        }
    }

    fn unread(&mut self, change: &AccountChange, resolved: &Resolved) {
        let AccountChange { address, before, after } = change;
        let Some(before) = before else { return };
        if *address == self.terms.user {
            return self.our_key(before, after.as_ref());
        }
        let (from, to) = Deal::of(self.terms).ends();
        if *address == from || *address == to || !KEEPERS.contains(&before.program) {
            return;
        }
        let signs = |key: SolanaAddress| {
            let mut accounts = resolved.accounts().iter();
            key != self.terms.user && accounts.any(|used| used.signer && used.address == key)
        };
        let kept = match &before.token {
            Some(token) => signs(token.owner) || keeps_tokens((before, token), after.as_ref()),
            None => keeps_data(before, after.as_ref(), signs(*address)),
        };
        if !kept {
            let expected = format_args!("{address} as it was, or gaining");
            self.differs(expected, "less in it, other data or another authority");
        }
    }

    /// Our key keeps no data: what has some is a nonce, or can't pay any more.
    fn our_key(&mut self, before: &AccountSnapshot, after: Option<&AccountSnapshot>) {
        let empty = |account: &AccountSnapshot| account.space == Some(0);
        if !empty(before) || after.is_some_and(|after| !empty(after)) {
            self.differs("our key without data", "data, or nobody knows");
        }
    }

    fn differs(&mut self, expected: impl Display, found: impl Display) {
        self.push(Code::Simulation, "facts.simulation", expected, found);
    }
}

/// Says whether an account of tokens loses nothing and stays in the same hands.
fn keeps_tokens(
    (before, held): (&AccountSnapshot, &TokenAccount),
    after: Option<&AccountSnapshot>,
) -> bool {
    let Some((after, holds)) = after.and_then(|after| Some((after, after.token.as_ref()?))) else {
        return false;
    };
    let hands = |account: &TokenAccount| (account.owner, account.delegate, account.close_authority);
    let gains = holds.amount.zip(held.amount).is_some_and(|(holds, held)| holds >= held);
    gains
        && after.program == before.program
        && after.lamports >= before.lamports
        && hands(holds) == hands(held)
}

/// Says whether any other account keeps its data and its lamports; one that signs may pay.
///
/// An account that holds nothing but lamports may become another program's, as a token account does
/// that was sent SOL before it was made.
fn keeps_data(before: &AccountSnapshot, after: Option<&AccountSnapshot>, signs: bool) -> bool {
    let Some(after) = after else { return signs };
    let same = after.program == before.program
        && after.data_hash.is_some()
        && after.data_hash == before.data_hash;
    let empty = before.program == programs::SYSTEM && before.space == Some(0);
    (same || empty) && (signs || after.lamports >= before.lamports)
}
