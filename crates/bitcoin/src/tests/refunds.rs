use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::deserialize;
use bitcoin::{Amount, ScriptBuf, Sequence, Transaction, TxOut};
use countersign_approval::{CoinId, Sats};
use futures::executor::block_on;

use super::engine;
use super::honest::{Honest, Kind, LOCK};
use super::signing::{policy, signer, verified};
use crate::{CoinKey, InputSighash, KeyTweak, RefundError, RefundRecipe, SignError, sign_refund};

const TEMPLATES: [&str; 2] = ["htlc-p2wsh-v1", "htlc-p2tr-v1"];

fn funded(template: &'static str) -> (RefundRecipe, TxOut) {
    let built = Honest { template, ..Honest::default() }.build();
    let recipe = verified(&built).refund_recipe().clone();
    let script_pubkey = ScriptBuf::from_bytes(recipe.script_pubkey().to_vec());
    (recipe.clone(), TxOut { value: Amount::from_sat(recipe.amount().value()), script_pubkey })
}

fn refund(recipe: &RefundRecipe, rate: u64) -> Transaction {
    let refund = recipe.plan(recipe.outpoint().unwrap(), rate, Sats::MAX).unwrap();
    let signed = block_on(sign_refund(&refund, &policy(false), &signer())).unwrap();
    deserialize(&signed.to_bytes()).unwrap()
}

#[test]
fn the_script_engine_accepts_a_refund_of_each_template() {
    for template in TEMPLATES {
        let (recipe, coin) = funded(template);
        let tx = refund(&recipe, 3);
        assert!(engine::accepts(&tx, std::slice::from_ref(&coin), 0), "{template}");
        let fee = coin.value.to_sat() - tx.output[0].value.to_sat();
        let vsize = u64::try_from(tx.vsize()).unwrap();
        assert!((vsize * 3..vsize * 3 + 9).contains(&fee), "{template}: {fee} for {vsize}");
        assert_eq!(
            tx.output[0].script_pubkey.as_bytes(),
            Honest::default().build().terms.change_script
        );
    }
}

#[test]
fn a_refund_is_void_before_the_lock_time_even_if_signed() {
    for template in TEMPLATES {
        let (recipe, coin) = funded(template);
        let refund = recipe.plan(recipe.outpoint().unwrap(), 3, Sats::MAX).unwrap();
        assert_eq!(refund.valid_from(), LOCK);
        let resigned = |change: fn(&mut Transaction)| {
            let mut tx = refund.tx.clone();
            change(&mut tx);
            let sighash = crate::refund::sighash(&tx, &refund.htlc, recipe.amount()).unwrap();
            let signature = sign_raw(&sighash, template);
            tx.input[0].witness = crate::refund::witness(&refund.htlc, &signature);
            engine::accepts(&tx, std::slice::from_ref(&coin), 0)
        };
        assert!(resigned(|_| {}), "{template}");
        assert!(!resigned(|tx| tx.lock_time = LockTime::from_consensus(LOCK - 1)), "{template}");
        assert!(!resigned(|tx| tx.input[0].sequence = Sequence::MAX), "{template}");
    }
}

fn sign_raw(sighash: &InputSighash, template: &str) -> Vec<u8> {
    let key = signer().open_for(KeyTweak::None, vec![*sighash]);
    if template == "htlc-p2tr-v1" {
        return block_on(key.sign_schnorr(sighash)).unwrap().to_vec();
    }
    let compact = block_on(key.sign_ecdsa(sighash)).unwrap();
    let signature = bitcoin::secp256k1::ecdsa::Signature::from_compact(&compact).unwrap();
    let mut bytes = signature.serialize_der().to_vec();
    bytes.push(1);
    bytes
}

#[test]
fn a_recipe_finds_the_funded_output() {
    let built = Honest::default().build();
    let recipe = verified(&built).refund_recipe().clone();
    let signed = super::signing::sign_with(&built, &signer()).unwrap();
    let psbt = bitcoin::Psbt::deserialize(&signed.to_bytes(crate::PsbtForm::Finalised)).unwrap();
    // A P2SH input has a script outside its witness, which is part of the id.
    let tx = super::signing::extract(&psbt);
    let outpoint = recipe.outpoint().unwrap();
    assert_eq!(outpoint.to_string(), format!("{}:{}", tx.compute_txid(), outpoint.vout));
    let output = &tx.output[usize::try_from(outpoint.vout).unwrap()];
    assert_eq!(output.script_pubkey.as_bytes(), recipe.script_pubkey());
}

