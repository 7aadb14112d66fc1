//! What one instruction does, read in full: its accounts, its data, and nothing left over.

mod associated_token;
mod compute_budget;
mod describe;
mod form;
mod loader;
mod lookup_table;
mod memo;
mod stake;
mod system;
mod token;
mod token_2022;
mod vote;

#[cfg(test)]
mod tests;

use countersign_approval::Code;
use countersign_units::SolanaAddress;

use crate::programs;

/// Reads what an instruction does.
///
/// # Errors
///
/// Returns [`Unreadable::Program`] if nothing here reads the program, and [`Unreadable::Form`] if
/// the instruction is not one that the program has, to the last byte and account.
pub(crate) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    match instruction.program {
        programs::COMPUTE_BUDGET => compute_budget::read(instruction),
        programs::SPL_TOKEN => token::read(instruction),
        programs::TOKEN_2022 => token_2022::read(instruction),
        programs::SYSTEM => system::read(instruction),
        programs::ASSOCIATED_TOKEN => associated_token::read(instruction),
        programs::MEMO | programs::MEMO_V1 => memo::read(instruction),
        programs::LOOKUP_TABLE => lookup_table::read(instruction),
        programs::STAKE => stake::read(instruction),
        programs::VOTE => vote::read(instruction),
        programs::LOADER_V1 | programs::LOADER_V2 => loader::read_deprecated(instruction),
        programs::LOADER_V3 => loader::read_upgradeable(instruction),
        programs::LOADER_V4 => loader::read_v4(instruction),
        _ => Err(Unreadable::Program),
    }
}

/// An instruction with its accounts resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction<'a> {
    /// The program that it calls.
    pub(crate) program: SolanaAddress,
    /// Its accounts, in order.
    pub(crate) accounts: &'a [AccountUse],
    /// Its data.
    pub(crate) data: &'a [u8],
}

/// An account as an instruction uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountUse {
    /// Which account.
    pub(crate) address: SolanaAddress,
    /// Whether it signs the transaction.
    pub(crate) signer: bool,
    /// Whether the transaction may write to it.
    pub(crate) writable: bool,
}

/// What an instruction does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect<'a> {
    /// Sets a bound of computing for the transaction.
    Budget(Budget),
    /// Writes a text, in the name of those accounts of it that sign.
    Memo(&'a str),
    /// Makes the associated token account of an owner, or finds it made.
    CreateTokenAccount(NewTokenAccount),
    /// Moves SOL between accounts of the System program.
    TransferLamports(LamportTransfer),
    /// Moves tokens.
    TransferTokens(TokenMove),
    /// Uses up a durable nonce.
    AdvanceNonce {
        /// The account that keeps the nonce.
        account: SolanaAddress,
        /// Who may advance it.
        authority: SolanaAddress,
    },
    /// Does something that is never part of a swap.
    Other(Other),
}

/// A bound of computing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Budget {
    /// How many compute units the transaction may use.
    UnitLimit(u32),
    /// What a compute unit costs, in millionths of a lamport.
    UnitPrice(u64),
    /// How large the heap is, in bytes.
    HeapFrame(u32),
    /// How much account data may be loaded, in bytes.
    LoadedDataSize(u32),
}

/// An associated token account to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewTokenAccount {
    /// Who pays the rent.
    pub(crate) payer: SolanaAddress,
    /// Its address.
    pub(crate) account: SolanaAddress,
    /// Whose account it will be.
    pub(crate) owner: SolanaAddress,
    /// Of which mint.
    pub(crate) mint: SolanaAddress,
    /// Of which token program.
    pub(crate) token_program: SolanaAddress,
    /// Whether it may be there already.
    pub(crate) idempotent: bool,
}

/// A transfer of SOL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LamportTransfer {
    /// Who pays.
    pub(crate) from: SolanaAddress,
    /// Who gets it.
    pub(crate) to: SolanaAddress,
    /// How much.
    pub(crate) lamports: u64,
}

/// A transfer of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenMove {
    /// The token program that moves them.
    pub(crate) program: SolanaAddress,
    /// The account that they leave.
    pub(crate) source: SolanaAddress,
    /// The account that gets them.
    pub(crate) destination: SolanaAddress,
    /// Whose signature moves them.
    pub(crate) authority: SolanaAddress,
    /// How many, in base units.
    pub(crate) amount: u64,
    /// The mint and its decimals, which a plain `Transfer` does not say.
    pub(crate) checked: Option<(SolanaAddress, u8)>,
    /// Accounts beyond those of the instruction itself: signers of a multisig, or accounts for a
    /// transfer hook.
    pub(crate) extra: Vec<SolanaAddress>,
}

/// Something that is never part of a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Other {
    /// The code under which it is refused.
    pub(crate) code: Code,
    /// Its name in the program's own words.
    pub(crate) name: &'static str,
    /// What it does, for people: its name and what it is about.
    pub(crate) detail: String,
}

/// Why an instruction can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Nothing here reads this program's instructions.
    Program,
    /// The program is known; the instruction is not one of its own, has bytes left over, or has
    /// another number of accounts than it needs.
    Form {
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
}
