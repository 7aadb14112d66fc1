use bitcoin::{Amount, ScriptBuf, TxOut};
use countersign_approval::{Code, Sats};

use super::{attacker, refusal, refuses, refuses_shape, sats};
use crate::secp::secp;
use crate::tests::honest::{Honest, Kind, LOCK, claim_key, script, secret_key};
use crate::tests::terms::{NOW, no_facts};
use crate::{PsbtPayload, judge};

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
fn change_comes_back_in_one_piece() {
    refuses(Code::Change, |built| {
        let tx = &mut built.psbt.unsigned_tx;
        let half = Amount::from_sat(tx.output[1].value.to_sat() / 2);
        tx.output[1].value -= half;
        let script_pubkey = tx.output[1].script_pubkey.clone();
        tx.output.push(TxOut { value: half, script_pubkey });
        built.psbt.outputs.push(bitcoin::psbt::Output::default());
    });
}

#[test]
fn what_goes_back_to_others_goes_where_somebody_can_spend_it() {
    let one = Honest { others: vec![40_000], ..Honest::default() };
    for script in [ScriptBuf::new_op_return([4; 8]), ScriptBuf::new()] {
        refuses_shape(&one, Code::ExtraOutput, |built| {
            built.psbt.unsigned_tx.output[2].script_pubkey = script.clone();
            built.psbt.unsigned_tx.output[2].value = Amount::from_sat(40_000);
        });
    }
}

#[test]
fn others_do_not_raise_what_we_may_pay() {
    // Forty coins of others would allow a share of ours that our own bytes do not.
    let many = Honest { others: vec![40_000; 40], ..Honest::default() };
    let rate = |built: &crate::tests::honest::Built| {
        let payload = PsbtPayload::new(built.payload().to_string());
        judge(&payload, &built.terms, &no_facts(), NOW).is_ok()
    };
    let mut built = many.build();
    built.terms.max_fee_rate = Some(5);
    assert!(rate(&built), "the honest one is cheap");
    built.terms.max_fee = Sats::new(20_000).unwrap();
    built.psbt.unsigned_tx.output[1].value -= Amount::from_sat(4_000);
    assert!(!rate(&built), "5 sat/vB of our own bytes are less");
}
