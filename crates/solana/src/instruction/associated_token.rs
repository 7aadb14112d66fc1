use countersign_approval::Code;
use countersign_units::SolanaAddress;

use super::form::{At, Form, at_least, unknown, wrong_accounts};
use super::{AccountUse, Effect, Instruction, NewTokenAccount, Unreadable};
use crate::programs;

/// The sysvar of the rent, which the program asked for in its first version.
const RENT: SolanaAddress = SolanaAddress::new(solana_sdk::sysvar::rent::ID.to_bytes());

/// Reads an instruction of the Associated Token Account program.
///
/// No data at all mean `Create`, as in the program's first version.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    match instruction.data {
        [] | [0] => create(instruction, false),
        [1] => create(instruction, true),
        [2] => recover_nested(instruction),
        _ => Err(unknown(instruction)),
    }
}

fn create<'a>(instruction: &Instruction<'a>, idempotent: bool) -> Result<Effect<'a>, Unreadable> {
    let (accounts, rest) = at_least(instruction, "Create")?;
    let [payer, account, owner, mint, system, token_program]: [AccountUse; 6] = *accounts;
    if !matches!(rest, [] | [AccountUse { address: RENT, .. }]) {
        return Err(wrong_accounts(
            instruction.accounts,
            "Create, which takes 6 and maybe the rent",
        ));
    }
    called(&system, &[programs::SYSTEM], "the System program")?;
    // The program calls whatever stands here.
    called(&token_program, &[programs::SPL_TOKEN, programs::TOKEN_2022], "a token program")?;
    Ok(Effect::CreateTokenAccount(NewTokenAccount {
        payer: payer.address,
        account: account.address,
        owner: owner.address,
        mint: mint.address,
        token_program: token_program.address,
        idempotent,
    }))
}

fn called(
    account: &AccountUse,
    programs: &[SolanaAddress],
    expected: &'static str,
) -> Result<(), Unreadable> {
    if programs.contains(&account.address) {
        return Ok(());
    }
    Err(Unreadable::Form { expected, found: account.address.to_string() })
}

/// Moves all tokens out of an account that an associated account owns, and closes it.
fn recover_nested<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    let roles = &["", "mint", "", "owner", "owner's mint", "wallet", ""];
    Form::new("RecoverNested", Code::TokenAuthority, roles).effect(
        instruction,
        format_args!("moves all tokens of {} to {} and closes it", at(0), at(2)),
    )
}
