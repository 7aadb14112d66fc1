use std::collections::HashSet;

use countersign_approval::{AccountChange, Code, Simulation};
use countersign_units::SolanaAddress;

use super::instructions::Read;
use super::{Check, agreed};
use crate::fact_check::Deal;
use crate::instruction::Instruction;

impl Check<'_> {
    /// Something moves, and one instruction moves it: the agreed transfer, or one that we can't
    /// read and that the simulation vouches for.
    ///
    /// An instruction that we can't read gets accounts of ours only where nothing else moves value.
    /// Beside the agreed transfer it could move as much again once the state has changed since the
    /// simulation.
    pub(super) fn opaque(&mut self, all: &[Read<'_>], opaque: &[usize], transfer: Option<usize>) {
        let mut movers = 0_usize;
        for place in opaque {
            let Some(read) = all.get(*place) else { continue };
            self.vouched(*place, &read.instruction);
            let accounts = read.instruction.accounts;
            if !accounts.iter().any(|account| self.is_ours(&account.address)) {
                continue;
            }
            movers = movers.saturating_add(1);
            if transfer.is_some() || movers > 1 {
                let member = format_args!("message.instructions[{place}]");
                let expected = "no account of ours beside another instruction that moves value";
                self.push(Code::ExtraInstruction, member, expected, read.instruction.program);
            } else {
                self.moves_agreed(*place, &read.instruction);
            }
        }
        if transfer.is_none() && movers == 0 {
            self.no_transfer();
        }
    }

    /// Both ends of the agreed transfer are among what the instruction may write to: what moves
    /// between them is then shown by the simulation.
    fn moves_agreed(&mut self, place: usize, instruction: &Instruction<'_>) {
        let (from, to) = Deal::of(self.terms).ends();
        for (code, address) in [(Code::Source, from), (Code::Destination, to)] {
            let mut accounts = instruction.accounts.iter();
            if !accounts.any(|account| account.address == address && account.writable) {
                let member = format_args!("message.instructions[{place}].accounts");
                let expected = format_args!("{address}, written to");
                self.push(code, member, expected, "no such account");
            }
        }
    }

    /// The simulation shows what the instruction writes to, and no account of ours among it but
    /// those that terms pin.
    fn vouched(&mut self, place: usize, instruction: &Instruction<'_>) {
        let Some(simulation) = &self.facts.simulation else {
            let member = "facts.simulation";
            let expected = format_args!("a simulation of {}", instruction.program);
            return self.push(Code::Unavailable, member, expected, "nothing");
        };
        let shown: HashSet<SolanaAddress> =
            simulation.accounts.iter().map(|change| change.address).collect();
        let ours = token_accounts_of(simulation, self.terms.user);
        let source = agreed::token(self.terms).map(|token| token.source);
        let member = format_args!("message.instructions[{place}].accounts");
        for account in instruction.accounts {
            if account.writable && !shown.contains(&account.address) {
                let expected = format_args!("{} in the simulation", account.address);
                self.push(Code::Simulation, member, expected, "nothing");
            }
            if ours.contains(&account.address) && source != Some(account.address) {
                let expected = "no account of ours but those in terms";
                self.push(Code::Source, member, expected, account.address);
            }
        }
    }
}

/// Returns the token accounts of a simulation that are ours before it.
fn token_accounts_of(simulation: &Simulation, user: SolanaAddress) -> HashSet<SolanaAddress> {
    let is_ours = |change: &&AccountChange| {
        let token = change.before.as_ref().and_then(|before| before.token.as_ref());
        token.is_some_and(|token| token.owner == user)
    };
    simulation.accounts.iter().filter(is_ours).map(|change| change.address).collect()
}
