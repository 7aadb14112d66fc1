//! Extensions of mints.

use spl_token_2022_interface::extension::default_account_state::instruction::{
    DefaultAccountStateInstruction, decode_instruction as decode_state,
};
use spl_token_2022_interface::extension::group_member_pointer::instruction as member;
use spl_token_2022_interface::extension::group_pointer::instruction as group;
use spl_token_2022_interface::extension::interest_bearing_mint::BasisPoints;
use spl_token_2022_interface::extension::interest_bearing_mint::instruction as interest;
use spl_token_2022_interface::extension::metadata_pointer::instruction as metadata;
use spl_token_2022_interface::extension::pausable::instruction as pausable;
use spl_token_2022_interface::extension::scaled_ui_amount::instruction as scaled;
use spl_token_2022_interface::extension::transfer_fee::instruction::TransferFeeInstruction;
use spl_token_2022_interface::extension::transfer_hook::instruction as hook;
use spl_token_2022_interface::instruction::{decode_instruction_data, decode_instruction_type};

use super::{powerful, set_up, sized};
use crate::instruction::form::{At, OrNobody, unknown, wrong_accounts};
use crate::instruction::{Effect, Instruction, Unreadable};

pub(super) fn transfer_fee<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use TransferFeeInstruction as Kind;
    let at = |place| At(instruction, place);
    match packed_fee(data).ok_or_else(|| unknown(instruction))? {
        Kind::InitializeTransferFeeConfig { transfer_fee_basis_points, maximum_fee, .. } => {
            let words = format_args!("{transfer_fee_basis_points} bps, at most {maximum_fee}");
            set_up("InitializeTransferFeeConfig", &["mint"]).effect(instruction, words)
        }
        Kind::TransferCheckedWithFee { amount, fee, decimals } => {
            let words = format_args!(
                "moves {amount} of mint {} ({decimals} decimals) from {} to {}, a fee of {fee}",
                at(1),
                at(0),
                at(2)
            );
            set_up("TransferCheckedWithFee", &["", "", "", "authority"])
                .each("with")
                .effect(instruction, words)
        }
        Kind::WithdrawWithheldTokensFromMint => {
            powerful("WithdrawWithheldTokensFromMint", &["mint", "to", "authority"])
                .plain(instruction)
        }
        Kind::WithdrawWithheldTokensFromAccounts { num_token_accounts } => {
            withdraw_from_accounts(instruction, num_token_accounts)
        }
        Kind::HarvestWithheldTokensToMint => {
            set_up("HarvestWithheldTokensToMint", &["mint"]).each("from").plain(instruction)
        }
        Kind::SetTransferFee { transfer_fee_basis_points, maximum_fee } => {
            let words = format_args!("{transfer_fee_basis_points} bps, at most {maximum_fee}");
            powerful("SetTransferFee", &["mint", "authority"]).effect(instruction, words)
        }
    }
}

fn packed_fee(data: &[u8]) -> Option<TransferFeeInstruction> {
    let read = TransferFeeInstruction::unpack(data).ok()?;
    let mut packed = Vec::with_capacity(data.len());
    read.pack(&mut packed);
    (packed == data).then_some(read)
}

/// The accounts to withdraw from stand last, behind the signers.
fn withdraw_from_accounts<'a>(
    instruction: &Instruction<'a>,
    sources: u8,
) -> Result<Effect<'a>, Unreadable> {
    let name = "WithdrawWithheldTokensFromAccounts";
    let form = powerful(name, &["mint", "to", "authority"]).each("with");
    if instruction.accounts.len().saturating_sub(3) < usize::from(sources) {
        let of = format_args!("{name} from {sources}, which takes 3 more");
        return Err(wrong_accounts(instruction.accounts, of));
    }
    form.plain(instruction)
}

pub(super) fn default_account_state<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    let (kind, state) = decode_state(data).map_err(|_| unknown(instruction))?;
    let form = match kind {
        DefaultAccountStateInstruction::Initialize => {
            set_up("InitializeDefaultAccountState", &["mint"])
        }
        DefaultAccountStateInstruction::Update => {
            powerful("UpdateDefaultAccountState", &["mint", "authority"])
        }
    };
    form.effect(instruction, format_args!("{state:?}"))
}

pub(super) fn interest_bearing<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use interest::InterestBearingMintInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::Initialize => {
            let form = set_up("InitializeInterestBearingMint", &["mint"]);
            sized::<interest::InitializeInstructionData>(instruction, data, form)
        }
        Kind::UpdateRate => {
            let rate: &BasisPoints =
                decode_instruction_data(data).map_err(|_| unknown(instruction))?;
            powerful("UpdateInterestRate", &["mint", "authority"])
                .effect(instruction, format_args!("{} bps", i16::from(*rate)))
        }
    }
}

pub(super) fn transfer_hook<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use hook::TransferHookInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::Initialize => {
            let form = set_up("InitializeTransferHook", &["mint"]);
            sized::<hook::InitializeInstructionData>(instruction, data, form)
        }
        Kind::Update => {
            let read: &hook::UpdateInstructionData =
                decode_instruction_data(data).map_err(|_| unknown(instruction))?;
            let program = OrNobody(read.program_id.as_ref());
            powerful("UpdateTransferHook", &["mint", "authority"])
                .effect(instruction, format_args!("hooks {program}"))
        }
    }
}

pub(super) fn metadata_pointer<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use metadata::MetadataPointerInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::Initialize => {
            let form = set_up("InitializeMetadataPointer", &["mint"]);
            sized::<metadata::InitializeInstructionData>(instruction, data, form)
        }
        Kind::Update => {
            let form = powerful("UpdateMetadataPointer", &["mint", "authority"]);
            sized::<metadata::UpdateInstructionData>(instruction, data, form)
        }
    }
}

pub(super) fn group_pointer<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use group::GroupPointerInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::Initialize => {
            let form = set_up("InitializeGroupPointer", &["mint"]);
            sized::<group::InitializeInstructionData>(instruction, data, form)
        }
        Kind::Update => {
            let form = powerful("UpdateGroupPointer", &["mint", "authority"]);
            sized::<group::UpdateInstructionData>(instruction, data, form)
        }
    }
}

pub(super) fn group_member_pointer<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use member::GroupMemberPointerInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::Initialize => {
            let form = set_up("InitializeGroupMemberPointer", &["mint"]);
            sized::<member::InitializeInstructionData>(instruction, data, form)
        }
        Kind::Update => {
            let form = powerful("UpdateGroupMemberPointer", &["mint", "authority"]);
            sized::<member::UpdateInstructionData>(instruction, data, form)
        }
    }
}

pub(super) fn scaled_ui_amount<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use scaled::ScaledUiAmountMintInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::Initialize => {
            let form = set_up("InitializeScaledUiAmount", &["mint"]);
            sized::<scaled::InitializeInstructionData>(instruction, data, form)
        }
        Kind::UpdateMultiplier => {
            let form = powerful("UpdateScaledUiAmountMultiplier", &["mint", "authority"]);
            sized::<scaled::UpdateMultiplierInstructionData>(instruction, data, form)
        }
    }
}

pub(super) fn pausable<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use pausable::PausableInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::Initialize => {
            let form = set_up("InitializePausable", &["mint"]);
            sized::<pausable::InitializeInstructionData>(instruction, data, form)
        }
        Kind::Pause => sized::<()>(instruction, data, powerful("Pause", &["mint", "authority"])),
        Kind::Resume => sized::<()>(instruction, data, powerful("Resume", &["mint", "authority"])),
    }
}
