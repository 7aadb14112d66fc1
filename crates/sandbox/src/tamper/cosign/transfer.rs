//! Lies about the transfer itself.

use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};
use spl_token_2022_interface::extension::transfer_fee::instruction::transfer_checked_with_fee;

use super::{Asset, Cast, Mint, Tamper, instruction, token};
use crate::solana::{Draft, TokenProgram};

/// Where a checked transfer has its source.
const SOURCE: usize = 0;

/// Writes another transfer, if the lie is about it and there is one to write.
pub(super) fn replaced(tamper: Tamper, cast: &Cast, honest: &Draft) -> Option<Instruction> {
    let Cast { user, vault, attacker, amount, asset, .. } = cast;
    let anew = |from_to, amount| asset.transfer(from_to, amount).ok();
    match tamper {
        Tamper::SolAmountMore => anew((user, vault), amount.saturating_add(1)),
        Tamper::SolAmountLess => anew((user, vault), amount.saturating_sub(1)),
        Tamper::SolAmount2Pow63 => anew((user, vault), 1 << 63),
        Tamper::SolDestination => anew((user, attacker), *amount),
        Tamper::SolDestinationOwn => anew((user, user), *amount),
        Tamper::SolUserNotSigner => anew((&cast.sponsor, vault), *amount),
        Tamper::SolSetAuthorityInstead => token::set_authority(cast),
        _ => of_token(tamper, cast, honest.instructions.last()?.clone()),
    }
}

fn of_token(tamper: Tamper, cast: &Cast, mut honest: Instruction) -> Option<Instruction> {
    let Asset::Token(mint) = cast.asset else { return None };
    let anew = |mint: Mint| Asset::Token(mint).transfer((&cast.user, &cast.vault), cast.amount);
    match tamper {
        Tamper::SolPlainTransfer => Some(plain(mint, cast)),
        Tamper::SolTransferWithFee => with_fee(mint, cast),
        Tamper::SolDecimals => anew(Mint { decimals: 9, ..mint }).ok(),
        Tamper::SolMint => anew(Mint { address: cast.another("mint"), ..mint }).ok(),
        Tamper::SolTokenProgram => {
            honest.program_id = look_alike(mint.program.id());
            Some(honest)
        }
        Tamper::SolOtherTokenProgram => {
            honest.program_id = match mint.program {
                TokenProgram::Spl => TokenProgram::Token2022.id(),
                TokenProgram::Token2022 => TokenProgram::Spl.id(),
            };
            Some(honest)
        }
        Tamper::SolSource => {
            honest.accounts.get_mut(SOURCE)?.pubkey = cast.another("account");
            Some(honest)
        }
        _ => None,
    }
}

/// Writes the transfer that does not say which token it moves.
fn plain(mint: Mint, cast: &Cast) -> Instruction {
    const TRANSFER: u8 = 3;
    let accounts = vec![
        AccountMeta::new(mint.account_of(&cast.user), false),
        AccountMeta::new(mint.account_of(&cast.vault), false),
        AccountMeta::new_readonly(cast.user, true),
    ];
    let data = [&[TRANSFER], cast.amount.to_le_bytes().as_slice()].concat();
    instruction(mint.program.id(), accounts, data)
}

fn with_fee(mint: Mint, cast: &Cast) -> Option<Instruction> {
    let (from, to) = (mint.account_of(&cast.user), mint.account_of(&cast.vault));
    let (program, address, decimals) = (mint.program.id(), &mint.address, mint.decimals);
    let (amount, fee) = (cast.amount, 0);
    let written = transfer_checked_with_fee(
        &program,
        &from,
        address,
        &to,
        &cast.user,
        &[],
        amount,
        decimals,
        fee,
    );
    written.ok()
}

/// Returns an address that begins like another one.
fn look_alike(program: Address) -> Address {
    let mut bytes = program.to_bytes();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    Address::new_from_array(bytes)
}
