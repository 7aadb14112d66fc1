use countersign_approval::{AssetTransfer, Code};
use solana_message::VersionedMessage;
use solana_sdk::instruction::Instruction;
use spl_associated_token_account_interface::instruction::{
    create_associated_token_account, create_associated_token_account_idempotent,
};
use spl_token_interface::instruction as spl_token;

use super::super::honest::{
    Honest, key, lamports_of, memo, ours, theirs, token_transfer, transfer_of, unit_limit,
    unit_price,
};
use super::{assert_only, with_instruction, with_terms};
use crate::programs;

#[test]
fn nothing_else_is_done() {
    let honest = Honest::default();
    let token = token_transfer(programs::SPL_TOKEN);
    let (spl, source, user) = (theirs(token.program), theirs(token.source), key("user"));
    let approve = spl_token::approve(&spl, &source, &key("stranger"), &user, &[], 1).unwrap();
    let close = spl_token::close_account(&spl, &source, &user, &user, &[]).unwrap();
    let assign = solana_system_interface::instruction::assign(&user, &key("stranger"));
    let extra = Code::ExtraInstruction;
    for (more, codes) in [
        (transfer_of(&token), vec![extra]),
        (lamports_of(1), vec![extra, Code::FeePayer]),
        (memo(&["user"]), vec![extra]),
        (approve, vec![extra, Code::TokenDelegate]),
        (close, vec![extra, Code::TokenAuthority, Code::FeePayer]),
        (assign, vec![extra, Code::System, Code::FeePayer]),
    ] {
        assert_only(&with_instruction(&honest, more), &codes);
    }
    let none = Honest { instead: Some(Vec::new()), after: vec![memo(&[])], ..honest }.build();
    assert_only(&none, &[extra, Code::Signers]);
}

#[test]
fn programs_are_pinned_even_where_they_can_be_read() {
    let honest = Honest { after: vec![memo(&[])], ..Honest::default() };
    let built = with_terms(&honest, |built| {
        built.terms.allowed_programs.retain(|program| *program != programs::MEMO);
    });
    assert_only(&built, &[Code::UnknownProgram]);
    let stranger = Instruction::new_with_bytes(key("program"), &[1], Vec::new());
    let built = with_instruction(&Honest::default(), stranger);
    assert_only(&built, &[Code::UnknownProgram]);
    let mut allowed = built;
    allowed.terms.allowed_programs.push(ours(key("program")));
    assert_only(&allowed, &[Code::UnknownProgram]);
    // Policy opts into it, and no simulation vouches for it.
    allowed.terms.opaque_programs.push(ours(key("program")));
    assert_only(&allowed, &[Code::Unavailable]);
}

#[test]
fn each_bound_of_computing_stands_once() {
    for bound in [unit_limit(1_000), unit_price(1_000)] {
        let honest = Honest { before: vec![bound.clone()], ..Honest::default() };
        assert_only(&with_instruction(&honest, bound), &[Code::ExtraInstruction]);
    }
    let honest = Honest { before: vec![unit_price(1_000)], ..Honest::default() };
    let mut built = with_terms(&honest, |built| built.terms.max_compute_unit_price = Some(999));
    assert_only(&built, &[Code::FeePayer]);
    built.terms.max_compute_unit_price = Some(1_000);
    built.judge().unwrap();
}

#[test]
fn a_fee_of_ours_is_bounded_to_the_lamport() {
    let paid = |before| {
        let mut built = Honest { fee_payer: "user", before, ..Honest::default() }.build();
        built.terms.required_signers = vec![built.terms.user];
        built
    };
    // 5000 for the signature, 1.001 of 1000 units at 1001 millionths, rounded up.
    for (before, fee) in [
        (vec![], 5_000),
        (vec![unit_limit(1_000), unit_price(1_001)], 5_002),
        // What sets a bound takes 3,000 units itself.
        (vec![unit_price(1_000_000)], 208_000),
        (vec![unit_limit(u32::MAX), unit_price(1_000_000)], 1_405_000),
    ] {
        let mut built = paid(before);
        built.terms.max_lamports_out = fee - 1;
        assert_only(&built, &[Code::FeePayer]);
        built.terms.max_lamports_out = fee;
        let judgement = built.judge().unwrap();
        assert_eq!((judgement.fee().lamports, judgement.fee().ours), (fee, true));
    }
    let mut absurd = paid(vec![unit_price(u64::MAX), unit_limit(u32::MAX)]);
    absurd.terms.max_lamports_out = u64::MAX - 1;
    assert_only(&absurd, &[Code::FeePayer]);
}

