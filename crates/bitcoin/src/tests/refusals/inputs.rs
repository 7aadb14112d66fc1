use bitcoin::psbt::PsbtSighashType;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Witness};
use countersign_approval::{Code, ForeignInputs};

use super::{attacker, refuses, refuses_shape};
use crate::secp::secp;
use crate::tests::honest::{Honest, Kind, claim_key, our_key, script, secret_key};
use crate::tests::terms::{NOW, no_facts};
use crate::{PsbtPayload, TermsError, VerifyError, judge};

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
