//! What is refused, each beside the honest transaction that it differs from in one thing.

use countersign_approval::{AssetTransfer, Code, DurableNonce, OthersSign, Refusal, TokenTransfer};
use countersign_units::{SolanaHash, UnixSeconds};
use serde_json::{Value, json};
use solana_message::VersionedMessage;
use solana_sdk::instruction::{AccountMeta, Instruction};
use spl_associated_token_account_interface::instruction::{
    create_associated_token_account, create_associated_token_account_idempotent,
};
use spl_token_interface::instruction as spl_token;

use super::honest::{
    AMOUNT, Asset, Built, Honest, judge_json, key, lamports_of, memo, ours, theirs, token_transfer,
    transfer_of, unit_limit, unit_price,
};
use super::terms::NOW;
use crate::{VerifyError, programs};

fn refusal(built: &Built) -> Refusal {
    refused(&built.payload(), built)
}

fn refused(payload: &Value, built: &Built) -> Refusal {
    match judge_json(payload, built) {
        Err(VerifyError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Checks that these violations are found, and no other kind.
fn assert_only(built: &Built, codes: &[Code]) {
    let refusal = refusal(built);
    assert!(codes.iter().all(|code| refusal.has(*code)), "{codes:?}: {refusal}");
    let mut others = refusal.violations().iter().map(|violation| violation.code);
    assert!(others.all(|code| codes.contains(&code)), "{codes:?}: {refusal}");
}

/// Changes terms of an honest transaction, which is right without the change.
fn with_terms(honest: &Honest, change: impl Fn(&mut Built)) -> Built {
    let mut built = honest.build();
    built.judge().unwrap();
    change(&mut built);
    built
}

/// Puts an instruction behind an honest transfer, which is right without it.
fn with_instruction(honest: &Honest, more: Instruction) -> Built {
    honest.build().judge().unwrap();
    let after = [honest.after.clone(), vec![more]].concat();
    Honest { after, ..honest.clone() }.build()
}

#[test]
fn honest_transactions_are_right() {
    let tokens = [programs::SPL_TOKEN, programs::TOKEN_2022].map(Asset::Token);
    for asset in [tokens[0], tokens[1], Asset::Native] {
        for (legacy, with_table) in [(true, false), (false, false), (false, true)] {
            let honest = Honest { asset, legacy, with_table, ..Honest::default() };
            honest.build().judge().unwrap();
            let before = vec![unit_limit(60_000), unit_price(1_000)];
            let after = vec![memo(&["sponsor"]), memo(&[])];
            Honest { before, after, ..honest }.build().judge().unwrap();
        }
    }
}

#[test]
fn the_signers_are_those_that_were_agreed() {
    let honest = Honest::default();
    let stranger = with_instruction(&honest, memo(&["stranger"]));
    assert_only(&stranger, &[Code::Signers]);
    let missing =
        with_terms(&honest, |built| built.terms.required_signers.push(ours(key("second"))));
    assert_only(&missing, &[Code::Signers]);
    let payer = with_terms(&honest, |built| built.terms.fee_payer = built.terms.user);
    assert_only(&payer, &[Code::FeePayer]);
    let other = Honest { fee_payer: "stranger", ..Honest::default() }.build();
    let other = Built { terms: honest.build().terms, ..other };
    assert_only(&other, &[Code::FeePayer, Code::Signers]);
}

#[test]
fn a_signature_that_is_there_is_right() {
    let honest = Honest::default();
    let unsigned = with_terms(&honest, |built| built.tx.signatures[0] = [0; 64].into());
    assert_only(&unsigned, &[Code::Signers]);
    let mut later = unsigned;
    later.terms.others_sign = OthersSign::Anytime;
    later.judge().unwrap();
    for slot in 0..2 {
        let wrong = with_terms(&honest, |built| built.tx.signatures[slot] = [1; 64].into());
        assert_only(&wrong, &[Code::Signers]);
    }
    let swapped = with_terms(&honest, |built| built.tx.signatures.swap(0, 1));
    assert_only(&swapped, &[Code::Signers]);
}

#[test]
fn the_blockhash_is_the_agreed_one() {
    let honest = Honest::default();
    let other = SolanaHash::new([8; 32]);
    let agreed = with_terms(&honest, |built| built.terms.recent_blockhash = Some(other));
    assert_only(&agreed, &[Code::Blockhash]);
    let built = honest.build();
    let mut payload = built.payload();
    payload["recent_blockhash"] = json!(other.to_string());
    assert!(refused(&payload, &built).has(Code::Blockhash));
    payload["recent_blockhash"] = json!("no base58: 0");
    assert!(refused(&payload, &built).has(Code::Encoding));
    payload["recent_blockhash"] = json!(null);
    judge_json(&payload, &built).unwrap();
    assert_only(
        &with_terms(&honest, |built| built.facts.blockhash = Some(false)),
        &[Code::Blockhash],
    );
    let mut any = Honest { blockhash: [0; 32], ..honest }.build();
    any.terms.recent_blockhash = None;
    assert_only(&any, &[Code::Blockhash]);
}

#[test]
fn what_stands_beside_the_transaction_is_compared() {
    let built = Honest::default().build();
    for (name, value, code) in [
        ("approval_type", json!("psbt"), Code::Mechanism),
        ("approve_to", json!("someone"), Code::ApproveTo),
        ("deadline_at", json!(NOW.value()), Code::Deadline),
        ("deadline_at", json!(NOW.value() + 3_601), Code::Deadline),
        ("deadline_at", json!((NOW.value() + 60) * 1_000), Code::Deadline),
        ("deadline_at", json!("soon"), Code::Encoding),
        ("resolver_deposit_address", json!(key("stranger").to_string()), Code::Destination),
    ] {
        let mut payload = built.payload();
        payload[name] = value;
        let refusal = refused(&payload, &built);
        assert!(refusal.has(code) && refusal.violations().len() == 1, "{name}: {refusal}");
    }
    let mut payload = built.payload();
    payload["approval_type"] = json!("cosign");
    payload["deadline_at"] = json!(NOW.value() + 60);
    let judgement = judge_json(&payload, &built).unwrap();
    assert_eq!(judgement.valid_until(), UnixSeconds::new(NOW.value() + 60));
}

#[test]
fn the_deadline_is_ahead_and_within_policy() {
    let honest = Honest::default();
    let at = |seconds: u64| UnixSeconds::new(NOW.value() + seconds);
    for (deadline, min_remaining, right) in [
        (0, 0, false),
        (1, 0, true),
        (60, 61, false),
        (60, 60, true),
        (3_600, 0, true),
        (3_601, 0, false),
    ] {
        let mut built = honest.build();
        built.terms.deadline = Some(at(deadline));
        built.terms.min_remaining = min_remaining;
        if right {
            assert_eq!(built.judge().unwrap().valid_until(), at(deadline));
        } else {
            assert_only(&built, &[Code::Deadline]);
        }
    }
    assert_only(&with_terms(&honest, |built| built.terms.max_deadline = NOW), &[Code::Deadline]);
}

#[test]
fn a_durable_nonce_is_pinned_first_and_not_ours() {
    let advance = |account: &str, authority: &str| {
        solana_system_interface::instruction::advance_nonce_account(&key(account), &key(authority))
    };
    let led = |instruction| Honest { before: vec![instruction], ..Honest::default() };
    let mut built = led(advance("nonce", "sponsor")).build();
    assert_only(&built, &[Code::DurableNonce]);
    built.terms.durable_nonce = DurableNonce::Pinned(ours(key("other nonce")));
    assert_only(&built, &[Code::DurableNonce]);
    built.terms.durable_nonce = DurableNonce::Pinned(ours(key("nonce")));
    // No cluster knows the value of a nonce as a blockhash.
    built.facts.blockhash = Some(false);
    assert_eq!(built.judge().unwrap().nonce_account(), Some(ours(key("nonce"))));
    for (sent, right) in [
        (json!(key("nonce").to_string()), true),
        (json!(SolanaHash::new([7; 32]).to_string()), true),
        (json!(key("other nonce").to_string()), false),
        (json!("7"), false),
        (json!(7), false),
    ] {
        let mut payload = built.payload();
        payload["nonce"] = sent;
        assert_eq!(judge_json(&payload, &built).is_ok(), right, "{payload}");
    }
    built.terms.durable_nonce = DurableNonce::Any;
    built.judge().unwrap();
    let mut authority = led(advance("nonce", "user")).build();
    authority.terms.durable_nonce = DurableNonce::Any;
    assert_only(&authority, &[Code::DurableNonce]);
    let behind = Honest { after: vec![advance("nonce", "sponsor")], ..Honest::default() };
    let mut behind = behind.build();
    behind.terms.durable_nonce = DurableNonce::Any;
    assert_only(&behind, &[Code::DurableNonce, Code::System]);
}

#[test]
fn a_transfer_is_the_agreed_one_in_each_of_its_parts() {
    let agreed = token_transfer(programs::SPL_TOKEN);
    let mut cases = vec![(agreed.clone(), None)];
    let changes: [(Code, fn(&mut TokenTransfer)); 7] = [
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
    built.facts.source = Some(Some(super::facts::account(token.source, &built)));
    built.judge().unwrap();
    let source = built.facts.source.as_mut().unwrap().as_mut().unwrap();
    source.mint = Some(ours(key("stranger")));
    assert_only(&built, &[Code::Mint, Code::Source]);
}

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
        (vec![unit_price(1_000_000)], 205_000),
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
fn only_the_agreed_destination_is_made_and_not_at_our_cost() {
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
    let extra = [Code::ExtraInstruction];
    assert_only(&with(vec![right, idempotent]), &extra);
    // Our key would be written to besides, where no lamport of it may leave.
    let ours = with(vec![created("user", owner, mint)]);
    assert_only(&ours, &[Code::ExtraInstruction, Code::FeePayer]);
    assert_only(&with(vec![created("sponsor", key("stranger"), mint)]), &extra);
    assert_only(&with(vec![created("sponsor", owner, key("stranger"))]), &extra);
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
