//! Extensions that hide amounts.
//!
//! How many proofs stand among the accounts is for the program to say: it takes them from the
//! data, from accounts of their own, or from other instructions.

use countersign_approval::Code;
use spl_token_2022_interface::extension::confidential_mint_burn::instruction as mint_burn;
use spl_token_2022_interface::extension::confidential_mint_burn::instruction::ConfidentialMintBurnInstruction;
use spl_token_2022_interface::extension::confidential_transfer::instruction as transfer;
use spl_token_2022_interface::extension::confidential_transfer::instruction::ConfidentialTransferInstruction;
use spl_token_2022_interface::extension::confidential_transfer_fee::instruction as fee;
use spl_token_2022_interface::extension::confidential_transfer_fee::instruction::ConfidentialTransferFeeInstruction;
use spl_token_2022_interface::instruction::decode_instruction_type;

use super::{powerful, set_up, sized};
use crate::instruction::form::{Form, unknown};
use crate::instruction::{Effect, Instruction, Unreadable};

/// Moves or changes something, by proofs and signers that follow.
const fn proven(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::TokenAuthority, roles).each("with")
}

pub(super) fn transfer<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use ConfidentialTransferInstruction as Kind;
    let owned = |name| sized::<()>(instruction, data, powerful(name, &["account", "owner"]));
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::InitializeMint => {
            let form = set_up("ConfidentialTransferInitializeMint", &["mint"]);
            sized::<transfer::InitializeMintData>(instruction, data, form)
        }
        Kind::UpdateMint => {
            let form = powerful("ConfidentialTransferUpdateMint", &["mint", "authority"]);
            sized::<transfer::UpdateMintData>(instruction, data, form)
        }
        Kind::ApproveAccount => {
            let roles = &["account", "mint", "authority"];
            sized::<()>(instruction, data, powerful("ConfidentialTransferApproveAccount", roles))
        }
        Kind::ApplyPendingBalance => {
            let form = powerful("ApplyPendingBalance", &["account", "owner"]);
            sized::<transfer::ApplyPendingBalanceData>(instruction, data, form)
        }
        Kind::EnableConfidentialCredits => owned("EnableConfidentialCredits"),
        Kind::DisableConfidentialCredits => owned("DisableConfidentialCredits"),
        Kind::EnableNonConfidentialCredits => owned("EnableNonConfidentialCredits"),
        Kind::DisableNonConfidentialCredits => owned("DisableNonConfidentialCredits"),
        Kind::ConfigureAccountWithRegistry => {
            let roles = &["account", "mint", "registry"];
            let form = Form::new("ConfigureAccountWithRegistry", Code::TokenAuthority, roles);
            sized::<()>(instruction, data, form.optional(&["payer", ""]))
        }
        Kind::ConfigureAccount
        | Kind::EmptyAccount
        | Kind::Deposit
        | Kind::Withdraw
        | Kind::Transfer
        | Kind::TransferWithFee => moved(instruction, data),
    }
}

fn moved<'a>(instruction: &Instruction<'a>, data: &[u8]) -> Result<Effect<'a>, Unreadable> {
    use ConfidentialTransferInstruction as Kind;
    match decode_instruction_type(data) {
        Ok(Kind::ConfigureAccount) => {
            let roles = &["account", "mint", "proof", "owner"];
            let form = powerful("ConfidentialTransferConfigureAccount", roles);
            sized::<transfer::ConfigureAccountInstructionData>(instruction, data, form)
        }
        Ok(Kind::EmptyAccount) => {
            let form = powerful("ConfidentialTransferEmptyAccount", &["account", "proof", "owner"]);
            sized::<transfer::EmptyAccountInstructionData>(instruction, data, form)
        }
        Ok(Kind::Deposit) => {
            let form = powerful("ConfidentialDeposit", &["account", "mint", "owner"]);
            sized::<transfer::DepositInstructionData>(instruction, data, form)
        }
        Ok(Kind::Withdraw) => {
            let form = proven("ConfidentialWithdraw", &["account", "mint"]);
            sized::<transfer::WithdrawInstructionData>(instruction, data, form)
        }
        Ok(Kind::Transfer) => {
            let form = proven("ConfidentialTransfer", &["from", "mint", "to"]);
            sized::<transfer::TransferInstructionData>(instruction, data, form)
        }
        Ok(Kind::TransferWithFee) => {
            let form = proven("ConfidentialTransferWithFee", &["from", "mint", "to"]);
            sized::<transfer::TransferWithFeeInstructionData>(instruction, data, form)
        }
        _ => Err(unknown(instruction)),
    }
}

pub(super) fn transfer_fee<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use ConfidentialTransferFeeInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::InitializeConfidentialTransferFeeConfig => {
            let form = set_up("InitializeConfidentialTransferFeeConfig", &["mint"]);
            sized::<fee::InitializeConfidentialTransferFeeConfigData>(instruction, data, form)
        }
        Kind::WithdrawWithheldTokensFromMint => {
            let roles = &["mint", "to", "proof", "authority"];
            let form = powerful("ConfidentialWithdrawWithheldTokensFromMint", roles);
            sized::<fee::WithdrawWithheldTokensFromMintData>(instruction, data, form)
        }
        Kind::WithdrawWithheldTokensFromAccounts => {
            let roles = &["mint", "to", "proof", "authority"];
            let form = proven("ConfidentialWithdrawWithheldTokensFromAccounts", roles);
            sized::<fee::WithdrawWithheldTokensFromAccountsData>(instruction, data, form)
        }
        Kind::HarvestWithheldTokensToMint => {
            let form = set_up("ConfidentialHarvestWithheldTokensToMint", &["mint"]).each("from");
            sized::<()>(instruction, data, form)
        }
        Kind::EnableHarvestToMint => {
            let form = powerful("EnableHarvestToMint", &["mint", "authority"]);
            sized::<()>(instruction, data, form)
        }
        Kind::DisableHarvestToMint => {
            let form = powerful("DisableHarvestToMint", &["mint", "authority"]);
            sized::<()>(instruction, data, form)
        }
    }
}

pub(super) fn mint_burn<'a>(
    instruction: &Instruction<'a>,
    data: &[u8],
) -> Result<Effect<'a>, Unreadable> {
    use ConfidentialMintBurnInstruction as Kind;
    match decode_instruction_type(data).map_err(|_| unknown(instruction))? {
        Kind::InitializeMint => {
            let form = set_up("ConfidentialMintBurnInitializeMint", &["mint"]);
            sized::<mint_burn::InitializeMintData>(instruction, data, form)
        }
        Kind::RotateSupplyElGamalPubkey => {
            let form = powerful("RotateSupplyElGamalPubkey", &["mint", "proof", "authority"]);
            sized::<mint_burn::RotateSupplyElGamalPubkeyData>(instruction, data, form)
        }
        Kind::UpdateDecryptableSupply => {
            let form = powerful("UpdateDecryptableSupply", &["mint", "authority"]);
            sized::<mint_burn::UpdateDecryptableSupplyData>(instruction, data, form)
        }
        Kind::Mint => {
            let form = proven("ConfidentialMint", &["account", "mint"]);
            sized::<mint_burn::MintInstructionData>(instruction, data, form)
        }
        Kind::Burn => {
            let form = proven("ConfidentialBurn", &["account", "mint"]);
            sized::<mint_burn::BurnInstructionData>(instruction, data, form)
        }
        Kind::ApplyPendingBurn => {
            let form = powerful("ApplyPendingBurn", &["mint", "authority"]);
            sized::<()>(instruction, data, form)
        }
    }
}
