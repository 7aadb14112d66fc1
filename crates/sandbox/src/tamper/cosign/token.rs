//! Lies by one more instruction of the token program.

use solana_instruction::{AccountMeta, Instruction};
use spl_token_2022_interface::instruction as token;
use spl_token_2022_interface::instruction::AuthorityType;

use super::{Cast, Tamper, instruction};

/// How many units a lie takes besides.
const SOME: u64 = 1_000;
/// The discriminators that the library does not write for both programs.
const WITHDRAW_EXCESS_LAMPORTS: u8 = 38;
const UNWRAP_LAMPORTS: u8 = 45;
const BATCH: u8 = 255;

/// Writes the instructions of a lie, if it is one.
pub(super) fn instructions(tamper: Tamper, cast: &Cast) -> Option<Vec<Instruction>> {
    let (program, mint, decimals) = (cast.program(), cast.mint.address, cast.mint.decimals);
    let Cast { user, attacker, .. } = cast;
    let source = cast.source();
    let one = match tamper {
        Tamper::SolSecondTransfer => cast.asset.transfer((user, &cast.vault), cast.amount).ok()?,
        Tamper::SolSetAuthority => set_authority(cast)?,
        Tamper::SolSetCloseAuthority => {
            let kind = AuthorityType::CloseAccount;
            token::set_authority(&program, &source, Some(attacker), kind, user, &[]).ok()?
        }
        Tamper::SolApprove => {
            token::approve(&program, &source, attacker, user, &[], u64::MAX).ok()?
        }
        Tamper::SolApproveChecked => approve_checked(cast)?,
        Tamper::SolRevoke => token::revoke(&program, &source, user, &[]).ok()?,
        Tamper::SolBurn => {
            token::burn_checked(&program, &source, &mint, user, &[], SOME, decimals).ok()?
        }
        Tamper::SolCloseAccount => {
            token::close_account(&program, &source, attacker, user, &[]).ok()?
        }
        Tamper::SolBatchSetAuthority => batch(&set_authority(cast)?),
        Tamper::SolBatchTransfer => batch(&to_attacker(cast)?),
        Tamper::SolUnwrapLamports => lamports(cast, vec![UNWRAP_LAMPORTS, 0]),
        Tamper::SolWithdrawExcessLamports => lamports(cast, vec![WITHDRAW_EXCESS_LAMPORTS]),
        Tamper::SolMultisig => by_multisig(cast)?,
        _ => return None,
    };
    Some(vec![one])
}

/// Writes the instruction that gives the user's token account away.
pub(super) fn set_authority(cast: &Cast) -> Option<Instruction> {
    let (program, source, kind) = (cast.program(), cast.source(), AuthorityType::AccountOwner);
    let new = Some(&cast.attacker);
    token::set_authority(&program, &source, new, kind, &cast.user, &[]).ok()
}

fn approve_checked(cast: &Cast) -> Option<Instruction> {
    let (program, source, mint) = (cast.program(), cast.source(), &cast.mint);
    let Cast { user, attacker, .. } = cast;
    let (amount, decimals) = (u64::MAX, mint.decimals);
    let mint = &mint.address;
    token::approve_checked(&program, &source, mint, attacker, user, &[], amount, decimals).ok()
}

fn to_attacker(cast: &Cast) -> Option<Instruction> {
    super::Asset::Token(cast.mint).transfer((&cast.user, &cast.attacker), SOME).ok()
}

/// Hides an instruction inside a batch of one.
fn batch(inner: &Instruction) -> Instruction {
    let length = |items: usize| u8::try_from(items).unwrap_or(u8::MAX);
    let head = [BATCH, length(inner.accounts.len()), length(inner.data.len())];
    let data = [head.as_slice(), &inner.data].concat();
    instruction(inner.program_id, inner.accounts.clone(), data)
}

/// Writes an instruction that takes lamports out of the user's token account.
fn lamports(cast: &Cast, data: Vec<u8>) -> Instruction {
    let accounts = vec![
        AccountMeta::new(cast.source(), false),
        AccountMeta::new(cast.attacker, false),
        AccountMeta::new_readonly(cast.user, true),
    ];
    instruction(cast.program(), accounts, data)
}

/// Writes a transfer out of a multisig's account, of which the user is a member.
fn by_multisig(cast: &Cast) -> Option<Instruction> {
    let (mint, multisig) = (cast.mint, cast.another("multisig"));
    let (from, to) = (mint.account_of(&multisig), mint.account_of(&cast.attacker));
    let (program, members, decimals) = (cast.program(), [&cast.user], mint.decimals);
    let mint = &mint.address;
    token::transfer_checked(&program, &from, mint, &to, &multisig, &members, SOME, decimals).ok()
}
