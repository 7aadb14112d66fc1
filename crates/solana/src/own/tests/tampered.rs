//! Drafts that differ from the agreed transfer in one thing, each beside an honest one.

use countersign_approval::{Code, TransferAction, TransferFacts, TransferTerms};
use countersign_units::{SolanaHash, UnixSeconds};
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;
use spl_associated_token_account_interface::instruction::{
    create_associated_token_account, create_associated_token_account_idempotent,
};

use super::honest::{
    AMOUNT, KINDS, Kind, NOW, assert_refused, codes, destination, draft, draft_of, draft_paid_by,
    instructions, judge, payment, plan, terms,
};
use crate::tests::honest::{key, memo, ours, theirs, unit_limit, unit_price};
use crate::{TermsError, TransferDraft, VerifyError, build_transfer, judge_transfer, programs};

const SPL: Kind = Kind::Token(programs::SPL_TOKEN);

/// Drafts that another swap's terms would call honest, refused by ours.
#[track_caller]
fn assert_other(change: impl Fn(&mut TransferTerms), kinds: &[Kind], expected: &[Code]) {
    for kind in kinds {
        let honest = terms(*kind);
        let mut other = honest.clone();
        change(&mut other);
        assert_refused(&other, &draft(&other), &[]);
        assert_refused(&honest, &draft(&other), expected);
    }
}

#[test]
fn another_transfer_is_refused() {
    assert_other(
        |terms| match &mut terms.action {
            TransferAction::Native { lamports, .. } => *lamports += 1,
            TransferAction::Token(payment) => payment.amount -= 1,
        },
        &KINDS,
        &[Code::Amount],
    );
    assert_other(
        |terms| match &mut terms.action {
            TransferAction::Native { to, .. } => *to = ours(key("stranger")),
            TransferAction::Token(payment) => payment.to = ours(key("stranger")),
        },
        &KINDS[..1],
        &[Code::To],
    );
    // The account that would be made is a stranger's too.
    assert_other(
        |terms| {
            if let TransferAction::Token(payment) = &mut terms.action {
                payment.to = ours(key("stranger"));
            }
        },
        &KINDS[1..],
        &[Code::To, Code::ExtraInstruction],
    );
    assert_other(
        |terms| terms.recent_blockhash = SolanaHash::new([8; 32]),
        &KINDS,
        &[Code::Blockhash],
    );
    assert_other(
        |terms| terms.owner = ours(key("stranger")),
        &KINDS[..1],
        &[Code::Signers, Code::FeePayer, Code::Source],
    );
}

/// Changes the one instruction that moves tokens.
#[track_caller]
fn assert_move(change: impl Fn(&mut Instruction), expected: &[Code]) {
    let terms = terms(SPL);
    let mut all = instructions(&terms);
    assert_refused(&terms, &draft_of(&terms, &all), &[]);
    change(all.last_mut().unwrap());
    assert_refused(&terms, &draft_of(&terms, &all), expected);
}

#[test]
fn another_move_of_tokens_is_refused() {
    let at =
        |place: usize, key: Pubkey| move |it: &mut Instruction| it.accounts[place].pubkey = key;
    assert_move(at(0, key("other source")), &[Code::Source]);
    assert_move(at(1, key("other mint")), &[Code::Token]);
    assert_move(at(2, key("other destination")), &[Code::To]);
    assert_move(|it| it.data[9] = 7, &[Code::Amount]);
    assert_move(|it| it.data[1] ^= 1, &[Code::Amount]);
    assert_move(|it| it.program_id = theirs(programs::TOKEN_2022), &[Code::TokenProgram]);
    assert_move(
        |it| it.accounts.push(AccountMeta::new_readonly(key("x"), false)),
        &[Code::TokenAuthority],
    );
    assert_move(|it| it.accounts[0].is_writable = false, &[Code::Source]);
    // A plain transfer names no mint.
    assert_move(
        |it| {
            it.accounts.remove(1);
            it.data = [&[3][..], &AMOUNT.to_le_bytes()].concat();
        },
        &[Code::Token],
    );
    assert_move(|it| it.data.push(0), &[Code::ExtraInstruction]);
    assert_move(|it| it.data[0] = 13, &[Code::ExtraInstruction, Code::TokenDelegate]);
    assert_move(
        |it| {
            it.accounts[3] = AccountMeta::new_readonly(key("stranger"), true);
        },
        &[Code::Source, Code::Signers],
    );
}

