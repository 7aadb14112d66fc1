use std::fmt::Display;

use countersign_approval::{AssetTransfer, Code, TokenTransfer};
use countersign_units::SolanaAddress;

use super::Check;
use super::instructions::Read;
use crate::instruction::{Effect, LamportTransfer, TokenMove};
use crate::resolve::Resolved;

/// A transfer under examination.
#[derive(Clone, Copy)]
struct At<'a> {
    place: usize,
    read: &'a Read<'a>,
    resolved: &'a Resolved,
}

impl Check<'_> {
    /// Says whether an instruction is the agreed transfer, whatever else may be wrong with it.
    pub(super) fn is_agreed(&self, read: &Read<'_>) -> bool {
        match (&self.terms.transfer, &read.effect) {
            (
                AssetTransfer::Native { destination, lamports },
                Ok(Effect::TransferLamports(found)),
            ) => {
                (found.from, found.to, found.lamports) == (self.terms.user, *destination, *lamports)
            }
            (AssetTransfer::Token(agreed), Ok(Effect::TransferTokens(found))) => {
                (found.source, found.destination, found.amount)
                    == (agreed.source, agreed.destination, agreed.amount)
            }
            _ => false,
        }
    }

    /// Compares the transfer with the agreed one.
    pub(super) fn transfer(&mut self, place: usize, read: &Read<'_>, resolved: &Resolved) {
        let at = At { place, read, resolved };
        let terms = self.terms;
        match (&terms.transfer, &read.effect) {
            (
                AssetTransfer::Native { destination, lamports },
                Ok(Effect::TransferLamports(found)),
            ) => {
                self.lamports(at, (destination, *lamports), found);
            }
            (AssetTransfer::Token(agreed), Ok(Effect::TransferTokens(found))) => {
                self.tokens(at, agreed, found);
            }
            // Only a transfer of the agreed kind is a candidate.
            _ => self.no_transfer(),
        }
    }

    /// Notes that nothing moves as it was agreed.
    pub(super) fn no_transfer(&mut self) {
        let expected = "the agreed transfer";
        self.push(Code::ExtraInstruction, "message.instructions", expected, "none");
    }

    fn lamports(
        &mut self,
        at: At<'_>,
        (destination, lamports): (&SolanaAddress, u64),
        found: &LamportTransfer,
    ) {
        let user = self.terms.user;
        self.account(at, (Code::Source, "from"), &user, &found.from);
        self.account(at, (Code::Destination, "to"), destination, &found.to);
        self.writable(at, Code::Source, &found.from);
        self.writable(at, Code::Destination, &found.to);
        self.same(at, (Code::Amount, "lamports"), lamports, found.lamports);
    }

    fn tokens(&mut self, at: At<'_>, agreed: &TokenTransfer, found: &TokenMove) {
        let user = self.terms.user;
        self.same(at, (Code::TokenProgram, "program"), agreed.program, found.program);
        match found.checked {
            Some((mint, decimals)) => {
                self.account(at, (Code::Mint, "mint"), &agreed.mint, &mint);
                self.same(at, (Code::Amount, "decimals"), agreed.decimals, decimals);
            }
            None => self.mint_of_source(at, agreed),
        }
        self.account(at, (Code::Source, "source"), &agreed.source, &found.source);
        self.account(
            at,
            (Code::Destination, "destination"),
            &agreed.destination,
            &found.destination,
        );
        self.account(at, (Code::Source, "authority"), &user, &found.authority);
        self.writable(at, Code::Source, &found.source);
        self.writable(at, Code::Destination, &found.destination);
        self.same(at, (Code::Amount, "amount"), agreed.amount, found.amount);
        if let Some(extra) = found.extra.first() {
            let member = format_args!("message.instructions[{}].accounts", at.place);
            let expected = "no signer of a multisig and no account of a hook";
            self.push(Code::TokenAuthority, member, expected, extra);
        }
    }

    /// A transfer that names no mint is one of whatever the source holds, so that has to be known.
    fn mint_of_source(&mut self, at: At<'_>, agreed: &TokenTransfer) {
        let source = self.facts.source.as_ref().and_then(Option::as_ref);
        let mint = source.and_then(|source| source.mint);
        if mint != Some(agreed.mint) {
            let member = format_args!("message.instructions[{}].mint", at.place);
            let found = "a transfer that names none";
            self.push(Code::Mint, member, agreed.mint, found);
        }
    }

    /// Compares an account; where the other one comes from a table, that is what to look at.
    fn account(
        &mut self,
        at: At<'_>,
        (code, name): (Code, &str),
        agreed: &SolanaAddress,
        found: &SolanaAddress,
    ) {
        if agreed != found && at.resolved.is_loaded(found) {
            let member = format_args!("message.instructions[{}].{name}", at.place);
            self.push(Code::LookupTable, member, format_args!("an entry that is {agreed}"), found);
        }
        self.same(at, (code, name), agreed, found);
    }

    fn writable(&mut self, at: At<'_>, code: Code, address: &SolanaAddress) {
        let mut accounts = at.read.instruction.accounts.iter();
        if accounts.any(|account| account.address == *address && !account.writable) {
            let member = format_args!("message.instructions[{}].accounts", at.place);
            let expected = format_args!("{address}, written to");
            self.push(code, member, expected, "read-only");
        }
    }

    fn same<T: PartialEq + Display>(
        &mut self,
        at: At<'_>,
        (code, name): (Code, &str),
        agreed: T,
        found: T,
    ) {
        if agreed != found {
            let member = format_args!("message.instructions[{}].{name}", at.place);
            self.push(code, member, agreed, found);
        }
    }
}
