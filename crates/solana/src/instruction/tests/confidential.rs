//! Instructions of Token-2022 that hide amounts.
//!
//! Where proofs stand among the accounts, the program takes more of them and fewer.

#![expect(
    clippy::default_trait_access,
    reason = "the types are of a crate that nothing else needs"
)]

use spl_token_2022_interface::ID;
use spl_token_2022_interface::extension::confidential_transfer::instruction as transfer;
use spl_token_2022_interface::extension::confidential_transfer_fee::instruction as fee;
use spl_token_confidential_transfer_proof_extraction::instruction::ProofLocation::ContextStateAccount as Proof;

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = mints(values);
    cases.extend(accounts(values));
    cases.extend(moves(values));
    cases.push(with_fee(values));
    cases.extend(fees(values));
    cases
}

fn powerful<E: std::fmt::Debug>(built: Result<Built, E>, detail: String) -> Case {
    other(built.unwrap(), Code::TokenAuthority, detail)
}

fn set_up<E: std::fmt::Debug>(built: Result<Built, E>, detail: String) -> Case {
    other(built.unwrap(), Code::ExtraInstruction, detail)
}

fn mints(values: &Values) -> Vec<Case> {
    let [mint, owner, account, payer, registry, ..] = &values.keys;
    let configure =
        |payer| transfer::configure_account_with_registry(&ID, account, mint, registry, payer);
    let by = format!("account {account}, mint {mint}, registry {registry}");
    vec![
        set_up(
            transfer::initialize_mint(&ID, mint, Some(*owner), true, None),
            format!("ConfidentialTransferInitializeMint: mint {mint}"),
        ),
        powerful(
            transfer::update_mint(&ID, mint, owner, &[], true, None),
            format!("ConfidentialTransferUpdateMint: mint {mint}, authority {owner}"),
        ),
        powerful(
            transfer::approve_account(&ID, account, mint, owner, &[]),
            format!(
                "ConfidentialTransferApproveAccount: account {account}, mint {mint}, authority {owner}"
            ),
        ),
        powerful(configure(None), format!("ConfigureAccountWithRegistry: {by}")).more(),
        powerful(
            configure(Some(payer)),
            format!("ConfigureAccountWithRegistry: {by}, payer {payer}"),
        )
        .fewer(),
    ]
}

fn accounts(values: &Values) -> Vec<Case> {
    let Values { keys: [account, owner, mint, proof, ..], amount, .. } = values;
    let balance = Default::default();
    let by = format!("account {account}, owner {owner}");
    let configured = transfer::inner_configure_account(
        &ID,
        account,
        mint,
        &balance,
        *amount,
        owner,
        &[],
        Proof(proof),
    );
    let emptied = transfer::inner_empty_account(&ID, account, owner, &[], Proof(proof));
    let credits = [
        (transfer::enable_confidential_credits(&ID, account, owner, &[]), "Enable", ""),
        (transfer::disable_confidential_credits(&ID, account, owner, &[]), "Disable", ""),
        (transfer::enable_non_confidential_credits(&ID, account, owner, &[]), "Enable", "Non"),
        (transfer::disable_non_confidential_credits(&ID, account, owner, &[]), "Disable", "Non"),
    ];
    let credits = credits
        .into_iter()
        .map(|(built, what, not)| powerful(built, format!("{what}{not}ConfidentialCredits: {by}")));
    let mut cases = vec![
        powerful(
            configured,
            format!(
                "ConfidentialTransferConfigureAccount: account {account}, mint {mint}, proof {proof}, owner {owner}"
            ),
        ),
        powerful(
            emptied,
            format!(
                "ConfidentialTransferEmptyAccount: account {account}, proof {proof}, owner {owner}"
            ),
        ),
        powerful(
            transfer::inner_apply_pending_balance(&ID, account, *amount, &balance, owner, &[]),
            format!("ApplyPendingBalance: {by}"),
        ),
    ];
    cases.extend(credits);
    cases
}

