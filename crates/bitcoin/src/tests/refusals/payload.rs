use bitcoin::Amount;
use bitcoin::absolute::LockTime;
use bitcoin::psbt::PsbtSighashType;
use countersign_approval::Code;
use serde_json::{Value, json};

use super::{attacker, refusal, refuses_payload};
use crate::tests::honest::{Honest, LOCK};
use crate::tests::terms::{NOW, no_facts};
use crate::{PsbtPayload, VerifyError, judge};

#[test]
fn each_template_and_each_shape_has_an_honest_twin() {
    for template in ["htlc-p2wsh-v1", "htlc-p2tr-v1"] {
        for turn in 0..4 {
            let built = Honest { template, turn, ..Honest::default() }.build();
            let payload = PsbtPayload::new(built.payload().to_string());
            judge(&payload, &built.terms, &no_facts(), NOW).unwrap();
        }
    }
}

#[test]
fn the_answer_may_wrap_and_must_agree() {
    let built = Honest { template: "htlc-p2tr-v1", ..Honest::default() }.build();
    let htlc = crate::templates::find("htlc-p2tr-v1").unwrap().build(&built.terms.htlc).unwrap();
    let leaves = htlc.leaves().unwrap();
    let mut params = built.payload();
    params["x_only_public_key"] = hex::encode(leaves.internal_key).into();
    params["refund_control_block"] = hex::encode(&leaves.refund_control_block).into();
    params["fast_refund_control_block"] = hex::encode(&leaves.fast_refund_control_block).into();
    let honest = json!({
        "approval_type": "htlc",
        "params_to_sign": params,
        "secret_hash": hex::encode(built.terms.htlc.secret_hash),
        "deadline_at": NOW.value() + 60,
    });
    let judged = |payload: &Value| {
        judge(&PsbtPayload::new(payload.to_string()), &built.terms, &no_facts(), NOW)
    };
    judged(&honest).unwrap();
    for (pointer, value, code) in [
        ("/approval_type", json!("cosign"), Code::Mechanism),
        ("/secret_hash", json!("11".repeat(32)), Code::HtlcScript),
        ("/secret_hash", json!("x"), Code::Encoding),
        ("/deadline_at", json!(NOW.value()), Code::Deadline),
        ("/deadline_at", json!(1_761_545_456_000_u64), Code::Deadline),
        ("/deadline_at", json!(1.5), Code::Encoding),
        ("/params_to_sign/x_only_public_key", json!("22".repeat(32)), Code::HtlcScript),
        ("/params_to_sign/refund_control_block", json!("c0"), Code::HtlcScript),
        ("/params_to_sign/fast_refund_control_block", json!("c0"), Code::HtlcScript),
        ("/params_to_sign", json!([]), Code::Malformed),
    ] {
        let mut payload = honest.clone();
        *payload.pointer_mut(pointer).unwrap() = value;
        let refusal = refusal(&built, &payload, &no_facts());
        assert!(refusal.has(code), "{pointer}: expected {code}: {refusal}");
    }
    let mut twice = honest.clone();
    twice["psbt"] = honest["params_to_sign"]["psbt"].clone();
    assert!(refusal(&built, &twice, &no_facts()).has(Code::Malformed));
}

#[test]
fn a_payload_is_read_in_one_way_only() {
    refuses_payload(Code::Malformed, |payload| payload["psbt"] = Value::Null);
    refuses_payload(Code::Malformed, |payload| payload["psbt"] = json!(7));
    refuses_payload(Code::Malformed, |payload| payload["inputs"] = json!("0"));
    refuses_payload(Code::ApproveTo, |payload| payload["approve_to"] = json!("0x00"));
    refuses_payload(Code::Encoding, |payload| {
        let text = payload["psbt"].as_str().unwrap().trim_end_matches('=').to_owned() + "!";
        payload["psbt"] = text.into();
    });
    let built = Honest::default().build();
    let psbt = built.payload()["psbt"].to_string();
    let text = format!("{{\"psbt\":{psbt},\"inputs\":[0],\"inputs\":[0,1,2]}}");
    let judged = judge(&PsbtPayload::new(text), &built.terms, &no_facts(), NOW);
    let Err(VerifyError::Refused(refusal)) = judged else { panic!("{judged:?}") };
    assert!(refusal.has(Code::Encoding), "{refusal}");
}

#[test]
fn inputs_are_listed_exactly() {
    for inputs in [
        json!([]),
        json!([0, 1]),
        json!([0, 1, 2, 2]),
        json!([0, 1, 2, 3]),
        json!([0, 1, 2, 99]),
        json!([4_294_967_296_u64, 1, 2]),
        json!([-1, 0, 1, 2]),
        json!([0.0, 1, 2]),
        json!(["0", 1, 2]),
        json!([0, 1, null]),
    ] {
        refuses_payload(Code::InputsList, |payload| payload["inputs"] = inputs);
    }
}

#[test]
fn a_refusal_lists_every_reason() {
    let mut built = Honest::default().build();
    built.psbt.unsigned_tx.output[0].value -= Amount::ONE_SAT;
    built.psbt.unsigned_tx.output[1].script_pubkey = attacker();
    built.psbt.unsigned_tx.lock_time = LockTime::from_consensus(LOCK);
    built.psbt.inputs[0].sighash_type = Some(PsbtSighashType::from_u32(2));
    let mut payload = built.payload();
    payload["inputs"] = json!([0, 1]);
    let refusal = refusal(&built, &payload, &no_facts());
    for code in [Code::Amount, Code::Change, Code::Locktime, Code::Sighash, Code::InputsList] {
        assert!(refusal.has(code), "{code}: {refusal}");
    }
}

#[test]
fn a_statement_says_it_in_words() {
    let unknown = vec![(2, 5, vec![1, 2, 3])];
    let built = Honest { unknown, ..Honest::default() }.build();
    let payload = PsbtPayload::new(built.payload().to_string());
    let judged = judge(&payload, &built.terms, &no_facts(), NOW).unwrap();
    let text = judged.statement().to_string();
    for part in [
        "300000 sats",
        "ours, signed",
        "another's, not signed",
        "our change",
        "back to another who put in as much",
        "from block 900144 on",
        "with the secret  [pinned]",
        "SHA-256 of the secret",
        "1000 sats, ",
        "sat/vB of ",
        "input 0: 0x65",
        "not judged",
        "htlc-p2wsh-v1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
