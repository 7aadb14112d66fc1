use bitcoin::Sequence;
use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use countersign_approval::{BitcoinFacts, Code, CoinId, Fact, HtlcKey};
use countersign_units::UnixSeconds;
use serde_json::json;

use super::{attacker, refusal, refuses, refuses_facts, sats};
use crate::tests::honest::{Built, Honest, LOCK};
use crate::tests::terms::{NOW, no_facts};
use crate::{PsbtPayload, TermsError, VerifyError, judge};

#[test]
fn nothing_keeps_the_transaction_from_being_used() {
    let next = crate::tests::honest::HEIGHT + 1;
    for lock in [next, LOCK, 499_999_999, 1_800_000_000, u32::MAX] {
        refuses(Code::Locktime, |built| {
            built.psbt.unsigned_tx.lock_time = LockTime::from_consensus(lock);
        });
    }
    for sequence in [1, 0x0040_0001, 0x7fff_ffff] {
        refuses(Code::Locktime, |built| {
            built.psbt.unsigned_tx.input[3].sequence = Sequence::from_consensus(sequence);
        });
    }
    for version in [1, 3, -1] {
        refuses(Code::Malformed, |built| {
            built.psbt.unsigned_tx.version = Version::non_standard(version);
        });
    }
    let built = Honest { lock_time: crate::tests::honest::HEIGHT, ..Honest::default() }.build();
    let payload = PsbtPayload::new(built.payload().to_string());
    judge(&payload, &built.terms, &no_facts(), NOW).unwrap();
}

#[test]
fn facts_that_are_given_are_judged() {
    let coins = Honest::default().build().terms.coins;
    let ids: Vec<CoinId> = coins.iter().map(|coin| coin.id).collect();
    let confirmed = |least: u32| ids.iter().map(|id| (*id, least)).collect::<Vec<_>>();
    let honest = BitcoinFacts {
        coins: Some(coins.clone()),
        confirmations: Some(confirmed(1)),
        reserved: Some(vec![CoinId { vout: 9, ..ids[0] }]),
        height: Some(LOCK - 1),
    };
    let built = Honest::default().build();
    let payload = PsbtPayload::new(built.payload().to_string());
    let judged = judge(&payload, &built.terms, &honest, NOW).unwrap();
    assert!(judged.not_judged().is_empty());
    let judged = judge(&payload, &built.terms, &no_facts(), NOW).unwrap();
    assert_eq!(judged.not_judged(), Fact::BITCOIN);
    let mut dearer = coins.clone();
    dearer[0].amount = sats(1);
    refuses_facts(Code::Utxo, &BitcoinFacts { coins: Some(dearer), ..honest.clone() });
    let mut elsewhere = coins.clone();
    elsewhere[0].script_pubkey = attacker().to_bytes();
    refuses_facts(Code::Utxo, &BitcoinFacts { coins: Some(elsewhere), ..honest.clone() });
    refuses_facts(Code::Utxo, &BitcoinFacts { coins: Some(Vec::new()), ..honest.clone() });
    let unconfirmed = BitcoinFacts { confirmations: Some(confirmed(0)), ..honest.clone() };
    refuses_facts(Code::Utxo, &unconfirmed);
    refuses_facts(Code::Utxo, &BitcoinFacts { confirmations: Some(Vec::new()), ..honest.clone() });
    refuses_facts(Code::Replay, &BitcoinFacts { reserved: Some(ids), ..honest.clone() });
    refuses_facts(Code::HtlcScript, &BitcoinFacts { height: Some(LOCK), ..honest });
}

#[test]
fn a_fact_that_policy_requires_must_be_there() {
    for fact in Fact::BITCOIN {
        refuses(Code::Unavailable, |built| built.terms.require_facts = vec![fact]);
    }
}

#[test]
fn a_deadline_that_was_bound_counts() {
    refuses(Code::Deadline, |built| built.terms.deadline = Some(NOW));
    let mut built = Honest::default().build();
    built.terms.deadline = Some(NOW.saturating_add(50));
    let mut payload = built.payload();
    payload["deadline_at"] = json!(NOW.value() + 60);
    assert!(refusal(&built, &payload, &no_facts()).has(Code::Deadline));
    payload["deadline_at"] = json!(NOW.value() + 50);
    let judged = judge(&PsbtPayload::new(payload.to_string()), &built.terms, &no_facts(), NOW);
    assert!(judged.is_ok(), "{judged:?}");
    built.terms.max_deadline = UnixSeconds::new(NOW.value() + 40);
    assert!(refusal(&built, &payload, &no_facts()).has(Code::Deadline));
}

#[test]
fn terms_that_nothing_can_be_compared_with_are_our_own_mistake() {
    let judged = |change: fn(&mut Built)| {
        let mut built = Honest::default().build();
        change(&mut built);
        let payload = PsbtPayload::new(built.payload().to_string());
        match judge(&payload, &built.terms, &no_facts(), NOW) {
            Err(VerifyError::Terms(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let error = judged(|built| built.terms.public_key = [0; 33]);
    assert!(matches!(error, TermsError::Key { .. }), "{error}");
    let error = judged(|built| built.terms.htlc.claim_key = HtlcKey::XOnly([1; 32]));
    assert!(matches!(error, TermsError::KeyForm { .. }), "{error}");
    let error = judged(|built| built.terms.htlc.claim_key = HtlcKey::Compressed([5; 33]));
    assert!(matches!(error, TermsError::Key { .. }), "{error}");
    for script in [Vec::new(), vec![0x6a], vec![0x51]] {
        let mut built = Honest::default().build();
        built.terms.change_script = script;
        let payload = PsbtPayload::new(built.payload().to_string());
        let error = judge(&payload, &built.terms, &no_facts(), NOW).unwrap_err();
        let is_script = matches!(error, VerifyError::Terms(TermsError::ChangeScript { .. }));
        assert!(is_script, "{error}");
    }
    let error = judged(|built| built.terms.htlc.template = "htlc-p2tr-v1".to_owned());
    assert!(matches!(error, TermsError::KeyForm { .. }), "{error}");
}
