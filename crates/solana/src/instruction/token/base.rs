use std::fmt::Display;

use countersign_approval::Code;
use solana_sdk::pubkey::Pubkey;
use spl_token_2022_interface::instruction::TokenInstruction;

use crate::instruction::form::{At, Form, OrNobody, unknown};
use crate::instruction::{Effect, Instruction, Unreadable};

/// Says what an instruction does that is no transfer and none of an extension.
pub(super) fn effect<'a>(
    instruction: &Instruction<'a>,
    read: &TokenInstruction<'_>,
) -> Result<Effect<'a>, Unreadable> {
    match read {
        TokenInstruction::Approve { .. }
        | TokenInstruction::ApproveChecked { .. }
        | TokenInstruction::Revoke => delegate(instruction, read),
        TokenInstruction::SetAuthority { .. }
        | TokenInstruction::CloseAccount
        | TokenInstruction::FreezeAccount
        | TokenInstruction::ThawAccount
        | TokenInstruction::Reallocate { .. } => authority(instruction, read),
        TokenInstruction::MintTo { amount } => minted(instruction, "MintTo", *amount),
        TokenInstruction::MintToChecked { amount, .. } => {
            minted(instruction, "MintToChecked", *amount)
        }
        TokenInstruction::Burn { amount } => burnt(instruction, "Burn", *amount),
        TokenInstruction::BurnChecked { amount, .. } => burnt(instruction, "BurnChecked", *amount),
        TokenInstruction::WithdrawExcessLamports => {
            lamports(instruction, "WithdrawExcessLamports", "what is beyond the rent")
        }
        TokenInstruction::UnwrapLamports { amount } => match Option::<u64>::from(*amount) {
            Some(amount) => lamports(instruction, "UnwrapLamports", amount),
            None => lamports(instruction, "UnwrapLamports", "all"),
        },
        _ => mint(instruction, read),
    }
}

fn delegate<'a>(
    instruction: &Instruction<'a>,
    read: &TokenInstruction<'_>,
) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    let form = |name, roles| Form::new(name, Code::TokenDelegate, roles).or_members();
    match read {
        TokenInstruction::Approve { amount } => form("Approve", &["", "", "owner"])
            .effect(instruction, format_args!("lets {} spend {amount} of {}", at(1), at(0))),
        TokenInstruction::ApproveChecked { amount, decimals } => {
            let words =
                format_args!("lets {} spend {amount} of {} ({decimals} decimals)", at(2), at(0));
            form("ApproveChecked", &["", "mint", "", "owner"]).effect(instruction, words)
        }
        TokenInstruction::Revoke => form("Revoke", &["", "owner"])
            .effect(instruction, format_args!("lets nobody else spend of {}", at(0))),
        _ => Err(unknown(instruction)),
    }
}

const fn powerful(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::TokenAuthority, roles).or_members()
}

fn authority<'a>(
    instruction: &Instruction<'a>,
    read: &TokenInstruction<'_>,
) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    match read {
        TokenInstruction::SetAuthority { authority_type, new_authority } => {
            let new = OrNobody(Option::<Pubkey>::from(*new_authority));
            powerful("SetAuthority", &["", "authority"])
                .effect(instruction, format_args!("hands {authority_type:?} of {} to {new}", at(0)))
        }
        TokenInstruction::CloseAccount => powerful("CloseAccount", &["", "", "owner"])
            .effect(instruction, format_args!("closes {}, its lamports go to {}", at(0), at(1))),
        TokenInstruction::FreezeAccount => powerful("FreezeAccount", &["", "mint", "authority"])
            .effect(instruction, format_args!("freezes {}", at(0))),
        TokenInstruction::ThawAccount => powerful("ThawAccount", &["", "mint", "authority"])
            .effect(instruction, format_args!("thaws {}", at(0))),
        TokenInstruction::Reallocate { extension_types } => {
            let words = format_args!("makes {} larger for {extension_types:?}", at(0));
            powerful("Reallocate", &["", "payer", "", "owner"]).effect(instruction, words)
        }
        _ => Err(unknown(instruction)),
    }
}

fn minted<'a>(
    instruction: &Instruction<'a>,
    name: &'static str,
    amount: u64,
) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    powerful(name, &["", "", "authority"])
        .effect(instruction, format_args!("makes {amount} of mint {} in {}", at(0), at(1)))
}

fn burnt<'a>(
    instruction: &Instruction<'a>,
    name: &'static str,
    amount: u64,
) -> Result<Effect<'a>, Unreadable> {
    powerful(name, &["", "mint", "owner"])
        .effect(instruction, format_args!("destroys {amount} of {}", At(instruction, 0)))
}

