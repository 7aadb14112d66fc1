//! Instructions that a swap may hold.

use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_sdk::sysvar;
use solana_system_interface::instruction as system;
use spl_associated_token_account_interface::address::get_associated_token_address_with_program_id;
use spl_associated_token_account_interface::instruction as associated;
use spl_memo_interface::instruction::build_memo;

use super::*;
use crate::instruction::{Budget, LamportTransfer, NewTokenAccount, TokenMove};

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = budgets(values);
    cases.extend(memos(values));
    cases.extend(token_accounts(values));
    cases.extend(transfers(values));
    let [nonce, authority, ..] = &values.keys;
    cases.push(same(
        system::advance_nonce_account(nonce, authority),
        Effect::AdvanceNonce { account: address(nonce), authority: address(authority) },
    ));
    cases
}

fn budgets(values: &Values) -> Vec<Case> {
    let budget = |built, budget| same(built, Effect::Budget(budget));
    vec![
        budget(
            ComputeBudgetInstruction::set_compute_unit_limit(values.word),
            Budget::UnitLimit(values.word),
        ),
        budget(
            ComputeBudgetInstruction::set_compute_unit_price(values.amount),
            Budget::UnitPrice(values.amount),
        ),
        budget(
            ComputeBudgetInstruction::request_heap_frame(values.word),
            Budget::HeapFrame(values.word),
        ),
        budget(
            ComputeBudgetInstruction::set_loaded_accounts_data_size_limit(values.word),
            Budget::LoadedDataSize(values.word),
        ),
    ]
}

fn memos(values: &Values) -> Vec<Case> {
    let [one, two, ..] = &values.keys;
    let memo = |program, signers: &[&Pubkey]| {
        // An end of one byte, so that a byte less is a text too.
        let text = format!("{}.", values.text);
        let built = build_memo(&program, text.as_bytes(), signers);
        let case = case(built, Expected::Memo(text)).longer().shorter();
        if signers.is_empty() { case } else { case.fewer() }
    };
    vec![
        memo(spl_memo_interface::v1::id(), &[]),
        memo(spl_memo_interface::v3::id(), &[]),
        memo(spl_memo_interface::v3::id(), &[one, two]),
    ]
}

fn token_accounts(values: &Values) -> Vec<Case> {
    let [payer, owner, mint, ..] = &values.keys;
    let mut cases = Vec::new();
    for program in [spl_token_interface::ID, spl_token_2022_interface::ID] {
        let made = |idempotent| {
            let account = get_associated_token_address_with_program_id(owner, mint, &program);
            Effect::CreateTokenAccount(NewTokenAccount {
                payer: address(payer),
                account: address(&account),
                owner: address(owner),
                mint: address(mint),
                token_program: address(&program),
                idempotent,
            })
        };
        // No data is the form of the program's first version, which took the rent besides.
        let create = associated::create_associated_token_account(payer, owner, mint, &program);
        let mut first = Built { data: vec![], ..create.clone() };
        first.accounts.push(AccountMeta::new_readonly(sysvar::rent::ID, false));
        let idempotent =
            associated::create_associated_token_account_idempotent(payer, owner, mint, &program);
        cases.push(same(create, made(false)).shorter());
        cases.push(same(first, made(false)).longer().fewer());
        cases.push(same(idempotent, made(true)).shorter());
    }
    cases
}

