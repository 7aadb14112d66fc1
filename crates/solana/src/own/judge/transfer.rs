use std::fmt::Display;

use countersign_approval::{AssetTransfer, Code, TokenTransfer};
use countersign_units::SolanaAddress;

use super::Check;
use super::instructions::Read;
use crate::instruction::{Effect, LamportTransfer, TokenMove};

impl Check<'_> {
    /// Says whether an instruction is the agreed transfer, whatever else may be wrong with it.
    pub(super) fn is_agreed(&self, read: &Read<'_>) -> bool {
        match (&self.agreed.transfer, &read.effect) {
            (
                AssetTransfer::Native { destination, lamports },
                Ok(Effect::TransferLamports(found)),
            ) => (found.to, found.lamports) == (*destination, *lamports),
            (AssetTransfer::Token(agreed), Ok(Effect::TransferTokens(found))) => {
                (found.destination, found.amount) == (agreed.destination, agreed.amount)
            }
            _ => false,
        }
    }

    /// Compares the transfer with the agreed one.
    pub(super) fn transfer(&mut self, read: &Read<'_>, effect: &Effect<'_>) {
        let agreed = self.agreed;
        match (&agreed.transfer, effect) {
            (AssetTransfer::Native { destination, lamports }, Effect::TransferLamports(found)) => {
                self.lamports(read, (*destination, *lamports), found);
            }
            (AssetTransfer::Token(agreed), Effect::TransferTokens(found)) => {
                self.tokens(read, agreed, found);
            }
            // Only a transfer of the agreed kind is found.
            _ => {}
        }
    }

    fn lamports(
        &mut self,
        read: &Read<'_>,
        (to, lamports): (SolanaAddress, u64),
        found: &LamportTransfer,
    ) {
        self.same(read, (Code::Source, "from"), self.agreed.owner, found.from);
        self.same(read, (Code::To, "to"), to, found.to);
        self.same(read, (Code::Amount, "lamports"), lamports, found.lamports);
        self.writable(read, Code::Source, found.from);
        self.writable(read, Code::To, found.to);
    }

    fn tokens(&mut self, read: &Read<'_>, agreed: &TokenTransfer, found: &TokenMove) {
        self.same(read, (Code::TokenProgram, "program"), agreed.program, found.program);
        if let Some((mint, decimals)) = found.checked {
            self.same(read, (Code::Token, "mint"), agreed.mint, mint);
            self.same(read, (Code::Amount, "decimals"), agreed.decimals, decimals);
        } else {
            let member = format_args!("message.instructions[{}].mint", read.place);
            self.push(Code::Token, member, agreed.mint, "a transfer that names none");
        }
        self.same(read, (Code::Source, "source"), agreed.source, found.source);
        self.same(read, (Code::To, "destination"), agreed.destination, found.destination);
        self.same(read, (Code::Source, "authority"), self.agreed.owner, found.authority);
        self.same(read, (Code::Amount, "amount"), agreed.amount, found.amount);
        self.writable(read, Code::Source, found.source);
        self.writable(read, Code::To, found.destination);
        if let Some(extra) = found.extra.first() {
            let member = format_args!("message.instructions[{}].accounts", read.place);
            let expected = "no signer of a multisig and no account of a hook";
            self.push(Code::TokenAuthority, member, expected, extra);
        }
    }

    fn writable(&mut self, read: &Read<'_>, code: Code, address: SolanaAddress) {
        let mut accounts = read.instruction.accounts.iter();
        if accounts.any(|account| account.address == address && !account.writable) {
            let member = format_args!("message.instructions[{}].accounts", read.place);
            let expected = format_args!("{address}, written to");
            self.push(code, member, expected, "read-only");
        }
    }

    fn same<T: PartialEq + Display>(
        &mut self,
        read: &Read<'_>,
        (code, name): (Code, &str),
        agreed: T,
        found: T,
    ) {
        if agreed != found {
            let member = format_args!("message.instructions[{}].{name}", read.place);
            self.push(code, member, agreed, found);
        }
    }
}
