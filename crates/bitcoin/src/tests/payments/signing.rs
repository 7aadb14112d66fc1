use bitcoin::Transaction;
use bitcoin::consensus::encode::deserialize;
use bitcoin::hashes::Hash;
use countersign_approval::{Code, Fact, MemoryLedger, PaymentFacts, Policy, ReserveError, reserve};
use countersign_units::{Lots, UnixSeconds};
use futures::executor::block_on;

use super::scene::{REMAINING, Scene, address, read, signed, spent, swap, verified, verify_with};
use crate::tests::engine;
use crate::tests::honest::Built;
use crate::tests::signing::{policy, signer};
use crate::tests::terms::NOW;
use crate::{SignError, TermsError, VerifiedPayment, VerifyError, sign_payment, verify_payment};

#[test]
fn what_is_built_is_signed_and_accepted_by_the_script_engine() {
    let scene = Scene::default();
    for terms in [scene.terms(), scene.self_spend()] {
        let payment = verified(scene.build(&terms), &terms);
        let signed = signed(&payment);
        let tx: Transaction = deserialize(&signed.to_bytes()).unwrap();
        let spent = spent(&tx, &terms);
        for input in 0..tx.input.len() {
            assert!(engine::accepts(&tx, &spent, input), "input {input}");
        }
        assert_eq!(signed.txid(), tx.compute_txid().to_byte_array());
        assert_eq!(signed.wtxid(), tx.compute_wtxid().to_byte_array());
        assert_eq!(payment.txid(), signed.txid(), "the id is known before it is signed");
        let vsize = u64::try_from(tx.vsize()).unwrap();
        let rate = payment.fee().value() * 1_000 / vsize;
        assert!((5_000..5_100).contains(&rate), "{rate}");
    }
}

#[test]
fn an_output_or_a_coin_that_changes_makes_signatures_void() {
    let scene = Scene::default();
    let payment = verified(scene.build(&scene.terms()), &scene.terms());
    let mut tx: Transaction = deserialize(&signed(&payment).to_bytes()).unwrap();
    let spent = spent(&tx, &scene.terms());
    tx.output[0].value += bitcoin::Amount::ONE_SAT;
    assert!((0..tx.input.len()).all(|input| !engine::accepts(&tx, &spent, input)));
}

#[test]
fn it_is_signed_until_shortly_before_the_deadline() {
    let scene = Scene::default();
    let payment = verified(scene.build(&scene.terms()), &scene.terms());
    let late = UnixSeconds::new(NOW.value() + 3_600 - REMAINING);
    assert_eq!(payment.valid_until(), late);
    assert_eq!(payment.claim().valid_until.value(), u64::MAX, "time does not end it");
    let reservation =
        block_on(reserve(&MemoryLedger::new(), payment.claim(), &policy(false), NOW)).unwrap();
    let sign = |policy: &Policy, now| {
        block_on(sign_payment(&payment, &reservation, policy, &signer(), now)).unwrap_err()
    };
    assert_eq!(sign(&policy(false), late), SignError::OutOfDate { valid_until: late, now: late });
    assert_eq!(sign(&policy(true), NOW), SignError::Paused);
}

#[test]
fn a_reservation_is_for_one_transaction() {
    let scene = Scene::default();
    let payment = verified(scene.build(&scene.terms()), &scene.terms());
    let other =
        verified(Scene { rate: 6_000, ..scene.clone() }.build(&scene.terms()), &scene.terms());
    let reservation =
        block_on(reserve(&MemoryLedger::new(), other.claim(), &policy(false), NOW)).unwrap();
    let error = block_on(sign_payment(&payment, &reservation, &policy(false), &signer(), NOW));
    assert_eq!(error.unwrap_err(), SignError::OtherReservation);
}

