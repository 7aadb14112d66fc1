//! Extensions of token accounts, and the burning that a mint has a say in.

use countersign_approval::Code;
use spl_token_2022_interface::extension::confidential_mint_burn::instruction::BurnInstructionData as ConfidentialBurn;
use spl_token_2022_interface::extension::cpi_guard::instruction::CpiGuardInstruction;
use spl_token_2022_interface::extension::memo_transfer::instruction::RequiredMemoTransfersInstruction;
use spl_token_2022_interface::extension::permissioned_burn::instruction::{
    BurnCheckedInstructionData, BurnInstructionData, InitializeInstructionData,
    PermissionedBurnInstruction,
};
use spl_token_2022_interface::instruction::{decode_instruction_data, decode_instruction_type};

use super::{powerful, sized};
use crate::instruction::form::{At, Form, unknown};
use crate::instruction::{Effect, Instruction, Unreadable};

pub(super) fn memo_transfer<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    let form = match decode_instruction_type(data) {
        Ok(RequiredMemoTransfersInstruction::Enable) => {
            powerful("EnableRequiredMemoTransfers", &["account", "owner"])
        }
        Ok(RequiredMemoTransfersInstruction::Disable) => {
            powerful("DisableRequiredMemoTransfers", &["account", "owner"])
        }
        Err(_) => return Err(unknown(instruction)),
    };
    sized::<()>(instruction, data, form)
}

pub(super) fn cpi_guard<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    let form = match decode_instruction_type(data) {
        Ok(CpiGuardInstruction::Enable) => powerful("EnableCpiGuard", &["account", "owner"]),
        Ok(CpiGuardInstruction::Disable) => powerful("DisableCpiGuard", &["account", "owner"]),
        Err(_) => return Err(unknown(instruction)),
    };
    sized::<()>(instruction, data, form)
}

pub(super) fn permissioned_burn<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        PermissionedBurnInstruction::Initialize => {
            let read: &InitializeInstructionData =
                decode_instruction_data(data).map_err(|_| unknown(instruction))?;
            Form::new("InitializePermissionedBurn", Code::TokenAuthority, &["mint"])
                .effect(instruction, format_args!("only {} lets burn", read.authority))
        }
        PermissionedBurnInstruction::Burn => {
            let read: &BurnInstructionData =
                decode_instruction_data(data).map_err(|_| unknown(instruction))?;
            burnt(instruction, "PermissionedBurn", read.amount.into())
        }
        PermissionedBurnInstruction::BurnChecked => {
            let read: &BurnCheckedInstructionData =
                decode_instruction_data(data).map_err(|_| unknown(instruction))?;
            burnt(instruction, "PermissionedBurnChecked", read.amount.into())
        }
        PermissionedBurnInstruction::ConfidentialBurn => {
            let form = powerful("PermissionedConfidentialBurn", &["account", "mint"]).each("with");
            sized::<ConfidentialBurn>(instruction, data, form)
        }
    }
}

fn burnt<'a>(
    instruction: &Instruction<'a>,
    name: &'static str,
    amount: u64,
) -> Result<Effect<'a>, Unreadable> {
    powerful(name, &["", "mint", "permitted by", "owner"])
        .effect(instruction, format_args!("destroys {amount} of {}", At(instruction, 0)))
}
