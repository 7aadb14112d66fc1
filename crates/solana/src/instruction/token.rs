mod base;
mod batch;

use countersign_units::SolanaAddress;
use spl_token_2022_interface::instruction::TokenInstruction;
use spl_token_interface::instruction::TokenInstruction as SplInstruction;

use super::form::{at_least, unknown};
use super::{AccountUse, Effect, Instruction, TokenMove, Unreadable};

/// Reads one instruction of a token program.
type Reader<'a> = fn(&Instruction<'a>) -> Result<Effect<'a>, Unreadable>;

/// Reads an instruction of the SPL Token program.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    if let Some(effect) = moves(instruction, read) {
        return effect;
    }
    let data = instruction.data;
    let known = SplInstruction::unpack(data).is_ok_and(|read| read.pack() == data);
    // What SPL Token knows means the same in Token-2022, which knows more.
    if known { shared(instruction) } else { Err(unknown(instruction)) }
}

/// Reads what both programs read by their first byte: a transfer, or several instructions in one.
pub(super) fn moves<'a>(
    instruction: &Instruction<'a>,
    read: Reader<'a>,
) -> Option<Result<Effect<'a>, Unreadable>> {
    match instruction.data {
        [12, amount @ .., decimals] => Some(transfer_checked(instruction, amount, *decimals)),
        [3, amount @ ..] => Some(transfer(instruction, amount)),
        [255, data @ ..] => Some(batch::read(instruction, data, read)),
        _ => None,
    }
}

/// Reads an instruction that both programs may have, and that is none of an extension.
pub(super) fn shared<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    match TokenInstruction::unpack(instruction.data) {
        Ok(read) if read.pack() == instruction.data => base::effect(instruction, &read),
        _ => Err(unknown(instruction)),
    }
}

fn transfer_checked<'a>(
    instruction: &Instruction<'a>,
    amount: &[u8],
    decimals: u8,
) -> Result<Effect<'a>, Unreadable> {
    let amount = amount.try_into().map_err(|_| unknown(instruction))?;
    let (accounts, extra) = at_least(instruction, "TransferChecked")?;
    let [source, mint, destination, authority]: &[AccountUse; 4] = accounts;
    Ok(Effect::TransferTokens(TokenMove {
        program: instruction.program,
        source: source.address,
        destination: destination.address,
        authority: authority.address,
        amount: u64::from_le_bytes(amount),
        checked: Some((mint.address, decimals)),
        extra: addresses(extra),
    }))
}

fn transfer<'a>(instruction: &Instruction<'a>, amount: &[u8]) -> Result<Effect<'a>, Unreadable> {
    let amount = amount.try_into().map_err(|_| unknown(instruction))?;
    let ([source, destination, authority], extra) = at_least(instruction, "Transfer")?;
    Ok(Effect::TransferTokens(TokenMove {
        program: instruction.program,
        source: source.address,
        destination: destination.address,
        authority: authority.address,
        amount: u64::from_le_bytes(amount),
        checked: None,
        extra: addresses(extra),
    }))
}

/// Collecting none of them does not allocate.
fn addresses(accounts: &[AccountUse]) -> Vec<SolanaAddress> {
    accounts.iter().map(|account| account.address).collect()
}
