use countersign_approval::{AssetTransfer, Code};

use super::Check;
use crate::fee::Ask;
use crate::instruction::{self, Budget, Effect, Instruction, NewTokenAccount, Unreadable};
use crate::resolve::Resolved;

/// What the instructions do besides the transfer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// What they ask for of computing.
    pub(super) ask: Ask,
    /// Whether the destination is made.
    pub(super) creates: bool,
}

/// An instruction with what it was read as.
pub(super) struct Read<'a> {
    pub(super) place: usize,
    pub(super) instruction: Instruction<'a>,
    pub(super) effect: Result<Effect<'a>, Unreadable>,
}

impl Check<'_> {
    /// There are the agreed transfer, once, the making of its destination before it, and a limit and
    /// a price of computing, each at most once. There is nothing else.
    pub(super) fn instructions(&mut self, resolved: &Resolved) -> Found {
        let all = resolved.instructions(self.decoded).enumerate();
        let all: Vec<Read<'_>> = all
            .map(|(place, instruction)| {
                let effect = instruction::read(&instruction);
                Read { place, instruction, effect }
            })
            .collect();
        let transfer = self.find_transfer(&all);
        let mut found = Found::default();
        for read in &all {
            match &read.effect {
                Ok(effect) if transfer == Some(read.place) => self.transfer(read, effect),
                Ok(effect) => self.effect(read.place, effect, transfer, &mut found),
                Err(unreadable) => self.unreadable(read, unreadable),
            }
        }
        if transfer.is_none() {
            let expected = "the agreed transfer";
            self.push(Code::ExtraInstruction, "message.instructions", expected, "none");
        }
        found
    }

    /// Finds the agreed transfer: the first that is equal to it, else the first of its kind.
    fn find_transfer(&self, all: &[Read<'_>]) -> Option<usize> {
        let of_kind = all.iter().filter(|read| {
            matches!(
                (&self.agreed.transfer, &read.effect),
                (AssetTransfer::Native { .. }, Ok(Effect::TransferLamports(_)))
                    | (AssetTransfer::Token(_), Ok(Effect::TransferTokens(_)))
            )
        });
        let equal = of_kind.clone().find(|read| self.is_agreed(read));
        equal.or_else(|| of_kind.clone().next()).map(|read| read.place)
    }

    fn effect(
        &mut self,
        place: usize,
        effect: &Effect<'_>,
        transfer: Option<usize>,
        found: &mut Found,
    ) {
        match effect {
            Effect::Budget(budget) => self.budget(place, *budget, found),
            Effect::CreateTokenAccount(new) => {
                let before = transfer.is_some_and(|transfer| place < transfer);
                self.new_account(place, new, before, found);
            }
            Effect::AdvanceNonce { account, .. } => {
                let member = format_args!("message.instructions[{place}]");
                self.push(Code::DurableNonce, member, "no durable nonce", account);
                self.extra(place, effect);
            }
            Effect::Other(other) if other.code != Code::ExtraInstruction => {
                let member = format_args!("message.instructions[{place}]");
                self.push(other.code, member, "no such instruction", other.name);
                self.extra(place, effect);
            }
            Effect::Other(_)
            | Effect::Memo(_)
            | Effect::TransferLamports(_)
            | Effect::TransferTokens(_) => self.extra(place, effect),
        }
    }

    /// A limit and a price of computing stand at most once each; nothing else is asked for.
    fn budget(&mut self, place: usize, budget: Budget, found: &mut Found) {
        let twice = match budget {
            Budget::UnitLimit(limit) => found.ask.unit_limit.replace(limit).is_some(),
            Budget::UnitPrice(price) => found.ask.unit_price.replace(price).is_some(),
            Budget::HeapFrame(_) | Budget::LoadedDataSize(_) => {
                return self.extra(place, &Effect::Budget(budget));
            }
        };
        if twice {
            let member = format_args!("message.instructions[{place}]");
            let expected = "each bound of computing once";
            self.push(Code::ExtraInstruction, member, expected, "one twice");
        }
    }

    /// The one account that is made is the destination, before it is used, whether or not it is
    /// there already.
    fn new_account(
        &mut self,
        place: usize,
        new: &NewTokenAccount,
        before: bool,
        found: &mut Found,
    ) {
        let twice = std::mem::replace(&mut found.creates, true);
        if twice || !before || self.agreed.new_account() != Some(*new) {
            self.extra(place, &Effect::CreateTokenAccount(*new));
        }
    }

    fn unreadable(&mut self, read: &Read<'_>, unreadable: &Unreadable) {
        let place = read.place;
        match unreadable {
            Unreadable::Program => {
                let member = format_args!("message.instructions[{place}].program");
                let expected = "a program that a transfer needs";
                self.push(Code::UnknownProgram, member, expected, read.instruction.program);
            }
            Unreadable::Form { expected, found } => {
                let member = format_args!("message.instructions[{place}]");
                self.push(Code::ExtraInstruction, member, expected, found);
            }
        }
    }

    fn extra(&mut self, place: usize, effect: &Effect<'_>) {
        let member = format_args!("message.instructions[{place}]");
        let expected = "the agreed transfer, or what it needs";
        self.push(Code::ExtraInstruction, member, expected, effect.describe());
    }
}
