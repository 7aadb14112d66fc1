use countersign_approval::{Code, DurableNonce, OthersSign};
use countersign_units::{SolanaHash, UnixSeconds};
use serde_json::json;

use super::super::honest::{Built, Honest, judge_json, key, memo, ours};
use super::super::terms::NOW;
use super::{assert_only, refused, with_instruction, with_terms};

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
        // Not a nonce as Solana has them: it says nothing about the transaction.
        (json!("7"), true),
        (json!(7), true),
    ] {
        let mut payload = built.payload();
        payload["nonce"] = sent;
        assert_eq!(judge_json(&payload, &built).is_ok(), right, "{payload}");
    }
    let mut authority = led(advance("nonce", "user")).build();
    authority.terms.durable_nonce = DurableNonce::Pinned(ours(key("nonce")));
    assert_only(&authority, &[Code::DurableNonce]);
    let behind = Honest { after: vec![advance("nonce", "sponsor")], ..Honest::default() };
    let mut behind = behind.build();
    behind.terms.durable_nonce = DurableNonce::Pinned(ours(key("nonce")));
    assert_only(&behind, &[Code::DurableNonce, Code::System]);
}
