//! Several instructions in one, which both token programs take.

use spl_token_2022_interface::instruction as token;

use super::*;

const PROGRAMS: [Pubkey; 2] = [spl_token_interface::ID, spl_token_2022_interface::ID];

fn batch(program: &Pubkey, inner: &[Built]) -> Built {
    let inner: Vec<Built> = inner
        .iter()
        .map(|one| Built { program_id: spl_token_interface::ID, ..one.clone() })
        .collect();
    let built = spl_token_interface::instruction::batch(&spl_token_interface::ID, &inner).unwrap();
    Built { program_id: *program, ..built }
}

fn batches(values: &Values) -> Vec<Case> {
    let Values { keys: [account, mint, to, owner, ..], amount, byte, .. } = values;
    let mut cases = Vec::new();
    for program in &PROGRAMS {
        let moved = token::transfer_checked(program, account, mint, to, owner, &[], *amount, *byte)
            .unwrap();
        let moved_line = format!(
            "TransferChecked: moves {amount} of mint {mint} ({byte} decimals) from {account} to {to}, authority {owner}"
        );
        let approved = token::approve(program, account, to, owner, &[], *amount).unwrap();
        let approved_line =
            format!("Approve: lets {to} spend {amount} of {account}, owner {owner}");
        let closed = token::close_account(program, account, to, owner, &[]).unwrap();
        let closed_line =
            format!("CloseAccount: closes {account}, its lamports go to {to}, owner {owner}");
        let mut hold = |inner: &[&Built], code, lines: &[&String]| {
            let inner: Vec<Built> = inner.iter().map(|one| (*one).clone()).collect();
            let lines: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
            let detail = format!("Batch: {}", lines.join("; "));
            cases.push(other(batch(program, &inner), code, detail));
        };
        hold(&[&moved], Code::ExtraInstruction, &[&moved_line]);
        hold(&[&moved, &moved], Code::ExtraInstruction, &[&moved_line, &moved_line]);
        let delegated = [&approved_line, &moved_line];
        hold(&[&approved, &moved], Code::TokenDelegate, &delegated);
        let all = [&closed_line, &moved_line, &approved_line];
        hold(&[&closed, &moved, &approved], Code::TokenAuthority, &all);
        let all = [&approved_line, &closed_line];
        hold(&[&approved, &closed], Code::TokenAuthority, &all);
    }
    cases
}

hold!(batches);

#[test]
fn batches_that_hold_nothing_or_another_batch_or_what_is_unknown() {
    let values = Values::some();
    let [account, to, owner, ..] = &values.keys;
    for program in &PROGRAMS {
        let closed = token::close_account(program, account, to, owner, &[]).unwrap();
        refused(&batch(program, &[]));
        refused(&batch(program, &[batch(program, std::slice::from_ref(&closed))]));
        refused(&batch(program, &[closed.clone(), Built { data: vec![99], ..closed.clone() }]));
        refused(&batch(program, &[Built { data: vec![], ..closed }]));
    }
}