/// Adds an instruction, at the front and at the end.
#[track_caller]
fn assert_more(kinds: &[Kind], more: &Instruction, expected: &[Code]) {
    for kind in kinds {
        let terms = terms(*kind);
        let honest = instructions(&terms);
        for place in [0, honest.len()] {
            let mut all = honest.clone();
            all.insert(place, more.clone());
            assert_refused(&terms, &draft_of(&terms, &all), expected);
        }
    }
}

#[test]
fn anything_besides_the_transfer_is_refused() {
    let user = key("user");
    let extra = [Code::ExtraInstruction];
    let give = solana_system_interface::instruction::transfer(&user, &key("stranger"), 1);
    assert_more(&KINDS, &give, &extra);
    assert_more(&KINDS, &memo(&[]), &extra);
    assert_more(&KINDS, &memo(&["user"]), &extra);
    let assign = solana_system_interface::instruction::assign(&user, &key("program"));
    assert_more(&KINDS, &assign, &[Code::System, Code::ExtraInstruction]);
    let nonce = solana_system_interface::instruction::advance_nonce_account(&key("nonce"), &user);
    assert_more(&KINDS, &nonce, &[Code::DurableNonce, Code::ExtraInstruction]);
    assert_more(&KINDS, &unit_limit(100), &extra);
    assert_more(&KINDS, &unit_price(1), &extra);
    let budget = theirs(programs::COMPUTE_BUDGET);
    for (which, bytes) in [(1, 65_536_u32), (4, 65_536)] {
        let data = [&[which][..], &bytes.to_le_bytes()].concat();
        let more = Instruction { program_id: budget, accounts: Vec::new(), data };
        assert_more(&KINDS, &more, &extra);
    }
    let unknown = Instruction { program_id: key("program"), accounts: Vec::new(), data: vec![1] };
    assert_more(&KINDS, &unknown, &[Code::UnknownProgram]);
    let payment = payment(programs::SPL_TOKEN);
    let (mint, program) = (theirs(payment.mint), theirs(payment.program));
    let approve = spl_token_2022_interface::instruction::approve(
        &program,
        &theirs(payment.source),
        &key("stranger"),
        &user,
        &[],
        1,
    );
    assert_more(&KINDS, &approve.unwrap(), &[Code::TokenDelegate, Code::ExtraInstruction]);
    let strangers =
        create_associated_token_account_idempotent(&user, &key("stranger"), &mint, &program);
    assert_more(&KINDS, &strangers, &extra);
}

#[test]
fn the_destination_is_made_once_before_it_is_used_and_idempotently() {
    let terms = terms(SPL);
    let honest = instructions(&terms);
    let [limit, price, create, transfer] = <[Instruction; 4]>::try_from(honest).unwrap();
    let payment = payment(programs::SPL_TOKEN);
    let (user, mint) = (key("user"), theirs(payment.mint));
    let (to, program) = (theirs(payment.to), theirs(payment.program));
    let once = create_associated_token_account(&user, &to, &mint, &program);
    let others = create_associated_token_account_idempotent(&key("stranger"), &to, &mint, &program);
    let extra = [Code::ExtraInstruction];
    let case = |all: &[&Instruction], expected: &[Code]| {
        let all: Vec<_> = all.iter().map(|it| (*it).clone()).collect();
        assert_refused(&terms, &draft_of(&terms, &all), expected);
    };
    case(&[&limit, &price, &create, &transfer], &[]);
    case(&[&create, &limit, &price, &transfer], &[]);
    case(&[&transfer], &[]);
    case(&[&limit, &price, &transfer, &create], &extra);
    case(&[&create, &create, &transfer], &extra);
    case(&[&once, &transfer], &extra);
    case(&[&others, &transfer], &[Code::ExtraInstruction, Code::Signers]);
    case(&[&create], &extra);
    case(&[&transfer, &transfer], &extra);
}