fn lamports<'a>(
    instruction: &Instruction<'a>,
    name: &'static str,
    amount: impl Display,
) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    powerful(name, &["", "", "owner"])
        .effect(instruction, format_args!("moves lamports, {amount}, from {} to {}", at(0), at(1)))
}

const fn set_up(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::ExtraInstruction, roles)
}

fn mint<'a>(
    instruction: &Instruction<'a>,
    read: &TokenInstruction<'_>,
) -> Result<Effect<'a>, Unreadable> {
    match read {
        TokenInstruction::InitializeMint { mint_authority, freeze_authority, .. } => {
            let freeze = OrNobody(Option::<Pubkey>::from(*freeze_authority));
            set_up("InitializeMint", &["mint", ""]).effect(
                instruction,
                format_args!("authority {mint_authority}, freeze authority {freeze}"),
            )
        }
        TokenInstruction::InitializeMint2 { mint_authority, freeze_authority, .. } => {
            let freeze = OrNobody(Option::<Pubkey>::from(*freeze_authority));
            set_up("InitializeMint2", &["mint"]).effect(
                instruction,
                format_args!("authority {mint_authority}, freeze authority {freeze}"),
            )
        }
        TokenInstruction::InitializeMintCloseAuthority { close_authority } => {
            let close = OrNobody(Option::<Pubkey>::from(*close_authority));
            Form::new("InitializeMintCloseAuthority", Code::TokenAuthority, &[""])
                .effect(instruction, format_args!("lets {close} close {}", At(instruction, 0)))
        }
        TokenInstruction::InitializePermanentDelegate { delegate } => {
            let words = format_args!("lets {delegate} move all of mint {}", At(instruction, 0));
            Form::new("InitializePermanentDelegate", Code::TokenAuthority, &[""])
                .effect(instruction, words)
        }
        TokenInstruction::InitializeNonTransferableMint => {
            set_up("InitializeNonTransferableMint", &["mint"]).plain(instruction)
        }
        TokenInstruction::CreateNativeMint => {
            set_up("CreateNativeMint", &["payer", "mint", ""]).plain(instruction)
        }
        _ => account(instruction, read),
    }
}

fn account<'a>(
    instruction: &Instruction<'a>,
    read: &TokenInstruction<'_>,
) -> Result<Effect<'a>, Unreadable> {
    match read {
        TokenInstruction::InitializeAccount => {
            set_up("InitializeAccount", &["account", "mint", "owner", ""]).plain(instruction)
        }
        TokenInstruction::InitializeAccount2 { owner } => {
            set_up("InitializeAccount2", &["account", "mint", ""])
                .effect(instruction, format_args!("owner {owner}"))
        }
        TokenInstruction::InitializeAccount3 { owner } => {
            set_up("InitializeAccount3", &["account", "mint"])
                .effect(instruction, format_args!("owner {owner}"))
        }
        TokenInstruction::InitializeMultisig { m } => {
            set_up("InitializeMultisig", &["multisig", ""])
                .each("member")
                .effect(instruction, format_args!("{m} must sign"))
        }
        TokenInstruction::InitializeMultisig2 { m } => set_up("InitializeMultisig2", &["multisig"])
            .each("member")
            .effect(instruction, format_args!("{m} must sign")),
        TokenInstruction::InitializeImmutableOwner => {
            set_up("InitializeImmutableOwner", &["account"]).plain(instruction)
        }
        TokenInstruction::SyncNative => {
            set_up("SyncNative", &["account"]).optional(&[""]).plain(instruction)
        }
        _ => question(instruction, read),
    }
}

/// What returns a value and changes nothing.
fn question<'a>(
    instruction: &Instruction<'a>,
    read: &TokenInstruction<'_>,
) -> Result<Effect<'a>, Unreadable> {
    match read {
        TokenInstruction::GetAccountDataSize { extension_types } => {
            set_up("GetAccountDataSize", &["mint"])
                .effect(instruction, format_args!("with {extension_types:?}"))
        }
        TokenInstruction::AmountToUiAmount { amount } => {
            set_up("AmountToUiAmount", &["mint"]).effect(instruction, format_args!("of {amount}"))
        }
        TokenInstruction::UiAmountToAmount { ui_amount } => set_up("UiAmountToAmount", &["mint"])
            .effect(instruction, format_args!("of {ui_amount:?}")),
        // Transfers, batches and extensions are read before.
        _ => Err(unknown(instruction)),
    }
}
