//! What SPL Token and Token-2022 share.

use solana_sdk::sysvar;
use spl_token_2022_interface::extension::ExtensionType;
use spl_token_2022_interface::instruction as token;
use spl_token_2022_interface::instruction::AuthorityType;

use super::*;

const PROGRAMS: [Pubkey; 2] = [spl_token_interface::ID, spl_token_2022_interface::ID];

fn cases(values: &Values) -> Vec<Case> {
    let each = |program| {
        let mut cases = authorities(program, values);
        cases.extend(amounts(program, values));
        cases.extend(lamports(program, values));
        cases.extend(set_up(program, values));
        cases.extend(questions(program, values));
        cases
    };
    PROGRAMS.iter().flat_map(each).collect()
}

fn authorities(program: &Pubkey, values: &Values) -> Vec<Case> {
    let Values { keys: [account, mint, to, owner, one, two, ..], amount, byte, .. } = values;
    let delegate = |built: Result<_, _>, detail| other(built.unwrap(), Code::TokenDelegate, detail);
    let authority =
        |built: Result<_, _>, detail| other(built.unwrap(), Code::TokenAuthority, detail);
    let by = |signers: &[&Pubkey]| {
        let signers: Vec<_> = signers.iter().map(|signer| format!(", signer {signer}")).collect();
        format!("{owner}{}", signers.concat())
    };
    let mut cases = Vec::new();
    for signers in [&[][..], &[one, two]] {
        let by = by(signers);
        let kind = AuthorityType::AccountOwner;
        let set = |new| token::set_authority(program, account, new, kind.clone(), owner, signers);
        let mut some = vec![
            delegate(
                token::approve(program, account, to, owner, signers, *amount),
                format!("Approve: lets {to} spend {amount} of {account}, owner {by}"),
            ),
            delegate(
                token::approve_checked(program, account, mint, to, owner, signers, *amount, *byte),
                format!(
                    "ApproveChecked: lets {to} spend {amount} of {account} ({byte} decimals), mint {mint}, owner {by}"
                ),
            ),
            delegate(
                token::revoke(program, account, owner, signers),
                format!("Revoke: lets nobody else spend of {account}, owner {by}"),
            ),
            authority(
                set(Some(to)),
                format!("SetAuthority: hands AccountOwner of {account} to {to}, authority {by}"),
            ),
            authority(
                set(None),
                format!("SetAuthority: hands AccountOwner of {account} to nobody, authority {by}"),
            ),
            authority(
                token::close_account(program, account, to, owner, signers),
                format!("CloseAccount: closes {account}, its lamports go to {to}, owner {by}"),
            ),
            authority(
                token::freeze_account(program, account, mint, owner, signers),
                format!("FreezeAccount: freezes {account}, mint {mint}, authority {by}"),
            ),
            authority(
                token::thaw_account(program, account, mint, owner, signers),
                format!("ThawAccount: thaws {account}, mint {mint}, authority {by}"),
            ),
        ];
        // A multisig's members sign behind the authority.
        if !signers.is_empty() {
            some = some.into_iter().map(Case::fewer).collect();
        }
        cases.extend(some);
    }
    cases
}

fn amounts(program: &Pubkey, values: &Values) -> Vec<Case> {
    let Values { keys: [account, mint, owner, ..], amount, byte, .. } = values;
    let authority =
        |built: Result<_, _>, detail| other(built.unwrap(), Code::TokenAuthority, detail);
    vec![
        authority(
            token::mint_to(program, mint, account, owner, &[], *amount),
            format!("MintTo: makes {amount} of mint {mint} in {account}, authority {owner}"),
        ),
        authority(
            token::mint_to_checked(program, mint, account, owner, &[], *amount, *byte),
            format!("MintToChecked: makes {amount} of mint {mint} in {account}, authority {owner}"),
        ),
        authority(
            token::burn(program, account, mint, owner, &[], *amount),
            format!("Burn: destroys {amount} of {account}, mint {mint}, owner {owner}"),
        ),
        authority(
            token::burn_checked(program, account, mint, owner, &[], *amount, *byte),
            format!("BurnChecked: destroys {amount} of {account}, mint {mint}, owner {owner}"),
        ),
    ]
}

/// Each crate builds these for its own program alone.
fn lamports(program: &Pubkey, values: &Values) -> Vec<Case> {
    let Values { keys: [account, to, owner, ..], amount, .. } = values;
    let spl = *program == spl_token_interface::ID;
    let withdraw = if spl {
        spl_token_interface::instruction::withdraw_excess_lamports
    } else {
        token::withdraw_excess_lamports
    };
    let unwrap = if spl {
        spl_token_interface::instruction::unwrap_lamports
    } else {
        token::unwrap_lamports
    };
    let moved = |built: Result<Built, _>, name, amount| {
        let by = format!("from {account} to {to}, owner {owner}");
        let detail = format!("{name}: moves lamports, {amount}, {by}");
        other(built.unwrap(), Code::TokenAuthority, detail)
    };
    vec![
        moved(
            withdraw(program, account, to, owner, &[]),
            "WithdrawExcessLamports",
            "what is beyond the rent",
        ),
        moved(
            unwrap(program, account, to, owner, &[], Some(*amount)),
            "UnwrapLamports",
            &amount.to_string(),
        ),
        moved(unwrap(program, account, to, owner, &[], None), "UnwrapLamports", "all"),
    ]
}