#[test]
fn what_it_costs_is_bounded() {
    for kind in KINDS {
        let terms = terms(kind);
        let honest = draft(&terms);
        let cost = judge(&terms, &honest).unwrap().cost();
        let with = |change: &dyn Fn(&mut TransferTerms)| {
            let mut terms = terms.clone();
            change(&mut terms);
            terms
        };
        let exact = with(&|terms| terms.max_lamports_beside = cost.total());
        assert_refused(&exact, &honest, &[]);
        let less = with(&|terms| terms.max_lamports_beside = cost.total() - 1);
        assert_refused(&less, &honest, &[Code::Fee]);
        let units = plan(&terms).unit_limit;
        let exact = with(&|terms| terms.max_compute_unit_limit = units);
        assert_refused(&exact, &honest, &[]);
        let less = with(&|terms| terms.max_compute_unit_limit = units - 1);
        assert_refused(&less, &honest, &[Code::Gas]);
        let less = with(&|terms| terms.max_compute_unit_price = Some(4_999));
        assert_refused(&less, &honest, &[Code::Gas]);
    }
}

#[test]
fn there_is_time_left() {
    let terms = terms(SPL);
    let draft = draft(&terms);
    let at =
        |now: UnixSeconds| codes(judge_transfer(&draft, &terms, &TransferFacts::default(), now));
    let last = UnixSeconds::new(terms.not_after.value() - terms.min_remaining);
    assert_eq!(at(NOW), []);
    assert_eq!(at(last), []);
    assert_eq!(at(last.saturating_add(1)), [Code::Deadline]);
    assert_eq!(at(UnixSeconds::new(u64::MAX)), [Code::Deadline]);
}

#[test]
fn we_alone_sign_and_pay() {
    for kind in KINDS {
        let terms = terms(kind);
        let all = instructions(&terms);
        let paid = draft_paid_by(&key("sponsor"), &terms, &all);
        assert_refused(&terms, &paid, &[Code::FeePayer, Code::Signers]);
        // A slot that holds what is no signature of ours.
        let mut wire = draft(&terms).as_wire().to_vec();
        wire[1] = 1;
        assert_refused(&terms, &TransferDraft::from_transaction(wire), &[Code::Signers]);
        let mut wire = draft(&terms).as_wire().to_vec();
        wire.push(0);
        assert_refused(&terms, &TransferDraft::from_transaction(wire), &[Code::Malformed]);
    }
}

#[test]
fn nothing_comes_from_a_lookup_table() {
    let terms = terms(SPL);
    let table = AddressLookupTableAccount {
        key: key("table"),
        addresses: vec![theirs(destination(&terms))],
    };
    let all = instructions(&terms);
    let compile = |tables: &[AddressLookupTableAccount]| {
        let blockhash = Hash::new_from_array([7; 32]);
        let message = v0::Message::try_compile(&key("user"), &all, tables, blockhash).unwrap();
        TransferDraft::from_message(&VersionedMessage::V0(message).serialize())
    };
    assert_refused(&terms, &compile(&[]), &[]);
    assert_refused(&terms, &compile(&[table]), &[Code::LookupTable]);
}

#[test]
fn terms_that_make_no_sense_are_told_apart() {
    let error = |kind: Kind, change: &dyn Fn(&mut TransferTerms)| {
        let honest = terms(kind);
        let mut terms = honest.clone();
        change(&mut terms);
        let error = build_transfer(&terms, &plan(&honest)).unwrap_err();
        let judged = judge(&terms, &draft(&honest)).unwrap_err();
        assert_eq!(judged, VerifyError::Terms(error.clone()));
        error
    };
    let pay = |to, lamports| {
        error(Kind::Native, &|terms| terms.action = TransferAction::Native { to, lamports })
    };
    let stranger = ours(key("stranger"));
    assert_eq!(pay(stranger, 0), TermsError::Nothing);
    for to in [ours(key("user")), programs::SYSTEM, programs::SPL_TOKEN, programs::NATIVE_MINT] {
        assert_eq!(pay(to, 1), TermsError::NoWallet { to });
    }
    let token = |change: &dyn Fn(&mut countersign_approval::TokenPayment)| {
        error(SPL, &|terms| {
            let mut payment = payment(programs::SPL_TOKEN);
            change(&mut payment);
            terms.action = TransferAction::Token(payment);
        })
    };
    assert_eq!(token(&|payment| payment.amount = 0), TermsError::Nothing);
    let program = programs::SYSTEM;
    assert_eq!(token(&|payment| payment.program = program), TermsError::NoTokenProgram { program });
    for name in ["mint", "source"] {
        let to = ours(key(name));
        assert_eq!(token(&|payment| payment.to = to), TermsError::NoWallet { to });
    }
    let to = ours(key("deposit"));
    let own = destination(&terms(SPL));
    assert_eq!(token(&|payment| payment.source = own), TermsError::NoWallet { to });
}
