mod account;
mod confidential;
mod interfaces;
mod mint;

use countersign_approval::Code;

use super::form::{Form, unknown};
use super::{Effect, Instruction, Unreadable, token};

/// Reads an instruction of Token-2022: one that SPL Token has too, or one of an extension.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    if let Some(effect) = token::moves(instruction, read) {
        return effect;
    }
    match instruction.data {
        [26, data @ ..] => mint::transfer_fee(instruction, data),
        [27, data @ ..] => confidential::transfer(instruction, data),
        [28, data @ ..] => mint::default_account_state(instruction, data),
        [30, data @ ..] => account::memo_transfer(instruction, data),
        [33, data @ ..] => mint::interest_bearing(instruction, data),
        [34, data @ ..] => account::cpi_guard(instruction, data),
        [36, data @ ..] => mint::transfer_hook(instruction, data),
        [37, data @ ..] => confidential::transfer_fee(instruction, data),
        [39, data @ ..] => mint::metadata_pointer(instruction, data),
        [40, data @ ..] => mint::group_pointer(instruction, data),
        [41, data @ ..] => mint::group_member_pointer(instruction, data),
        [42, data @ ..] => confidential::mint_burn(instruction, data),
        [43, data @ ..] => mint::scaled_ui_amount(instruction, data),
        [44, data @ ..] => mint::pausable(instruction, data),
        [46, data @ ..] => account::permissioned_burn(instruction, data),
        [47..=254, ..] => interfaces::read(instruction),
        _ => token::shared(instruction),
    }
}

/// Who initializes a mint needs no authority over it.
const fn set_up(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::ExtraInstruction, roles)
}

/// Who does this has an authority over the mint or the account.
const fn powerful(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::TokenAuthority, roles).or_members()
}

/// Says whether the data of an extension's instruction are a `T` behind the byte that says which.
fn holds<T>(data: &[u8]) -> bool {
    size_of::<T>().checked_add(1) == Some(data.len())
}

/// Returns the effect of an instruction whose data are a `T`.
fn sized<'a, T>(
    instruction: &Instruction<'a>,
    data: &[u8],
    form: Form,
) -> Result<Effect<'a>, Unreadable> {
    if holds::<T>(data) { form.plain(instruction) } else { Err(unknown(instruction)) }
}
