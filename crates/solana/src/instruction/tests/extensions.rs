//! What Token-2022 alone has, but for amounts that are hidden.

use spl_token_2022_interface::ID;
use spl_token_2022_interface::extension::{
    ExtensionType, cpi_guard, default_account_state, group_member_pointer, group_pointer,
    interest_bearing_mint, memo_transfer, metadata_pointer, pausable, permissioned_burn,
    scaled_ui_amount, transfer_fee, transfer_hook,
};
use spl_token_2022_interface::instruction as token;
use spl_token_2022_interface::native_mint;
use spl_token_2022_interface::state::AccountState;

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = base(values);
    cases.extend(fees(values));
    cases.extend(accounts(values));
    cases.extend(burns(values));
    cases.extend(initialized(values));
    cases.extend(updated(values));
    cases
}

fn powerful<E: std::fmt::Debug>(built: Result<Built, E>, detail: String) -> Case {
    other(built.unwrap(), Code::TokenAuthority, detail)
}

fn set_up<E: std::fmt::Debug>(built: Result<Built, E>, detail: String) -> Case {
    other(built.unwrap(), Code::ExtraInstruction, detail)
}

fn base(values: &Values) -> Vec<Case> {
    let [account, payer, owner, mint, ..] = &values.keys;
    let types = [ExtensionType::MemoTransfer, ExtensionType::CpiGuard];
    let native = native_mint::id();
    vec![
        powerful(
            token::reallocate(&ID, account, payer, owner, &[], &types),
            format!(
                "Reallocate: makes {account} larger for [MemoTransfer, CpiGuard], payer {payer}, owner {owner}"
            ),
        ),
        set_up(
            token::get_account_data_size(&ID, mint, &types),
            format!("GetAccountDataSize: with [MemoTransfer, CpiGuard], mint {mint}"),
        ),
        set_up(
            token::create_native_mint(&ID, payer),
            format!("CreateNativeMint: payer {payer}, mint {native}"),
        ),
        set_up(
            token::initialize_non_transferable_mint(&ID, mint),
            format!("InitializeNonTransferableMint: mint {mint}"),
        ),
        powerful(
            token::initialize_mint_close_authority(&ID, mint, Some(owner)),
            format!("InitializeMintCloseAuthority: lets {owner} close {mint}"),
        ),
        powerful(
            token::initialize_permanent_delegate(&ID, mint, owner),
            format!("InitializePermanentDelegate: lets {owner} move all of mint {mint}"),
        ),
    ]
}

fn fees(values: &Values) -> Vec<Case> {
    use transfer_fee::instruction as fee;
    let Values {
        keys: [account, mint, to, owner, one, ..], amount, other: most, half, byte, ..
    } = values;
    let moved =
        fee::transfer_checked_with_fee(&ID, account, mint, to, owner, &[], *amount, *byte, *most);
    vec![
        set_up(
            fee::initialize_transfer_fee_config(&ID, mint, Some(owner), None, *half, *most),
            format!("InitializeTransferFeeConfig: {half} bps, at most {most}, mint {mint}"),
        ),
        // Accounts for a transfer hook may follow.
        set_up(
            moved,
            format!(
                "TransferCheckedWithFee: moves {amount} of mint {mint} ({byte} decimals) from {account} to {to}, a fee of {most}, authority {owner}"
            ),
        )
        .more(),
        powerful(
            fee::withdraw_withheld_tokens_from_mint(&ID, mint, to, owner, &[]),
            format!("WithdrawWithheldTokensFromMint: mint {mint}, to {to}, authority {owner}"),
        ),
        // Any number of signers may stand before the accounts.
        powerful(
            fee::withdraw_withheld_tokens_from_accounts(&ID, mint, to, owner, &[], &[one]),
            format!(
                "WithdrawWithheldTokensFromAccounts: mint {mint}, to {to}, authority {owner}, with {one}"
            ),
        )
        .more(),
        // From any number of accounts.
        set_up(
            fee::harvest_withheld_tokens_to_mint(&ID, mint, &[account, one]),
            format!("HarvestWithheldTokensToMint: mint {mint}, from {account}, from {one}"),
        )
        .more()
        .fewer(),
        powerful(
            fee::set_transfer_fee(&ID, mint, owner, &[], *half, *most),
            format!("SetTransferFee: {half} bps, at most {most}, mint {mint}, authority {owner}"),
        ),
    ]
}

