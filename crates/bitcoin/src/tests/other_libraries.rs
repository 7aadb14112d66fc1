//! What bitcoinjs-lib and @scure/btc-signer sign, digest by digest and byte by byte.

mod checks;

use std::collections::BTreeMap;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bitcoin::consensus::encode::{deserialize, serialize_hex};
use bitcoin::key::{Keypair, TapTweak};
use bitcoin::psbt::Psbt;
use bitcoin::secp256k1::{Message, SecretKey};
use bitcoin::{Transaction, TxOut};
use countersign_approval::{Coin, CoinId, HtlcTerms, Sats};
use futures::executor::block_on;
use serde_json::Value;

use super::engine;
use super::honest::Honest;
use super::signing::verified;
use super::terms::{array, bytes};
use crate::decode::{self, Decoded};
use crate::judge::{Owner, Spend, ToSign, to_sign};
use crate::own::OwnKeys;
use crate::secp::secp;
use crate::sign::sign_inputs;
use crate::templates::{Htlc, Inside};
use crate::{
    CoinEvidence, CoinKey, CoinSigner, InputSighash, KeyRequest, KeyTweak, LocalCoinSigner,
    PsbtForm, SignedPsbt, SignerError,
};

const CASES: &str = include_str!("../../../../tests/vectors/btc-psbt.json");

fn cases() -> Vec<Value> {
    let all: Value = serde_json::from_str(CASES).unwrap();
    all["cases"].as_array().unwrap().clone()
}

fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Signs as the vectors were made: RFC 6979 as it comes, no auxiliary randomness.
struct Plain(Vec<SecretKey>);

struct PlainKey(Keypair);

#[async_trait]
impl CoinSigner for Plain {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        let is_asked =
            |key: &&SecretKey| key.public_key(secp()).serialize() == *request.public_key();
        let key = Keypair::from_secret_key(secp(), self.0.iter().find(is_asked).unwrap());
        Ok(Box::new(PlainKey(match request.tweak() {
            KeyTweak::None => key,
            KeyTweak::Bip86 => key.tap_tweak(secp(), None).to_keypair(),
        })))
    }
}