#[test]
fn coins_and_the_deposit_address_belong_to_one_swap() {
    let scene = Scene::default();
    let payment = verified(scene.build(&scene.terms()), &scene.terms());
    let claim = payment.claim();
    let to = format!("deposit:bitcoin/regtest:{}", address(&scene.payee));
    assert_eq!(claim.resources.last(), Some(&to));
    let coins = claim.resources.iter().filter(|name| name.starts_with("bitcoin/regtest/")).count();
    assert_eq!(coins, read(payment.draft()).input.len());
    assert_eq!(claim.amount, Lots::from(scene.amount));
    let ledger = MemoryLedger::new();
    block_on(reserve(&ledger, claim, &policy(false), NOW)).map(drop).unwrap();

    // The same address out of other coins, and the same coins to another address.
    let mut coins = scene.terms();
    coins.coins.iter_mut().for_each(|coin| coin.id.vout = 7);
    let payee = super::scene::payee(1);
    let elsewhere = Scene { payee, ..scene.clone() }.terms();
    for (terms, free) in [(coins, false), (elsewhere, false), (scene.self_spend(), false)] {
        let payment = verified(scene.build(&terms), &terms);
        let reserved = block_on(reserve(&ledger, payment.claim(), &policy(false), NOW));
        assert_eq!(reserved.is_ok(), free);
        let Err(ReserveError::Refused(refusal)) = reserved else { panic!("expected a refusal") };
        assert!(refusal.has(Code::Replay), "{refusal}");
    }
}

#[test]
fn an_approval_over_the_same_coins_is_excluded() {
    let built: Built = crate::tests::honest::Honest::default().build();
    let approval = crate::tests::signing::verified(&built);
    let scene = Scene { amount: 400_000, ..Scene::default() };
    let mut terms = scene.terms();
    terms.coins = built.terms.coins.clone();
    let payment = verified(scene.build(&terms), &terms);
    let ledger = MemoryLedger::new();
    block_on(reserve(&ledger, payment.claim(), &policy(false), NOW)).map(drop).unwrap();
    let taken = block_on(reserve(&ledger, approval.claim(), &policy(false), NOW));
    assert!(matches!(taken, Err(ReserveError::Refused(_))), "{taken:?}");
}

#[test]
fn what_goes_back_to_ourselves_counts_for_its_fee() {
    let scene = Scene::default();
    let terms = scene.self_spend();
    let payment = verified(scene.build(&terms), &terms);
    assert_eq!(payment.claim().amount, Lots::from(payment.fee()));
    assert!(payment.claim().resources.iter().all(|name| name.starts_with("bitcoin/regtest/")));
}

#[test]
fn a_swap_and_its_payment_have_one_amount_and_one_environment() {
    let scene = Scene::default();
    let draft = scene.build(&scene.terms());
    let facts = PaymentFacts::default();
    let mut terms = std::sync::Arc::unwrap_or_clone(swap(scene.terms()));
    terms.source.amount = Lots::from(1);
    let error =
        verify_payment(draft.clone(), &std::sync::Arc::new(terms), &facts, NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::Amounts { .. })), "{error}");
    let mut terms = std::sync::Arc::unwrap_or_clone(swap(scene.terms()));
    terms.environment = countersign_approval::Environment::Mainnet;
    let error = verify_payment(draft, &std::sync::Arc::new(terms), &facts, NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::Network { .. })), "{error}");
}

#[test]
fn the_statement_says_what_the_bytes_do() {
    let scene = Scene::default();
    let payment =
        verify_with(scene.build(&scene.terms()), &scene.terms(), &PaymentFacts::default());
    let page = payment.unwrap().statement().to_string();
    for part in [
        "one payment to a deposit address",
        &format!("500000 sats to {}: the deposit  [as agreed]", address(&scene.payee)),
        ": ours, signed  [as agreed]",
        "from block 900000 on",
        "may be replaced while it waits",
        "coins, confirmations, reserved, height, mempool_conflict",
        "gives",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let terms = scene.self_spend();
    let page = verified(scene.build(&terms), &terms).statement().to_string();
    assert!(page.contains("our coins, back to ourselves"), "{page}");
    assert!(page.contains("makes void"), "{page}");
}

#[test]
fn facts_that_were_not_given_are_named() {
    let scene = Scene::default();
    let judged = crate::judge_payment(
        &scene.build(&scene.terms()),
        &scene.terms(),
        &PaymentFacts::default(),
        NOW,
    );
    assert_eq!(judged.unwrap().not_judged(), Fact::PAYMENT);
}

static_assertions::assert_impl_all!(VerifiedPayment: Send, Sync);
