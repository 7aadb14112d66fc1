use countersign_approval::{AssetTransfer, Code};
use countersign_units::SolanaAddress;

use super::Check;
use super::fee::Fee;
use super::neutral::Neutral;
use crate::instruction::{self, Effect, Instruction, Unreadable};
use crate::programs;
use crate::resolve::Resolved;

/// What the instructions do, in all.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The durable nonce that the transaction lives by.
    pub(super) nonce_account: Option<SolanaAddress>,
    /// Whether the agreed destination is made.
    pub(super) creates_destination: bool,
    /// What it costs.
    pub(super) fee: Fee,
    /// The places of instructions that we can't read, and that policy lets us sign for.
    pub(super) opaque: Vec<usize>,
}

/// An instruction with what it was read as.
pub(super) struct Read<'a> {
    pub(super) instruction: Instruction<'a>,
    pub(super) effect: Result<Effect<'a>, Unreadable>,
}

impl Check<'_> {
    /// Names what each instruction does, and refuses what is neither agreed nor neutral.
    pub(super) fn instructions(&mut self, resolved: &Resolved) -> Found {
        let all: Vec<Read<'_>> = resolved
            .instructions(self.decoded)
            .map(|instruction| Read { effect: instruction::read(&instruction), instruction })
            .collect();
        let agreed = self.find_transfer(&all);
        let (mut found, mut neutral) = (Found::default(), Neutral::default());
        for (place, read) in all.iter().enumerate() {
            // What an instruction does tells more than that its program is not allowed.
            let told = read.effect.as_ref().is_ok_and(Effect::is_telling);
            if !told {
                self.program(place, read);
            }
            match &read.effect {
                Ok(_) if agreed == Some(place) => self.transfer(place, read, resolved),
                Ok(effect) => self.effect((place, read), effect, &mut neutral, &mut found),
                Err(Unreadable::Program) => {
                    found.opaque.extend(self.is_opaque(read).then_some(place));
                }
                Err(Unreadable::Form { expected, found }) => {
                    let member = format_args!("message.instructions[{place}]");
                    self.push(Code::ExtraInstruction, member, expected, found);
                }
            }
            if told {
                self.program(place, read);
            }
        }
        found.creates_destination = neutral.creates_destination;
        found.fee = self.fee(&neutral, &all);
        self.opaque(&all, &found.opaque, agreed);
        self.lasts_no_longer(&found);
        found
    }

    /// Every program that is called is pinned, and is either read by us or opted into.
    fn program(&mut self, place: usize, read: &Read<'_>) {
        let program = read.instruction.program;
        let is_allowed = self.terms.allowed_programs.contains(&program);
        let is_read = !matches!(read.effect, Err(Unreadable::Program));
        if is_allowed && (is_read || self.is_opaque(read)) {
            return;
        }
        let member = format_args!("message.instructions[{place}].program");
        match (&read.effect, is_allowed) {
            (Ok(effect), _) => {
                let found = format_args!("{program}: {}", effect.describe());
                self.push(Code::UnknownProgram, member, "an allowed program", found);
            }
            (Err(_), false) => {
                self.push(Code::UnknownProgram, member, "an allowed program", program);
            }
            (Err(_), true) => {
                let expected = "a program that we can read, or that policy opts into";
                self.push(Code::UnknownProgram, member, expected, program);
            }
        }
    }

    fn is_opaque(&self, read: &Read<'_>) -> bool {
        let program = &read.instruction.program;
        !programs::PRECOMPILES.contains(program)
            && self.terms.opaque_programs.contains(program)
            && self.terms.allowed_programs.contains(program)
    }

    /// Finds the agreed transfer: the first that is equal to it, else the first of its kind.
    fn find_transfer(&self, all: &[Read<'_>]) -> Option<usize> {
        let is_candidate = |read: &&Read<'_>| {
            matches!(
                (&self.terms.transfer, &read.effect),
                (AssetTransfer::Native { .. }, Ok(Effect::TransferLamports(_)))
                    | (AssetTransfer::Token(_), Ok(Effect::TransferTokens(_)))
            )
        };
        let equal = all.iter().position(|read| is_candidate(&read) && self.is_agreed(read));
        equal.or_else(|| all.iter().position(|read| is_candidate(&read)))
    }

    fn effect(
        &mut self,
        (place, read): (usize, &Read<'_>),
        effect: &Effect<'_>,
        neutral: &mut Neutral,
        found: &mut Found,
    ) {
        match effect {
            Effect::Budget(budget) => self.budget(place, *budget, neutral),
            Effect::Memo(_) => self.memo(place, read, effect),
            Effect::CreateTokenAccount(new) => self.new_account(place, new, neutral),
            Effect::AdvanceNonce { account, authority } => {
                self.nonce((place, read), account, authority);
                found.nonce_account = Some(*account);
            }
            Effect::TransferLamports(_) | Effect::TransferTokens(_) => {
                self.extra(place, Code::ExtraInstruction, effect);
            }
            Effect::Other(other) => {
                self.extra(place, other.code, effect);
                if other.code != Code::ExtraInstruction {
                    let member = format_args!("message.instructions[{place}]");
                    self.push(Code::ExtraInstruction, member, "no such instruction", other.name);
                }
            }
        }
    }

    /// A memo is neutral where no account of ours stands behind it.
    fn memo(&mut self, place: usize, read: &Read<'_>, effect: &Effect<'_>) {
        if read.instruction.accounts.iter().any(|account| self.is_ours(&account.address)) {
            self.extra(place, Code::ExtraInstruction, effect);
        }
    }

    fn extra(&mut self, place: usize, code: Code, effect: &Effect<'_>) {
        let member = format_args!("message.instructions[{place}]");
        let expected = "the agreed transfer, or what moves nothing of ours";
        self.push(code, member, expected, effect.describe());
    }
}
