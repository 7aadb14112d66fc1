use std::fmt::Display;

use countersign_approval::{
    AccountChange, AccountSnapshot, AssetTransfer, Code, Simulation, TokenAccount,
    TokenAccountState, TokenTransfer,
};
use countersign_units::{Lots, SolanaAddress};

use super::FactCheck;
use crate::programs;

const MEMBER: &str = "facts.simulation";

impl FactCheck<'_> {
    /// What the transaction does when it is run is what was agreed, and nothing else of ours
    /// changes.
    pub(super) fn simulation(&mut self, simulation: &Simulation) {
        if let Some(error) = &simulation.error {
            return self.differs("a transaction that succeeds", error);
        }
        self.all_shown(simulation);
        for change in &simulation.accounts {
            self.change(change);
        }
    }

    /// Each account that matters, and that the transaction may write to, is shown once.
    fn all_shown(&mut self, simulation: &Simulation) {
        let (from, to) = self.deal.ends();
        for address in [self.deal.user, from, to] {
            let mut accounts = self.outline.resolved.accounts().iter();
            let writable = accounts.any(|found| found.address == address && found.writable);
            let shown = simulation.accounts.iter().filter(|change| change.address == address);
            if writable && shown.count() != 1 {
                self.differs(format_args!("{address}, shown once"), "another number of it");
            }
        }
    }

    fn change(&mut self, change: &AccountChange) {
        let AccountChange { address, before, after } = change;
        let deal = self.deal;
        if *address == deal.user {
            self.user(before.as_ref(), after.as_ref());
        }
        let before_token = token_of(before.as_ref());
        match deal.transfer {
            AssetTransfer::Token(token) if *address == token.destination => {
                self.gains_tokens(token, before_token, after.as_ref());
            }
            AssetTransfer::Native { destination, lamports } if address == destination => {
                if let Some(least) = self.least_gain(*lamports) {
                    self.gains_lamports((least, *lamports), before.as_ref(), after.as_ref());
                }
            }
            _ => {}
        }
        if let Some(token) = deal.token().filter(|token| token.source == *address) {
            self.is_source(token, before.as_ref());
        }
        if let Some((before, token)) = before.as_ref().zip(before_token)
            && [Some(token.owner), token.delegate, token.close_authority].contains(&Some(deal.user))
        {
            self.of_ours(*address, (before, token), after.as_ref());
        }
    }

    /// Returns what a destination gains at least; nothing where what it gains tells nothing.
    ///
    /// One that pays the fee gains less by that. One that signs may pay for something else too, which
    /// is left to it where we can read every instruction.
    fn least_gain(&self, lamports: u64) -> Option<u64> {
        let (_, destination) = self.deal.ends();
        let outline = self.outline;
        let mut signers = outline.resolved.accounts().iter().filter(|account| account.signer);
        if !outline.is_opaque && signers.any(|signer| signer.address == destination) {
            return None;
        }
        let pays = outline.fee_payer == Some(destination);
        Some(lamports.saturating_sub(if pays { outline.fee } else { 0 }))
    }

    /// What the terms call our token account is one, before anything runs, and ours alone.
    fn is_source(&mut self, token: &TokenTransfer, before: Option<&AccountSnapshot>) {
        let user = self.deal.user;
        let ours = before.and_then(|account| Some((account, account.token.as_ref()?))).is_some_and(
            |(account, held)| {
                let closer = held.close_authority.is_none_or(|closer| closer == user);
                is_usable(token, account, held)
                    && (held.owner, held.delegate) == (user, None)
                    && closer
            },
        );
        if !ours {
            let expected = format_args!("{} as a token account of ours alone", token.source);
            self.differs(expected, "another account, or none");
        }
    }

    /// Our key keeps its lamports but for what was agreed, and stays with the System program.
    fn user(&mut self, before: Option<&AccountSnapshot>, after: Option<&AccountSnapshot>) {
        let lamports = |account: Option<&AccountSnapshot>| account.map_or(0, |a| a.lamports);
        let fallen = lamports(before).saturating_sub(lamports(after));
        let most = self.deal.max_lamports_out;
        let least = match self.deal.transfer {
            AssetTransfer::Native { lamports, .. } => *lamports,
            AssetTransfer::Token(_) => 0,
        };
        if fallen < least || fallen > most {
            let expected = format_args!("{least} to {most} lamports of ours less");
            self.differs(expected, fallen);
        }
        if let Some(other) = after.filter(|after| after.program != programs::SYSTEM) {
            self.differs("our key with the System program", other.program);
        }
    }

    fn gains_lamports(
        &mut self,
        (least, agreed): (u64, u64),
        before: Option<&AccountSnapshot>,
        after: Option<&AccountSnapshot>,
    ) {
        let before = before.map_or(0, |before| before.lamports);
        let gained = after.and_then(|after| after.lamports.checked_sub(before));
        if !gained.is_some_and(|gained| (least..=agreed).contains(&gained)) {
            let expected = format_args!("{least} to {agreed} lamports more for the destination");
            self.differs(expected, shown(gained));
        }
    }

    fn gains_tokens(
        &mut self,
        token: &TokenTransfer,
        before: Option<&TokenAccount>,
        after: Option<&AccountSnapshot>,
    ) {
        let Some((account, after)) = after.and_then(|after| Some((after, after.token.as_ref()?)))
        else {
            return self.differs("a destination that holds tokens", "no token account");
        };
        if after.owner != token.destination_owner || !is_usable(token, account, after) {
            let expected = format_args!("a destination of {}", token.destination_owner);
            self.differs(expected, format_args!("one of {}, or not to be used", after.owner));
        }
        let before = before.map_or(Some(Lots::ZERO), |before| before.amount);
        let gained = after.amount.zip(before).and_then(|(after, before)| after.checked_sub(before));
        if gained != Some(Lots::from(token.amount)) {
            let expected = format_args!("{} more for the destination", token.amount);
            self.differs(expected, shown(gained));
        }
    }

    /// A token account of ours loses what was agreed, if it is the source, and else nothing; nobody
    /// else gets a say over it.
    fn of_ours(
        &mut self,
        address: SolanaAddress,
        (before, held): (&AccountSnapshot, &TokenAccount),
        after: Option<&AccountSnapshot>,
    ) {
        let token = self.deal.token().filter(|token| token.source == address);
        let agreed = token.map_or(0, |token| token.amount);
        let Some((after, holds)) = after.and_then(|after| Some((after, after.token.as_ref()?)))
        else {
            return self.differs(format_args!("{address} as a token account"), "none");
        };
        let lost = held.amount.zip(holds.amount).and_then(|(held, left)| held.checked_sub(left));
        if lost != Some(Lots::from(agreed)) {
            self.differs(format_args!("{agreed} less in {address}"), shown(lost));
        }
        let authorities = |account: &TokenAccount| {
            (account.owner, account.delegate, account.close_authority, account.mint, account.state)
        };
        if authorities(held) != authorities(holds) || before.program != after.program {
            let expected = format_args!("{address} in the same hands and the same state");
            self.differs(expected, "another owner, delegate, close authority or state");
        }
        // Wrapped SOL takes its lamports along.
        let wrapped = held.mint == Some(programs::NATIVE_MINT);
        let least = before.lamports.saturating_sub(if wrapped { agreed } else { 0 });
        if after.lamports < least {
            self.differs(format_args!("at least {least} lamports in {address}"), after.lamports);
        }
    }

    fn differs(&mut self, expected: impl Display, found: impl Display) {
        self.push(Code::Simulation, MEMBER, expected, found);
    }
}

/// Says whether an account holds the agreed token, in its program, and can be used.
fn is_usable(token: &TokenTransfer, account: &AccountSnapshot, held: &TokenAccount) -> bool {
    account.program == token.program
        && held.mint.is_none_or(|mint| mint == token.mint)
        && held.state == TokenAccountState::Initialized
}

fn token_of(account: Option<&AccountSnapshot>) -> Option<&TokenAccount> {
    account.and_then(|account| account.token.as_ref())
}

fn shown<T: Display>(amount: Option<T>) -> String {
    amount.map_or_else(|| "less, or unknown".to_owned(), |amount| amount.to_string())
}