fn moves(values: &Values) -> Vec<Case> {
    let Values { keys: [account, mint, to, owner, one, two, three, ..], amount, byte, .. } = values;
    let (balance, hidden) = (Default::default(), Default::default());
    let withdrawn = transfer::inner_withdraw(
        &ID,
        account,
        mint,
        *amount,
        *byte,
        &balance,
        owner,
        &[],
        Proof(one),
        Proof(two),
    );
    let moved = transfer::inner_transfer(
        &ID,
        account,
        mint,
        to,
        &balance,
        &hidden,
        &hidden,
        owner,
        &[],
        Proof(one),
        Proof(two),
        Proof(three),
    );
    let proofs = format!("with {one}, with {two}");
    let way = format!("from {account}, mint {mint}, to {to}");
    vec![
        powerful(
            transfer::deposit(&ID, account, mint, *amount, *byte, owner, &[]),
            format!("ConfidentialDeposit: account {account}, mint {mint}, owner {owner}"),
        ),
        powerful(
            withdrawn,
            format!("ConfidentialWithdraw: account {account}, mint {mint}, {proofs}, with {owner}"),
        )
        .more()
        .fewer(),
        powerful(
            moved,
            format!("ConfidentialTransfer: {way}, {proofs}, with {three}, with {owner}"),
        )
        .more()
        .fewer(),
    ]
}

fn with_fee(values: &Values) -> Case {
    let [account, mint, to, owner, one, two, three, ..] = &values.keys;
    let (balance, hidden) = (Default::default(), Default::default());
    let built = transfer::inner_transfer_with_fee(
        &ID,
        account,
        mint,
        to,
        &balance,
        &hidden,
        &hidden,
        owner,
        &[],
        Proof(one),
        Proof(two),
        Proof(three),
        Proof(one),
        Proof(two),
    );
    let proofs = [one, two, three, one, two].map(|proof| format!("with {proof}, ")).concat();
    let way = format!("from {account}, mint {mint}, to {to}");
    powerful(built, format!("ConfidentialTransferWithFee: {way}, {proofs}with {owner}"))
        .more()
        .fewer()
}

fn fees(values: &Values) -> Vec<Case> {
    let [mint, to, owner, proof, source, ..] = &values.keys;
    let balance = Default::default();
    let from_mint = fee::inner_withdraw_withheld_tokens_from_mint(
        &ID,
        mint,
        to,
        &balance,
        owner,
        &[],
        Proof(proof),
    );
    let from_accounts = fee::inner_withdraw_withheld_tokens_from_accounts(
        &ID,
        mint,
        to,
        &balance,
        owner,
        &[],
        &[source],
        Proof(proof),
    );
    let by = format!("mint {mint}, to {to}, proof {proof}, authority {owner}");
    vec![
        set_up(
            fee::initialize_confidential_transfer_fee_config(
                &ID,
                mint,
                Some(*owner),
                &Default::default(),
            ),
            format!("InitializeConfidentialTransferFeeConfig: mint {mint}"),
        ),
        powerful(from_mint, format!("ConfidentialWithdrawWithheldTokensFromMint: {by}")),
        powerful(
            from_accounts,
            format!("ConfidentialWithdrawWithheldTokensFromAccounts: {by}, with {source}"),
        )
        .more()
        .fewer(),
        set_up(
            fee::harvest_withheld_tokens_to_mint(&ID, mint, &[source]),
            format!("ConfidentialHarvestWithheldTokensToMint: mint {mint}, from {source}"),
        )
        .more()
        .fewer(),
        powerful(
            fee::enable_harvest_to_mint(&ID, mint, owner, &[]),
            format!("EnableHarvestToMint: mint {mint}, authority {owner}"),
        ),
        powerful(
            fee::disable_harvest_to_mint(&ID, mint, owner, &[]),
            format!("DisableHarvestToMint: mint {mint}, authority {owner}"),
        ),
    ]
}

hold!(cases);