fn transfers(values: &Values) -> Vec<Case> {
    let Values { keys: [source, mint, to, owner, one, two, ..], amount, byte, .. } = values;
    let moved = |program: &Pubkey, checked, extra: &[&Pubkey]| {
        Effect::TransferTokens(TokenMove {
            program: address(program),
            source: address(source),
            destination: address(to),
            authority: address(owner),
            amount: *amount,
            checked,
            extra: extra.iter().map(|key| address(key)).collect(),
        })
    };
    let lamports = LamportTransfer { from: address(source), to: address(to), lamports: *amount };
    let mut cases =
        vec![same(system::transfer(source, to, *amount), Effect::TransferLamports(lamports))];
    for program in [&spl_token_interface::ID, &spl_token_2022_interface::ID] {
        for signers in [&[][..], &[one, two]] {
            use spl_token_2022_interface::instruction as token;
            let checked =
                token::transfer_checked(program, source, mint, to, owner, signers, *amount, *byte);
            #[expect(deprecated, reason = "it may come all the same")]
            let plain = token::transfer(program, source, to, owner, signers, *amount);
            // Accounts behind the authority are told, not judged here.
            for (built, mint) in [(checked, Some((address(mint), *byte))), (plain, None)] {
                let case = same(built.unwrap(), moved(program, mint, signers)).more();
                cases.push(if signers.is_empty() { case } else { case.fewer() });
            }
        }
    }
    cases
}

hold!(cases);

#[test]
fn what_is_said_of_them() {
    let values = Values::some();
    let lines: Vec<String> = cases(&values)
        .iter()
        .map(|case| with_read(&case.built, |read| read.unwrap().describe()))
        .collect();
    let says = |line: &str| assert!(lines.iter().any(|said| said == line), "{line}\n{lines:#?}");
    let [first, second, third, fourth, fifth, sixth, ..] = &values.keys;
    says("SetComputeUnitLimit: at most 60000 compute units");
    says("SetComputeUnitPrice: 2500000 micro-lamports a compute unit");
    says("RequestHeapFrame: a heap of 60000 bytes");
    says("SetLoadedAccountsDataSizeLimit: at most 60000 bytes of accounts");
    says("Memo: \"tëxt\\n.\"");
    says(&format!("Transfer: moves 2500000 lamports from {first} to {third}"));
    says(&format!(
        "TransferChecked: moves 2500000 of mint {second} (6 decimals) from {first} to {third}, authority {fourth}"
    ));
    says(&format!(
        "Transfer: moves 2500000 of a mint that it does not name from {first} to {third}, authority {fourth}, \
         with {fifth}, with {sixth}"
    ));
    says(&format!("AdvanceNonceAccount: uses up the nonce {first}, authority {second}"));
    let program = spl_token_interface::ID;
    let account = get_associated_token_address_with_program_id(second, third, &program);
    says(&format!(
        "CreateAssociatedTokenAccount: makes {account} of {second} for mint {third} of token program \
         {program}, paid by {first}"
    ));
}

#[test]
fn bounds_that_are_none() {
    let program_id = solana_compute_budget_interface::ID;
    for data in [vec![], vec![0, 1, 0, 0, 0], vec![5, 1, 0, 0, 0], vec![3, 1, 0, 0, 0]] {
        refused(&Built { program_id, accounts: vec![], data });
    }
}

#[test]
fn memos_that_are_no_text_or_that_somebody_did_not_sign() {
    let key = Pubkey::new_from_array([1; 32]);
    for program in [spl_memo_interface::v1::id(), spl_memo_interface::v3::id()] {
        refused(&build_memo(&program, &[0xff], &[]));
        let mut built = build_memo(&program, b"text", &[&key]);
        built.accounts[0].is_signer = false;
        refused(&built);
    }
}

#[test]
fn token_accounts_by_programs_that_are_none() {
    let [payer, owner, mint, stranger, ..] = &Values::some().keys;
    let program = spl_token_interface::ID;
    let built = associated::create_associated_token_account(payer, owner, mint, &program);
    for place in [4, 5] {
        let mut built = built.clone();
        built.accounts[place].pubkey = *stranger;
        refused(&built);
    }
    let unknown = Built { data: vec![3], ..built };
    refused(&unknown);
}

#[test]
fn nonces_that_come_from_elsewhere() {
    let [nonce, authority, stranger, ..] = &Values::some().keys;
    let mut built = system::advance_nonce_account(nonce, authority);
    built.accounts[1].pubkey = *stranger;
    refused(&built);
}
