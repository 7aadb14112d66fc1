use countersign_approval::Code;

use super::{Check, agreed};
use crate::associated_token_account;
use crate::fee::Ask;
use crate::instruction::{Budget, NewTokenAccount};

/// What instructions that move nothing of ours ask for, each at most once.
#[derive(Debug, Default)]
pub(super) struct Neutral {
    pub(super) ask: Ask,
    heap_frame: bool,
    loaded_data: bool,
    pub(super) creates_destination: bool,
}

impl Check<'_> {
    /// Each kind of bound stands once.
    pub(super) fn budget(&mut self, place: usize, budget: Budget, neutral: &mut Neutral) {
        let twice = match budget {
            Budget::UnitLimit(limit) => neutral.ask.unit_limit.replace(limit).is_some(),
            Budget::UnitPrice(price) => neutral.ask.unit_price.replace(price).is_some(),
            Budget::HeapFrame(_) => std::mem::replace(&mut neutral.heap_frame, true),
            Budget::LoadedDataSize(_) => std::mem::replace(&mut neutral.loaded_data, true),
        };
        if twice {
            let member = format_args!("message.instructions[{place}]");
            let expected = "each bound of computing once";
            self.push(Code::ExtraInstruction, member, expected, "one twice");
        }
    }

    /// An associated token account that others have and pay for costs us nothing.
    pub(super) fn new_account(
        &mut self,
        place: usize,
        new: &NewTokenAccount,
        neutral: &mut Neutral,
    ) {
        let is_agreed = agreed::token(self.terms).is_some_and(|token| {
            let expected = (token.destination, token.destination_owner, token.mint, token.program);
            (new.account, new.owner, new.mint, new.token_program) == expected
        });
        neutral.creates_destination |= is_agreed;
        let derived = || associated_token_account(new.owner, new.mint, new.token_program);
        // One of ours that nobody agreed to is not neutral, whoever pays.
        let touches_ours = self.is_ours(&new.owner) || self.is_ours(&new.account);
        let is_neutral = !touches_ours && derived() == Some(new.account);
        if self.is_ours(&new.payer) || !(is_agreed || is_neutral) {
            let member = format_args!("message.instructions[{place}]");
            let expected = "an associated token account of others, that others pay for";
            let found = format_args!(
                "{} of {} for the mint {}, paid for by {}",
                new.account, new.owner, new.mint, new.payer
            );
            self.push(Code::ExtraInstruction, member, expected, found);
        }
    }
}