fn set_up(program: &Pubkey, values: &Values) -> Vec<Case> {
    let Values { keys: [account, mint, owner, one, two, ..], byte, .. } = values;
    let set_up =
        |built: Result<_, _>, detail| other(built.unwrap(), Code::ExtraInstruction, detail);
    let (members, m) = ([one, two], 2);
    let by = format!("authority {owner}, freeze authority {one}, mint {mint}");
    vec![
        set_up(
            token::initialize_mint(program, mint, owner, Some(one), *byte),
            format!("InitializeMint: {by}"),
        ),
        set_up(
            token::initialize_mint2(program, mint, owner, Some(one), *byte),
            format!("InitializeMint2: {by}"),
        ),
        set_up(
            token::initialize_mint2(program, mint, owner, None, *byte),
            format!("InitializeMint2: authority {owner}, freeze authority nobody, mint {mint}"),
        ),
        set_up(
            token::initialize_account(program, account, mint, owner),
            format!("InitializeAccount: account {account}, mint {mint}, owner {owner}"),
        ),
        set_up(
            token::initialize_account2(program, account, mint, owner),
            format!("InitializeAccount2: owner {owner}, account {account}, mint {mint}"),
        ),
        set_up(
            token::initialize_account3(program, account, mint, owner),
            format!("InitializeAccount3: owner {owner}, account {account}, mint {mint}"),
        ),
        // Any number of members.
        set_up(
            token::initialize_multisig(program, account, &members, m),
            format!(
                "InitializeMultisig: {m} must sign, multisig {account}, member {one}, member {two}"
            ),
        )
        .more()
        .fewer(),
        set_up(
            token::initialize_multisig2(program, account, &members, m),
            format!(
                "InitializeMultisig2: {m} must sign, multisig {account}, member {one}, member {two}"
            ),
        )
        .more()
        .fewer(),
        set_up(
            token::initialize_immutable_owner(program, account),
            format!("InitializeImmutableOwner: account {account}"),
        ),
        // The rent may stand behind the account.
        set_up(token::sync_native(program, account), format!("SyncNative: account {account}"))
            .more(),
        set_up(
            token::sync_native_with_rent_sysvar(program, account),
            format!("SyncNative: account {account}"),
        )
        .fewer(),
    ]
}

fn questions(program: &Pubkey, values: &Values) -> Vec<Case> {
    let Values { keys: [mint, ..], amount, text, .. } = values;
    let question =
        |built: Result<_, _>, detail| other(built.unwrap(), Code::ExtraInstruction, detail);
    // An end of one byte, so that a byte less is a text too.
    let text = format!("{text}.");
    vec![
        question(
            token::get_account_data_size(program, mint, &[]),
            format!("GetAccountDataSize: with [], mint {mint}"),
        ),
        question(
            token::amount_to_ui_amount(program, mint, *amount),
            format!("AmountToUiAmount: of {amount}, mint {mint}"),
        ),
        question(
            token::ui_amount_to_amount(program, mint, &text),
            format!("UiAmountToAmount: of {text:?}, mint {mint}"),
        )
        .longer()
        .shorter(),
    ]
}

hold!(cases);

#[test]
fn members_of_a_multisig_that_do_not_sign_or_are_too_many() {
    let values = Values::some();
    let [account, to, owner, one, ..] = &values.keys;
    for program in &PROGRAMS {
        let mut built = token::approve(program, account, to, owner, &[one], 5).unwrap();
        built.accounts[3].is_signer = false;
        refused(&built);
        refused(&token::approve(program, account, to, owner, &[one; 12], 5).unwrap());
    }
}

#[test]
fn each_authority_is_named() {
    let values = Values::some();
    let [account, to, owner, ..] = &values.keys;
    let program = &spl_token_2022_interface::ID;
    let mut built =
        token::set_authority(program, account, Some(to), AuthorityType::MintTokens, owner, &[])
            .unwrap();
    for (kind, name) in
        [(0, "MintTokens"), (2, "AccountOwner"), (8, "PermanentDelegate"), (17, "PermissionedBurn")]
    {
        built.data[1] = kind;
        other(
            built.clone(),
            Code::TokenAuthority,
            format!("SetAuthority: hands {name} of {account} to {to}, authority {owner}"),
        )
        .hold();
    }
    built.data[1] = 18;
    refused(&built);
}

#[test]
fn spl_token_has_no_instruction_of_token_2022() {
    let values = Values::some();
    let [account, to, owner, ..] = &values.keys;
    let program = &spl_token_interface::ID;
    let mut built =
        token::set_authority(program, account, Some(to), AuthorityType::MintTokens, owner, &[])
            .unwrap();
    built.data[1] = 4;
    refused(&built);
    let sized = [ExtensionType::ImmutableOwner];
    refused(&token::get_account_data_size(program, account, &sized).unwrap());
    let accounts =
        vec![AccountMeta::new(*account, false), AccountMeta::new(sysvar::rent::ID, false)];
    for tag in (25..=37).chain(39..=44).chain(46..=254) {
        let data = vec![tag, 0];
        refused(&Built { program_id: *program, accounts: accounts.clone(), data });
    }
}

#[test]
fn token_2022_has_no_instruction_that_is_unknown() {
    let accounts = vec![AccountMeta::new(Pubkey::new_from_array([1; 32]), false)];
    let program_id = spl_token_2022_interface::ID;
    refused(&Built { program_id, accounts: accounts.clone(), data: vec![] });
    for tag in 47..=254 {
        refused(&Built { program_id, accounts: accounts.clone(), data: vec![tag] });
    }
    // The extensions, and what none of them has.
    for tag in [26, 27, 28, 30, 33, 34, 36, 37, 39, 40, 41, 42, 43, 44, 46] {
        refused(&Built { program_id, accounts: accounts.clone(), data: vec![tag] });
        refused(&Built { program_id, accounts: accounts.clone(), data: vec![tag, 99] });
    }
}
