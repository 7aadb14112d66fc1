//! What must be refused, each one change away from an honest PSBT.

use bitcoin::absolute::LockTime;
use bitcoin::psbt::PsbtSighashType;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, TxOut, Witness};
use countersign_approval::{
    BitcoinFacts, Code, CoinId, Fact, ForeignInputs, HtlcKey, Refusal, Sats,
};
use countersign_units::UnixSeconds;
use serde_json::{Value, json};

use super::honest::{Built, Honest, Kind, LOCK, claim_key, our_key, script, secret_key};
use super::terms::{NOW, no_facts};
use crate::secp::secp;
use crate::{PsbtPayload, TermsError, VerifyError, judge};

fn refusal(built: &Built, payload: &Value, facts: &BitcoinFacts) -> Refusal {
    match judge(&PsbtPayload::new(payload.to_string()), &built.terms, facts, NOW) {
        Err(VerifyError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

/// Refuses an honest PSBT after one change, for this reason among the reasons.
fn refuses(code: Code, change: impl FnOnce(&mut Built)) {
    refuses_shape(&Honest::default(), code, change);
}

fn refuses_shape(honest: &Honest, code: Code, change: impl FnOnce(&mut Built)) {
    let mut built = honest.build();
    let judged =
        judge(&PsbtPayload::new(built.payload().to_string()), &built.terms, &no_facts(), NOW);
    assert!(judged.is_ok(), "the twin is honest: {}", judged.unwrap_err());
    change(&mut built);
    let payload = built.payload();
    let refusal = refusal(&built, &payload, &no_facts());
    assert!(refusal.has(code), "expected {code}: {refusal}");
}

fn refuses_payload(code: Code, change: impl FnOnce(&mut Value)) {
    let built = Honest::default().build();
    let mut payload = built.payload();
    change(&mut payload);
    let refusal = refusal(&built, &payload, &no_facts());
    assert!(refusal.has(code), "expected {code}: {refusal}");
}

fn refuses_facts(code: Code, facts: &BitcoinFacts) {
    let built = Honest::default().build();
    let payload = built.payload();
    let refusal = refusal(&built, &payload, facts);
    assert!(refusal.has(code), "expected {code}: {refusal}");
}

fn attacker() -> ScriptBuf {
    script(Kind::Wpkh, secret_key(0x44).public_key(secp()))
}

fn sats(value: u64) -> Sats {
    Sats::new(value).unwrap()
}

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
fn coins_are_those_that_were_agreed() {
    refuses(Code::Inputs, |built| {
        built.psbt.unsigned_tx.input[1].previous_output =
            built.psbt.unsigned_tx.input[0].previous_output;
    });
    refuses(Code::UnexpectedInput, |built| {
        built.terms.coins.pop();
    });
    refuses(Code::UnexpectedInput, |built| built.terms.foreign_inputs = ForeignInputs::Refuse);
    refuses(Code::Inputs, |built| {
        built.psbt.unsigned_tx.input[0].previous_output = OutPoint { vout: 7, ..OutPoint::null() };
    });
    refuses(Code::InputsList, |built| {
        built.terms.coins[0].script_pubkey = attacker().to_bytes();
    });
    let mut built = Honest::default().build();
    let again = built.terms.coins[0].clone();
    built.terms.coins.push(again);
    let payload = PsbtPayload::new(built.payload().to_string());
    let error = judge(&payload, &built.terms, &no_facts(), NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::CoinTwice { .. })), "{error}");
}

#[test]
fn what_is_said_of_a_coin_is_proven_or_ours() {
    refuses(Code::Utxo, |built| built.psbt.inputs[0].witness_utxo = None);
    refuses(Code::Utxo, |built| {
        let coin = built.psbt.inputs[0].witness_utxo.as_mut().unwrap();
        coin.value -= Amount::ONE_SAT;
    });
    refuses(Code::Utxo, |built| {
        built.psbt.inputs[0].witness_utxo.as_mut().unwrap().script_pubkey = attacker();
    });
    refuses(Code::Utxo, |built| {
        built.psbt.inputs[3].witness_utxo.as_mut().unwrap().value = Amount::from_sat(u64::MAX);
    });
    refuses(Code::Utxo, |built| {
        built.psbt.inputs[1].non_witness_utxo.as_mut().unwrap().version = Version::ONE;
    });
    refuses(Code::Utxo, |built| built.terms.foreign_inputs = ForeignInputs::PreviousTx);
    // Another's input that is no witness program proves nothing by an output alone.
    refuses(Code::Utxo, |built| {
        built.psbt.inputs[3].witness_utxo.as_mut().unwrap().script_pubkey =
            ScriptBuf::new_p2pkh(&bitcoin::PublicKey::new(claim_key()).pubkey_hash());
    });
}

#[test]
fn a_previous_transaction_may_have_too_few_outputs() {
    let honest = Honest { coins: vec![(Kind::Wpkh, 600_000, true)], ..Honest::default() };
    refuses_shape(&honest, Code::Utxo, |built| {
        let previous = built.psbt.inputs[0].non_witness_utxo.as_mut().unwrap();
        previous.output.truncate(1);
        let txid = previous.compute_txid();
        built.psbt.unsigned_tx.input[0].previous_output.txid = txid;
        built.terms.coins[0].id.txid = bitcoin::hashes::Hash::to_byte_array(txid);
    });
}

#[test]
fn scripts_stand_where_a_coin_has_room_for_them() {
    refuses(Code::Utxo, |built| {
        built.psbt.inputs[0].redeem_script = Some(script(Kind::Wpkh, our_key()));
    });
    refuses(Code::Utxo, |built| built.psbt.inputs[2].redeem_script = Some(attacker()));
    refuses(Code::Utxo, |built| {
        built.psbt.inputs[1].witness_script = Some(ScriptBuf::from_bytes(vec![0x51]));
    });
    refuses(Code::Utxo, |built| built.psbt.inputs[3].redeem_script = Some(attacker()));
}

#[test]
fn a_taproot_coin_is_spent_by_its_key() {
    let x_only = |key: bitcoin::secp256k1::PublicKey| key.x_only_public_key().0;
    refuses(Code::Taproot, |built| {
        built.psbt.inputs[1].tap_internal_key = Some(x_only(claim_key()));
    });
    refuses(Code::Taproot, |built| {
        let root = bitcoin::TapNodeHash::assume_hidden([1; 32]);
        built.psbt.inputs[1].tap_merkle_root = Some(root);
    });
    refuses(Code::Taproot, |built| {
        let spec = Honest { template: "htlc-p2tr-v1", ..Honest::default() }.spec();
        let htlc = crate::templates::find("htlc-p2tr-v1").unwrap().build(&spec).unwrap();
        let leaves = htlc.leaves().unwrap();
        let block = bitcoin::taproot::ControlBlock::decode(&leaves.refund_control_block).unwrap();
        let leaf = (leaves.refund.clone(), bitcoin::taproot::LeafVersion::TapScript);
        built.psbt.inputs[1].tap_scripts.insert(block, leaf);
    });
    // A field that makes others believe that the amount need not be proven.
    refuses(Code::Taproot, |built| {
        built.psbt.inputs[0].tap_internal_key = Some(x_only(our_key()));
    });
}

#[test]
fn each_input_commits_to_the_whole_transaction() {
    for place in [0, 1, 2, 3] {
        for kind in [2, 3, 0x81, 0x82, 0x83, 0x41, 0xffff_ffff] {
            refuses(Code::Sighash, |built| {
                built.psbt.inputs[place].sighash_type = Some(PsbtSighashType::from_u32(kind));
            });
        }
    }
    refuses(Code::Sighash, |built| {
        built.psbt.inputs[0].sighash_type = Some(PsbtSighashType::from_u32(0));
    });
    refuses(Code::Sighash, |built| built.terms.allowed_sighash.truncate(1));
    let mut built = Honest::default().build();
    built.psbt.inputs[1].sighash_type = Some(PsbtSighashType::from_u32(1));
    let payload = PsbtPayload::new(built.payload().to_string());
    judge(&payload, &built.terms, &no_facts(), NOW).unwrap();
}

#[test]
fn an_input_of_ours_holds_no_signature_yet() {
    refuses(Code::Malformed, |built| {
        built.psbt.inputs[0].final_script_witness = Some(Witness::from_slice(&[[1]]));
    });
    refuses(Code::Malformed, |built| {
        built.psbt.inputs[2].final_script_sig = Some(ScriptBuf::from_bytes(vec![0x51]));
    });
    refuses(Code::Malformed, |built| {
        let sig =
            secp().sign_ecdsa(&bitcoin::secp256k1::Message::from_digest([1; 32]), &secret_key(1));
        let key = bitcoin::PublicKey::new(claim_key());
        built.psbt.inputs[0].partial_sigs.insert(key, bitcoin::ecdsa::Signature::sighash_all(sig));
    });
}

#[test]
fn a_script_path_signature_is_one_too() {
    refuses(Code::Malformed, |built| {
        let pair = bitcoin::key::Keypair::from_secret_key(secp(), &secret_key(1));
        let message = bitcoin::secp256k1::Message::from_digest([1; 32]);
        let signature = secp().sign_schnorr_with_aux_rand(&message, &pair, &[0; 32]);
        let sighash_type = bitcoin::TapSighashType::Default;
        let signature = bitcoin::taproot::Signature { signature, sighash_type };
        let leaf = <bitcoin::TapLeafHash as bitcoin::hashes::Hash>::from_byte_array([1; 32]);
        let key = (pair.x_only_public_key().0, leaf);
        built.psbt.inputs[1].tap_script_sigs.insert(key, signature);
    });
}

#[test]
fn a_secret_hash_of_zeroes_is_no_hash() {
    refuses(Code::HtlcScript, |built| {
        built.terms.htlc.secret_hash = [0; 32];
        let template = crate::templates::find("htlc-p2wsh-v1").unwrap();
        let htlc = template.build(&built.terms.htlc).unwrap();
        built.psbt.unsigned_tx.output[0].script_pubkey = htlc.script_pubkey;
    });
}

#[test]
fn an_output_key_that_is_said_of_the_htlc_is_its_own() {
    let honest = Honest { template: "htlc-p2tr-v1", ..Honest::default() };
    refuses_shape(&honest, Code::HtlcScript, |built| {
        built.psbt.outputs[0].tap_internal_key = Some(claim_key().x_only_public_key().0);
    });
}

#[test]
fn each_of_the_others_gets_back_what_is_theirs() {
    let two = Honest { others: vec![40_000, 30_000], ..Honest::default() };
    // The second belongs to another owner, whose coin the first takes.
    refuses_shape(&two, Code::ExtraOutput, |built| {
        let theirs = script(Kind::Tr, secret_key(0x66).public_key(secp()));
        built.psbt.inputs[4].witness_utxo.as_mut().unwrap().script_pubkey = theirs.clone();
        built.psbt.unsigned_tx.output[2].value = Amount::from_sat(40_500);
        built.psbt.unsigned_tx.output[3].script_pubkey = theirs;
        built.psbt.unsigned_tx.output[3].value = Amount::from_sat(29_500);
    });
    refuses_shape(&two, Code::ExtraOutput, |built| {
        built.psbt.unsigned_tx.output[3].value = Amount::from_sat(100);
    });
    // Who puts in more than they take back pays their own share of the fee, and none of ours.
    let mut built = two.build();
    built.psbt.unsigned_tx.output[3].value -= Amount::from_sat(5_000);
    let payload = PsbtPayload::new(built.payload().to_string());
    let judged = judge(&payload, &built.terms, &no_facts(), NOW).unwrap();
    let text = judged.statement().to_string();
    assert!(text.contains("1000 sats, ") && text.contains("6000 sats"), "{text}");
}

#[test]
fn no_more_goes_out_than_comes_in() {
    refuses(Code::Amount, |built| {
        built.psbt.unsigned_tx.output[1].value += Amount::from_sat(2_000);
    });
}

#[test]
fn one_output_pays_the_rebuilt_script() {
    for template in ["htlc-p2wsh-v1", "htlc-p2tr-v1"] {
        let honest = Honest { template, ..Honest::default() };
        refuses_shape(&honest, Code::HtlcScript, |built| {
            built.psbt.unsigned_tx.output[0].script_pubkey = attacker();
        });
        refuses_shape(&honest, Code::HtlcScript, |built| built.terms.htlc.locktime -= 1);
        refuses_shape(&honest, Code::HtlcScript, |built| built.terms.htlc.secret_hash[0] ^= 1);
        refuses_shape(&honest, Code::HtlcScript, |built| {
            let terms = &mut built.terms.htlc;
            (terms.claim_key, terms.refund_key) = (terms.refund_key, terms.claim_key);
        });
        refuses_shape(&honest, Code::Amount, |built| {
            built.psbt.unsigned_tx.output[0].value -= Amount::ONE_SAT;
        });
        refuses_shape(&honest, Code::HtlcScript, |built| {
            let twice = built.psbt.unsigned_tx.output[0].clone();
            built.psbt.unsigned_tx.output.push(twice);
            built.psbt.outputs.push(bitcoin::psbt::Output::default());
        });
    }
    let honest = Honest { template: "htlc-p2tr-v1", ..Honest::default() };
    refuses_shape(&honest, Code::HtlcScript, |built| {
        built.terms.htlc.internal_key = Some(claim_key().x_only_public_key().0.serialize());
    });
    refuses(Code::HtlcScript, |built| {
        built.psbt.outputs[0].witness_script = Some(ScriptBuf::from_bytes(vec![0x51]));
    });
    refuses(Code::Unpinned, |built| built.terms.htlc.template = "htlc-v9".to_owned());
    refuses(Code::HtlcScript, |built| built.terms.htlc.secret_hash = [0; 32]);
}

#[test]
fn the_lock_time_of_the_output_is_ahead_and_not_far() {
    refuses(Code::HtlcScript, |built| built.terms.current_height = LOCK);
    refuses(Code::HtlcScript, |built| built.terms.max_locktime = LOCK - 1);
    // A height is no moment.
    refuses(Code::HtlcScript, |built| built.terms.max_locktime = 1_800_000_000);
}

#[test]
fn what_the_terms_derive_is_compared() {
    for template in ["htlc-p2wsh-v1", "htlc-p2tr-v1"] {
        let honest = Honest { template, ..Honest::default() };
        let change = |change: fn(&mut countersign_approval::DerivedHtlc)| {
            refuses_shape(&honest, Code::HtlcScript, |built| change(&mut built.terms.htlc.derived));
        };
        change(|derived| derived.kind = Some("p2sh".to_owned()));
        change(|derived| derived.script_pubkey = Some(vec![0x51]));
        change(|derived| derived.witness_script = Some(vec![0x51]));
        change(|derived| derived.claim_leaf = Some(vec![0x51]));
        change(|derived| derived.refund_leaf = Some(vec![0x51]));
        change(|derived| derived.fast_leaf = Some(vec![0x51]));
        change(|derived| derived.merkle_root = Some([1; 32]));
        change(|derived| derived.refund_control_block = Some(vec![0x51]));
        change(|derived| derived.fast_refund_control_block = Some(vec![0x51]));
        change(|derived| {
            derived.address = Some("bc1qmyeelvlkmxnkyknmkl8pl807smfe0ahkvzer4f".to_owned());
        });
    }
}

#[test]
fn a_refund_must_be_worth_its_fee() {
    refuses(Code::Fee, |built| built.terms.stressed_fee_rate = 10_000);
    refuses(Code::Fee, |built| built.terms.stressed_fee_rate = u64::MAX);
}

#[test]
fn every_other_output_is_change_or_returned() {
    refuses(Code::Change, |built| {
        built.psbt.unsigned_tx.output[1].script_pubkey = attacker();
    });
    refuses(Code::Fee, |built| {
        built.psbt.unsigned_tx.output[1].value = Amount::from_sat(294);
    });
    refuses(Code::Change, |built| {
        built.psbt.unsigned_tx.output[1].value = Amount::from_sat(293);
        built.terms.max_fee = sats(100_000);
    });
    for script_pubkey in [attacker(), ScriptBuf::new_op_return([1]), ScriptBuf::new()] {
        refuses(Code::ExtraOutput, |built| {
            let output = TxOut { value: Amount::ZERO, script_pubkey };
            built.psbt.unsigned_tx.output.push(output);
            built.psbt.outputs.push(bitcoin::psbt::Output::default());
        });
    }
    // Others take back more than they put in, at once or in two parts.
    refuses(Code::ExtraOutput, |built| {
        built.psbt.unsigned_tx.output[2].value += Amount::ONE_SAT;
    });
    refuses(Code::ExtraOutput, |built| {
        let mut again = built.psbt.unsigned_tx.output[2].clone();
        again.script_pubkey = attacker();
        built.psbt.unsigned_tx.output.push(again);
        built.psbt.outputs.push(bitcoin::psbt::Output::default());
    });
}

#[test]
fn sums_do_not_overflow() {
    refuses(Code::Amount, |built| {
        built.psbt.unsigned_tx.output[0].value = Amount::from_sat(u64::MAX);
    });
    refuses(Code::Amount, |built| {
        for output in &mut built.psbt.unsigned_tx.output {
            output.value = Amount::from_sat(Sats::MAX.value());
        }
    });
}

#[test]
fn our_share_of_the_fee_is_bounded() {
    refuses(Code::Fee, |built| built.terms.max_fee = sats(999));
    refuses(Code::Fee, |built| built.terms.max_fee_rate = Some(2));
    // What others claim to put in lowers nothing: our change is still missing.
    refuses(Code::Fee, |built| {
        built.psbt.unsigned_tx.output[1].value -= Amount::from_sat(1_000);
        built.psbt.inputs[3].witness_utxo.as_mut().unwrap().value = Amount::from_sat(41_000);
    });
    // Two requests over the same coins, each with another word for an amount (CVE-2020-14199).
    refuses(Code::Utxo, |built| {
        built.psbt.inputs[2].witness_utxo.as_mut().unwrap().value = Amount::from_sat(900);
    });
    let free = Honest { fee: 0, ..Honest::default() }.build();
    let refused = refusal(&free, &free.payload(), &no_facts());
    assert!(refused.has(Code::Fee), "{refused}");
}

#[test]
fn nothing_keeps_the_transaction_from_being_used() {
    for lock in [LOCK, 499_999_999, 1_800_000_000, u32::MAX] {
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
    let built = Honest { lock_time: super::honest::HEIGHT, ..Honest::default() }.build();
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
        "with the secret whose SHA-256 is",
        "1000 sats, ",
        "sat/vB of ",
        "input 0: 0x65",
        "not judged",
        "htlc-p2wsh-v1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