fn accounts(values: &Values) -> Vec<Case> {
    let [account, owner, one, ..] = &values.keys;
    let by = format!("account {account}, owner {owner}");
    vec![
        powerful(
            memo_transfer::instruction::enable_required_transfer_memos(&ID, account, owner, &[]),
            format!("EnableRequiredMemoTransfers: {by}"),
        ),
        powerful(
            memo_transfer::instruction::disable_required_transfer_memos(&ID, account, owner, &[]),
            format!("DisableRequiredMemoTransfers: {by}"),
        ),
        powerful(
            cpi_guard::instruction::enable_cpi_guard(&ID, account, owner, &[]),
            format!("EnableCpiGuard: {by}"),
        ),
        powerful(
            cpi_guard::instruction::disable_cpi_guard(&ID, account, owner, &[one]),
            format!("DisableCpiGuard: {by}, signer {one}"),
        )
        .fewer(),
    ]
}

fn burns(values: &Values) -> Vec<Case> {
    use permissioned_burn::instruction as burn;
    let Values { keys: [account, mint, permits, owner, ..], amount, byte, .. } = values;
    let by = format!(
        "destroys {amount} of {account}, mint {mint}, permitted by {permits}, owner {owner}"
    );
    vec![
        powerful(
            burn::initialize(&ID, mint, permits),
            format!("InitializePermissionedBurn: only {permits} lets burn, mint {mint}"),
        ),
        powerful(
            burn::burn(&ID, account, mint, permits, owner, &[], *amount),
            format!("PermissionedBurn: {by}"),
        ),
        powerful(
            burn::burn_checked(&ID, account, mint, permits, owner, &[], *amount, *byte),
            format!("PermissionedBurnChecked: {by}"),
        ),
    ]
}

fn initialized(values: &Values) -> Vec<Case> {
    let [mint, owner, target, ..] = &values.keys;
    let rate = i16::from(values.byte);
    let (by, of) = (Some(*owner), Some(*target));
    let named = |built, name: &str| set_up(built, format!("{name}: mint {mint}"));
    let frozen = AccountState::Frozen;
    vec![
        set_up(
            default_account_state::instruction::initialize_default_account_state(
                &ID, mint, &frozen,
            ),
            format!("InitializeDefaultAccountState: Frozen, mint {mint}"),
        ),
        named(
            interest_bearing_mint::instruction::initialize(&ID, mint, by, rate),
            "InitializeInterestBearingMint",
        ),
        named(transfer_hook::instruction::initialize(&ID, mint, by, of), "InitializeTransferHook"),
        named(
            metadata_pointer::instruction::initialize(&ID, mint, by, of),
            "InitializeMetadataPointer",
        ),
        named(group_pointer::instruction::initialize(&ID, mint, by, of), "InitializeGroupPointer"),
        named(
            group_member_pointer::instruction::initialize(&ID, mint, by, of),
            "InitializeGroupMemberPointer",
        ),
        named(
            scaled_ui_amount::instruction::initialize(&ID, mint, by, 1.5),
            "InitializeScaledUiAmount",
        ),
        named(pausable::instruction::initialize(&ID, mint, owner), "InitializePausable"),
    ]
}

fn updated(values: &Values) -> Vec<Case> {
    let [mint, owner, target, ..] = &values.keys;
    let rate = i16::from(values.byte) - 100;
    let by = format!("mint {mint}, authority {owner}");
    let named = |built, name: &str| powerful(built, format!("{name}: {by}"));
    let (signers, of) = (&[][..], Some(*target));
    let open = AccountState::Initialized;
    vec![
        powerful(
            default_account_state::instruction::update_default_account_state(
                &ID, mint, owner, signers, &open,
            ),
            format!("UpdateDefaultAccountState: Initialized, {by}"),
        ),
        powerful(
            interest_bearing_mint::instruction::update_rate(&ID, mint, owner, signers, rate),
            format!("UpdateInterestRate: {rate} bps, {by}"),
        ),
        powerful(
            transfer_hook::instruction::update(&ID, mint, owner, signers, of),
            format!("UpdateTransferHook: hooks {target}, {by}"),
        ),
        powerful(
            transfer_hook::instruction::update(&ID, mint, owner, signers, None),
            format!("UpdateTransferHook: hooks nobody, {by}"),
        ),
        named(
            metadata_pointer::instruction::update(&ID, mint, owner, signers, of),
            "UpdateMetadataPointer",
        ),
        named(
            group_pointer::instruction::update(&ID, mint, owner, signers, of),
            "UpdateGroupPointer",
        ),
        named(
            group_member_pointer::instruction::update(&ID, mint, owner, signers, of),
            "UpdateGroupMemberPointer",
        ),
        named(
            scaled_ui_amount::instruction::update_multiplier(&ID, mint, owner, signers, 0.5, 9),
            "UpdateScaledUiAmountMultiplier",
        ),
        named(pausable::instruction::pause(&ID, mint, owner, signers), "Pause"),
        named(pausable::instruction::resume(&ID, mint, owner, signers), "Resume"),
    ]
}

hold!(cases);