#[async_trait]
impl CoinKey for PlainKey {
    async fn sign_ecdsa(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError> {
        let message = Message::from_digest(*sighash.as_bytes());
        Ok(secp().sign_ecdsa(&message, &self.0.secret_key()).serialize_compact())
    }

    async fn sign_schnorr(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError> {
        let message = Message::from_digest(*sighash.as_bytes());
        Ok(secp().sign_schnorr_with_aux_rand(&message, &self.0, &[0; 32]).serialize())
    }
}

/// The keys of a case, each with the inputs that it signs.
fn keys(case: &Value) -> Vec<(SecretKey, Vec<usize>)> {
    let keys = elements(&case["keys"]).map(|key| {
        let bytes: [u8; 32] = array(&key["private_key"]).unwrap();
        let signs = elements(&key["signs"]).map(place);
        (SecretKey::from_slice(&bytes).unwrap(), signs.collect())
    });
    keys.collect()
}

fn place(value: &Value) -> usize {
    value.as_u64().unwrap().try_into().unwrap()
}

/// What each input spends, by the vector's own list.
fn spent(case: &Value) -> Vec<TxOut> {
    let coins = elements(&case["inputs"]).map(|input| TxOut {
        value: bitcoin::Amount::from_sat(input["amount"].as_u64().unwrap()),
        script_pubkey: bitcoin::ScriptBuf::from_bytes(bytes(&input["script_pubkey"]).unwrap()),
    });
    coins.collect()
}

/// Terms whose coins are the inputs that a case signs.
fn terms_of(case: &Value, tx: &Transaction) -> HtlcTerms {
    let mut terms = Honest::default().build().terms;
    terms.coins = Vec::new();
    let (keys, spent) = (keys(case), spent(case));
    for input in elements(&case["inputs_to_sign"]).map(place) {
        let outpoint = tx.input[input].previous_output;
        let key = keys.iter().find(|(_, signs)| signs.contains(&input)).unwrap().0;
        let txid = bitcoin::hashes::Hash::to_byte_array(outpoint.txid);
        terms.coins.push(Coin {
            id: CoinId { txid, vout: outpoint.vout },
            amount: Sats::new(spent[input].value.to_sat()).unwrap(),
            script_pubkey: spent[input].script_pubkey.to_bytes(),
            public_key: Some(key.public_key(secp()).serialize()),
        });
    }
    terms
}

/// Hashes the inputs to sign below the checks; nothing where an input is of no kind of ours.
fn hash(case: &Value, psbt: &Decoded<'_>) -> Option<Vec<ToSign>> {
    let terms = terms_of(case, &psbt.tx);
    let owners = terms.coins.iter().enumerate();
    let owners: BTreeMap<CoinId, usize> = owners.map(|(at, coin)| (coin.id, at)).collect();
    let spends: Vec<Spend> = psbt
        .tx
        .input
        .iter()
        .zip(spent(case))
        .map(|(input, coin)| {
            let txid = bitcoin::hashes::Hash::to_byte_array(input.previous_output.txid);
            let id = CoinId { txid, vout: input.previous_output.vout };
            Spend { id, owner: owners.get(&id).map_or(Owner::Other, |at| Owner::Ours(*at)), coin }
        })
        .collect();
    to_sign(&terms, &OwnKeys::new(terms.public_key, &terms.coins).unwrap(), psbt, &spends).ok()
}

fn base64(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

/// Makes a signer of keys that are to sign these inputs.
type Open = fn(Vec<SecretKey>, Vec<InputSighash>) -> Box<dyn CoinSigner>;

fn sign(case: &Value, open: Open) -> Option<(Vec<ToSign>, SignedPsbt)> {
    let sent = base64(&case["unsigned_psbt"]);
    let decoded = decode::decode(&sent).unwrap();
    let to_sign = hash(case, &decoded)?;
    // What a case is signed for does not matter to these signers.
    let psbt = verified(&Honest::default().build());
    let keys = keys(case).into_iter().map(|(key, _)| key).collect();
    let signer = open(keys, to_sign.iter().map(|input| input.sighash).collect());
    let made = sign_inputs(&to_sign, CoinEvidence::Psbt(&psbt), signer.as_ref());
    let inputs = block_on(made).unwrap();
    let ends = decoded.inputs.iter().map(decode::Map::end).collect();
    Some((to_sign, SignedPsbt::of(sent.clone(), ends, inputs)))
}

/// The cases whose inputs to sign are all of a kind of ours, with what was signed by `signer`.
fn signed(open: Open) -> Vec<(Value, Vec<ToSign>, SignedPsbt)> {
    let ours = cases().into_iter().filter_map(|case| {
        let (to_sign, psbt) = sign(&case, open)?;
        Some((case, to_sign, psbt))
    });
    let ours: Vec<_> = ours.collect();
    assert_eq!(ours.len(), 16, "cases of coins of our kinds");
    ours
}

fn plain(keys: Vec<SecretKey>, _: Vec<InputSighash>) -> Box<dyn CoinSigner> {
    Box::new(Plain(keys))
}

type Fields = BTreeMap<(u64, Vec<u8>), Vec<u8>>;

/// The fields of a PSBT, whatever their order.
fn as_maps(bytes: &[u8]) -> Vec<Fields> {
    let psbt = decode::decode(bytes).unwrap();
    let maps = std::iter::once(&psbt.global).chain(&psbt.inputs).chain(&psbt.outputs);
    let pairs = |map: &decode::Map<'_>| {
        map.pairs()
            .iter()
            .map(|pair| ((pair.kind, pair.key.to_vec()), pair.value.to_vec()))
            .collect()
    };
    maps.map(pairs).collect()
}

#[test]
fn digests_and_signatures_are_those_of_other_libraries() {
    let mut count = 0;
    for (case, to_sign, signed) in signed(plain) {
        let psbt = Psbt::deserialize(&signed.to_bytes(PsbtForm::Signatures)).unwrap();
        let ours = elements(&case["signatures"]).filter(|signature| signature["ours"] == true);
        for expected in ours {
            let input = place(&expected["input"]);
            let hashed = to_sign.iter().find(|hashed| hashed.input == input).unwrap();
            assert_eq!(
                hex::encode(hashed.sighash.as_bytes()),
                expected["digest"],
                "{}",
                case["name"]
            );
            assert_eq!(signature(&psbt, input), expected["signature"], "{}", case["name"]);
            count += 1;
        }
    }
    assert_eq!(count, 45, "signatures of ours");
}

fn signature(psbt: &Psbt, input: usize) -> String {
    let map = &psbt.inputs[input];
    let ecdsa = map.partial_sigs.values().next().map(|signature| signature.to_vec());
    hex::encode(ecdsa.or(map.tap_key_sig.map(bitcoin::taproot::Signature::to_vec)).unwrap())
}

#[test]
fn final_psbts_and_transactions_are_those_of_other_libraries() {
    let mut count = 0;
    for (case, _, signed) in signed(plain) {
        let bytes = signed.to_bytes(PsbtForm::Finalised);
        let psbt = Psbt::deserialize(&bytes).unwrap();
        let theirs = base64(&case["our_inputs_finalized_psbt"]);
        for (input, theirs) in Psbt::deserialize(&theirs).unwrap().inputs.iter().enumerate() {
            let ours = &psbt.inputs[input];
            assert_eq!(ours.final_script_witness, theirs.final_script_witness, "{}", case["name"]);
            assert_eq!(ours.final_script_sig, theirs.final_script_sig, "{}", case["name"]);
        }
        if elements(&case["inputs"]).all(|input| input["ours"] == true) {
            let tx = super::signing::extract(&psbt);
            assert_eq!(serialize_hex(&tx), case["final_tx_hex"], "{}", case["name"]);
            count += 1;
        }
    }
    assert_eq!(count, 14, "cases that we sign whole");
}

#[test]
fn partial_psbts_are_those_of_other_libraries() {
    for (case, _, signed) in signed(plain) {
        if case["other_keys"].as_array().is_none_or(Vec::is_empty) {
            let theirs = as_maps(&base64(&case["signed_psbt_bitcoinjs"]));
            assert_eq!(as_maps(&signed.to_bytes(PsbtForm::Signatures)), theirs, "{}", case["name"]);
        }
    }
}

/// Our own signer for the keys of a case.
struct Local(Vec<LocalCoinSigner>, Vec<InputSighash>);

#[async_trait]
impl CoinSigner for Local {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        let signer = self.0.iter().find(|signer| signer.public_key() == *request.public_key());
        Ok(Box::new(signer.unwrap().open_for(request.tweak(), self.1.clone())))
    }
}

fn local(keys: Vec<SecretKey>, sighashes: Vec<InputSighash>) -> Box<dyn CoinSigner> {
    let local =
        |key: SecretKey| LocalCoinSigner::from_hex(&hex::encode(key.secret_bytes())).unwrap();
    Box::new(Local(keys.into_iter().map(local).collect(), sighashes))
}

#[test]
fn our_own_ecdsa_signatures_are_those_with_a_low_r() {
    let mut count = 0;
    for (case, _, signed) in signed(local) {
        let psbt = Psbt::deserialize(&signed.to_bytes(PsbtForm::Signatures)).unwrap();
        let key =
            if case["signatures_low_r"].is_null() { "signatures" } else { "signatures_low_r" };
        let low_r =
            elements(&case[key]).filter(|s| s["kind"] == "partial_sig" && s["ours"] == true);
        for expected in low_r {
            let input = place(&expected["input"]);
            assert_eq!(signature(&psbt, input), expected["signature"], "{}", case["name"]);
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn the_script_engine_accepts_what_our_own_keys_sign() {
    for (case, to_sign, signed) in signed(local) {
        let psbt = Psbt::deserialize(&signed.to_bytes(PsbtForm::Finalised)).unwrap();
        let tx = super::signing::extract(&psbt);
        for input in to_sign {
            assert!(engine::accepts(&tx, &spent(&case), input.input), "{}", case["name"]);
        }
    }
}

#[test]
fn refunds_are_hashed_as_other_libraries_do() {
    let mut count = 0;
    for case in cases() {
        let name = case["name"].as_str().unwrap();
        let tx: Transaction =
            deserialize(&hex::decode(case["unsigned_tx_hex"].as_str().unwrap()).unwrap()).unwrap();
        let psbt = Psbt::deserialize(&base64(&case["unsigned_psbt"])).unwrap();
        let coin = spent(&case).remove(0);
        let inside = match name {
            "p2wsh-htlc-refund-after-timelock" => {
                Inside::WitnessScript(psbt.inputs[0].witness_script.clone().unwrap())
            }
            "p2tr-htlc-refund-script-path" => {
                let mut honest = Honest { template: "htlc-p2tr-v1", ..Honest::default() }.spec();
                honest.locktime = 800_000;
                let htlc = crate::templates::find("htlc-p2tr-v1").unwrap().build(&honest).unwrap();
                let (_, (leaf, _)) = psbt.inputs[0].tap_scripts.first_key_value().unwrap();
                assert_eq!(htlc.leaves().unwrap().refund, *leaf);
                htlc.inside
            }
            _ => continue,
        };
        let htlc = Htlc { kind: "", script_pubkey: coin.script_pubkey, inside };
        let amount = Sats::new(coin.value.to_sat()).unwrap();
        let sighash = crate::refund::sighash(&tx, &htlc, amount).unwrap();
        assert_eq!(hex::encode(sighash.as_bytes()), case["signatures"][0]["digest"], "{name}");
        count += 1;
    }
    assert_eq!(count, 2);
}