#[test]
fn a_recipe_does_not_guess_what_signatures_of_others_make_of_the_id() {
    let mut built = Honest::default().build();
    let key = super::honest::secret_key(0x33).public_key(crate::secp::secp());
    let [wpkh, nested] = [Kind::Wpkh, Kind::Sh].map(|kind| super::honest::script(kind, key));
    let theirs = &mut built.psbt.inputs[3];
    theirs.redeem_script = Some(wpkh);
    theirs.witness_utxo.as_mut().unwrap().script_pubkey = nested.clone();
    built.psbt.unsigned_tx.output[2].script_pubkey = nested;
    assert_eq!(verified(&built).refund_recipe().outpoint(), None);
}

#[test]
fn a_refund_goes_to_an_address() {
    let (recipe, _) = funded("htlc-p2wsh-v1");
    let mut changed = serde_json::to_value(&recipe).unwrap();
    for script in ["", "51", "6a"] {
        changed["refund_script"] = script.into();
        let changed: RefundRecipe = serde_json::from_value(changed.clone()).unwrap();
        let plan = changed.plan(recipe.outpoint().unwrap(), 1, Sats::MAX);
        assert!(matches!(plan, Err(RefundError::Terms(_))), "{script}: {plan:?}");
    }
}

#[test]
fn a_recipe_comes_back_from_storage() {
    for template in TEMPLATES {
        let (recipe, _) = funded(template);
        let text = serde_json::to_string(&recipe).unwrap();
        assert_eq!(serde_json::from_str::<RefundRecipe>(&text).unwrap(), recipe);
    }
}

#[test]
fn a_recipe_that_was_changed_makes_no_refund() {
    let (recipe, _) = funded("htlc-p2wsh-v1");
    let honest = serde_json::to_value(&recipe).unwrap();
    let other = hex::encode(super::honest::claim_key().serialize());
    for (member, value) in [
        ("locktime", serde_json::json!(LOCK + 1)),
        ("secret_hash", serde_json::json!("11".repeat(32))),
        ("claim_key", honest["refund_key"].clone()),
        ("refund_key", serde_json::json!(other)),
        ("public_key", serde_json::json!(other)),
        ("template", serde_json::json!("htlc-p2wsh-v9")),
    ] {
        let mut changed = honest.clone();
        changed[member] = value;
        let changed: RefundRecipe = serde_json::from_value(changed).unwrap();
        let plan = changed.plan(recipe.outpoint().unwrap(), 1, Sats::MAX);
        assert!(matches!(plan, Err(RefundError::Recipe { .. })), "{member}: {plan:?}");
    }
    for (member, value) in [
        ("amount", serde_json::json!(u64::MAX)),
        ("claim_key", serde_json::json!("02")),
        ("network", serde_json::json!("moon")),
        ("outpoint", serde_json::json!("x:0")),
    ] {
        let mut changed = honest.clone();
        changed[member] = value;
        assert!(serde_json::from_value::<RefundRecipe>(changed).is_err(), "{member}");
    }
}

#[test]
fn a_refund_is_bounded_by_dust_and_by_the_callers_fee() {
    let (recipe, _) = funded("htlc-p2tr-v1");
    let at = CoinId { txid: [1; 32], vout: 0 };
    assert!(recipe.is_possible(3) && !recipe.is_possible(1_000_000));
    assert!(!recipe.is_possible(u64::MAX));
    let dear = recipe.plan(at, 3, Sats::new(10).unwrap()).unwrap_err();
    assert!(matches!(dear, RefundError::Fee { .. }), "{dear}");
}

#[test]
fn a_refund_is_signed_by_our_key_alone_and_not_while_paused() {
    let (recipe, _) = funded("htlc-p2wsh-v1");
    let refund = recipe.plan(recipe.outpoint().unwrap(), 3, Sats::MAX).unwrap();
    let paused = block_on(sign_refund(&refund, &policy(true), &signer())).unwrap_err();
    assert_eq!(paused, SignError::Paused);
    let stranger = crate::LocalCoinSigner::from_hex(&"11".repeat(32)).unwrap();
    let error = block_on(sign_refund(&refund, &policy(false), &stranger)).unwrap_err();
    assert!(matches!(error, SignError::Backend(_)), "{error}");
    assert!(refund.statement().to_string().contains("from block 900144 on"));
}
