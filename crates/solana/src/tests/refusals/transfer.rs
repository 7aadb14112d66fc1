use countersign_approval::{Code, TokenTransfer};
use solana_sdk::instruction::AccountMeta;
use spl_token_interface::instruction as spl_token;

use super::super::honest::{
    AMOUNT, Honest, key, lamports_of, memo, ours, theirs, token_transfer, transfer_of,
};
use super::{assert_only, refusal, with_instruction, with_terms};
use crate::programs;

/// Makes another transfer of the agreed one.
type Change = fn(&mut TokenTransfer);

#[test]
fn a_transfer_is_the_agreed_one_in_each_of_its_parts() {
    let agreed = token_transfer(programs::SPL_TOKEN);
    let mut cases = vec![(agreed.clone(), None)];
    let changes: [(Code, Change); 7] = [
        (Code::Amount, |token| token.amount += 1),
        (Code::Amount, |token| token.amount -= 1),
        (Code::Amount, |token| token.decimals = 9),
        (Code::TokenProgram, |token| token.program = programs::TOKEN_2022),
        (Code::Mint, |token| token.mint = ours(key("stranger"))),
        (Code::Source, |token| token.source = ours(key("stranger"))),
        (Code::Destination, |token| token.destination = ours(key("stranger"))),
    ];
    for (code, change) in changes {
        let mut token = agreed.clone();
        change(&mut token);
        cases.push((token, Some(code)));
    }
    for (token, code) in cases {
        let built =
            Honest { instead: Some(vec![transfer_of(&token)]), ..Honest::default() }.build();
        match code {
            None => assert!(built.judge().is_ok()),
            Some(code) => assert_only(&built, &[code]),
        }
    }
    let mut authority = transfer_of(&agreed);
    authority.accounts[3].pubkey = key("sponsor");
    let built = Honest { instead: Some(vec![authority, memo(&["user"])]), ..Honest::default() };
    assert_only(&built.build(), &[Code::Source, Code::ExtraInstruction]);
}

#[test]
fn lamports_move_as_agreed() {
    let native = Honest::native();
    for lamports in [0, AMOUNT - 1, AMOUNT + 1, u64::MAX] {
        let built = Honest { instead: Some(vec![lamports_of(lamports)]), ..native.clone() }.build();
        assert_only(&built, &[Code::Amount]);
    }
    let transfer = solana_system_interface::instruction::transfer;
    let to = transfer(&key("user"), &key("stranger"), AMOUNT);
    let built = Honest { instead: Some(vec![to]), ..native.clone() }.build();
    assert_only(&built, &[Code::Destination]);
    let from = transfer(&key("sponsor"), &key("resolver"), AMOUNT);
    let built = Honest { instead: Some(vec![from, memo(&["user"])]), ..native.clone() }.build();
    assert_only(&built, &[Code::Source, Code::ExtraInstruction]);
    assert_only(&with_instruction(&native, lamports_of(1)), &[Code::ExtraInstruction]);
    let capped = with_terms(&native, |built| built.terms.max_lamports_out = AMOUNT - 1);
    assert_only(&capped, &[Code::FeePayer]);
}

#[test]
fn a_transfer_that_names_no_mint_needs_the_source_to_prove_it() {
    let token = token_transfer(programs::SPL_TOKEN);
    let plain = spl_token::transfer(
        &theirs(token.program),
        &theirs(token.source),
        &theirs(token.destination),
        &key("user"),
        &[],
        token.amount,
    );
    let mut built = Honest { instead: Some(vec![plain.unwrap()]), ..Honest::default() }.build();
    assert_only(&built, &[Code::Mint]);
    built.facts.source = Some(Some(super::super::facts::account(token.source, &built)));
    built.judge().unwrap();
    let source = built.facts.source.as_mut().unwrap().as_mut().unwrap();
    source.mint = Some(ours(key("stranger")));
    assert_only(&built, &[Code::Mint, Code::Source]);
}

#[test]
fn the_accounts_of_a_transfer_can_be_written_to() {
    for (place, code) in [(0, Code::Source), (2, Code::Destination)] {
        let mut transfer = transfer_of(&token_transfer(programs::SPL_TOKEN));
        transfer.accounts[place].is_writable = false;
        let built = Honest { instead: Some(vec![transfer]), ..Honest::default() }.build();
        assert_only(&built, &[code]);
    }
}

#[test]
fn a_multisig_is_refused_whoever_is_in_it() {
    for member in ["user", "sponsor"] {
        let mut transfer = transfer_of(&token_transfer(programs::SPL_TOKEN));
        transfer.accounts.push(AccountMeta::new_readonly(key(member), true));
        let built = Honest { instead: Some(vec![transfer]), ..Honest::default() }.build();
        assert!(refusal(&built).has(Code::TokenAuthority), "{}", refusal(&built));
    }
}