#[test]
fn our_key_is_read_only_where_no_lamport_of_ours_may_leave() {
    let mut transfer = transfer_of(&token_transfer(programs::SPL_TOKEN));
    transfer.accounts[3].is_writable = true;
    let mut built = Honest { instead: Some(vec![transfer]), ..Honest::default() }.build();
    assert_only(&built, &[Code::FeePayer]);
    built.terms.max_lamports_out = 1;
    built.judge().unwrap();
}

#[test]
fn associated_accounts_are_made_at_the_cost_of_others() {
    let owner = key("resolver");
    let (mint, program) = (key("mint"), theirs(programs::SPL_TOKEN));
    let created = |payer: &str, owner, mint| {
        create_associated_token_account(&key(payer), &owner, &mint, &program)
    };
    let associated =
        crate::associated_token_account(ours(owner), ours(mint), programs::SPL_TOKEN).unwrap();
    let with = |before: Vec<Instruction>| {
        let mut token = token_transfer(programs::SPL_TOKEN);
        token.destination = associated;
        let instead = Some(vec![transfer_of(&token)]);
        let mut built = Honest { before, instead, ..Honest::default() }.build();
        built.terms.transfer = AssetTransfer::Token(token);
        built
    };
    let right = created("sponsor", owner, mint);
    let idempotent =
        create_associated_token_account_idempotent(&key("sponsor"), &owner, &mint, &program);
    for right in [right.clone(), idempotent.clone()] {
        with(vec![right]).judge().unwrap();
    }
    // Whose ever it is: it costs us nothing.
    for other in
        [created("sponsor", key("stranger"), mint), created("sponsor", owner, key("other"))]
    {
        with(vec![right.clone(), idempotent.clone(), other]).judge().unwrap();
    }
    // Our key would be written to besides, where no lamport of it may leave.
    let ours = with(vec![created("user", owner, mint)]);
    assert_only(&ours, &[Code::ExtraInstruction, Code::FeePayer]);
    let mut astray = created("sponsor", key("stranger"), mint);
    astray.accounts[1].pubkey = key("not derived");
    assert_only(&with(vec![astray]), &[Code::ExtraInstruction]);
}

#[test]
fn tables_are_known_and_give_each_account_once() {
    let honest = Honest { with_table: true, ..Honest::default() };
    let table = ours(key("table"));
    let unknown = with_terms(&honest, |built| built.terms.lookup_tables.clear());
    assert_only(&unknown, &[Code::LookupTable]);
    let short = with_terms(&honest, |built| {
        built.terms.lookup_tables.get_mut(&table).unwrap().truncate(1);
    });
    assert_only(&short, &[Code::LookupTable]);
    let huge = with_terms(&honest, |built| {
        built.terms.lookup_tables.get_mut(&table).unwrap().resize(257, ours(key("other")));
    });
    assert_only(&huge, &[Code::LookupTable]);
    let itself = with_terms(&honest, |built| {
        built.terms.lookup_tables.get_mut(&table).unwrap()[1] = table;
    });
    assert_only(&itself, &[Code::LookupTable, Code::Destination]);
    let doubled = with_terms(&honest, |built| {
        let user = built.terms.user;
        built.terms.lookup_tables.get_mut(&table).unwrap()[1] = user;
    });
    assert_only(&doubled, &[Code::Malformed, Code::LookupTable, Code::Destination]);
    let unused = with_terms(&honest, |built| {
        let VersionedMessage::V0(message) = &mut built.tx.message else { unreachable!() };
        message.address_table_lookups[0].readonly_indexes.push(2);
        built.sign_as_others();
    });
    assert_only(&unused, &[Code::LookupTable]);
}

#[test]
fn each_account_of_the_message_is_used() {
    let built = with_terms(&Honest::default(), |built| {
        let VersionedMessage::V0(message) = &mut built.tx.message else { unreachable!() };
        message.account_keys.push(key("stranger"));
        message.header.num_readonly_unsigned_accounts += 1;
        built.sign_as_others();
    });
    assert_only(&built, &[Code::Malformed]);
}
