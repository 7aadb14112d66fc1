use std::sync::Arc;

use async_trait::async_trait;
use bitcoin::psbt::Psbt;
use bitcoin::{ScriptBuf, Transaction, Witness};
use countersign_approval::{
    AssetAmount, BitcoinFacts, Claim, ConfigDigest, Environment, HtlcTerms, MemoryLedger, Policy,
    Registry, Reservation, SwapId, Terms, reserve,
};
use countersign_units::{Lots, UnixSeconds};
use futures::executor::block_on;

use super::engine;
use super::honest::{Built, Honest, KEY};
use super::terms::NOW;
use crate::{
    CoinKey, CoinSigner, InputSighash, KeyRequest, LocalCoinSigner, PsbtForm, PsbtPayload,
    SignError, SignedPsbt, SignerError, TermsError, VerifiedPsbt, VerifyError, sign, verify,
};

const REGISTRY: &str = r#"
environment = "mainnet"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 1
[tokens.BTC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 8
"#;

pub(super) fn policy(paused: bool) -> Policy {
    let text = format!(
        "paused = {paused}\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\nrequire_facts = []\n[limits.BTC]\nper_swap = \"2100000000000000\"\nper_day = \"2100000000000000\""
    );
    Policy::from_toml(&text, &Registry::from_toml(REGISTRY).unwrap()).unwrap()
}

pub(super) fn swap(approval: HtlcTerms) -> Arc<Terms<HtlcTerms>> {
    let asset = |token: &str, amount: Lots| AssetAmount {
        token: token.to_owned(),
        symbol: token.to_owned(),
        network: "bitcoin".to_owned(),
        decimals: 8,
        amount,
    };
    Arc::new(Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Testnet,
        source: asset("BTC", approval.htlc.amount.into()),
        destination: asset("USDC", Lots::from(1)),
        recipient: "someone".to_owned(),
        refund_address: "us".to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval,
    })
}

pub(super) fn verified(built: &Built) -> VerifiedPsbt {
    let payload = PsbtPayload::new(built.payload().to_string());
    let terms = swap(built.terms.clone());
    verify(payload, &terms, &BitcoinFacts::default(), NOW).unwrap()
}

fn reserved(claim: Claim) -> Reservation {
    block_on(reserve(&MemoryLedger::new(), claim, &policy(false), NOW)).unwrap()
}

pub(super) fn sign_with(built: &Built, signer: &dyn CoinSigner) -> Result<SignedPsbt, SignError> {
    let psbt = verified(built);
    let reservation = reserved(psbt.claim());
    block_on(sign(&psbt, &reservation, &policy(false), signer, NOW))
}

pub(super) fn signer() -> LocalCoinSigner {
    LocalCoinSigner::from_hex(KEY).unwrap()
}

/// Puts what rust-bitcoin finds final into the transaction; what is not final stays unsigned.
pub(super) fn extract(psbt: &Psbt) -> Transaction {
    let mut tx = psbt.unsigned_tx.clone();
    for (input, map) in tx.input.iter_mut().zip(&psbt.inputs) {
        input.script_sig = map.final_script_sig.clone().unwrap_or_else(ScriptBuf::new);
        input.witness = map.final_script_witness.clone().unwrap_or_else(Witness::new);
    }
    tx
}

#[test]
fn the_script_engine_accepts_each_signed_input() {
    let built = Honest::default().build();
    let signed = sign_with(&built, &signer()).unwrap();
    let psbt = Psbt::deserialize(&signed.to_bytes(PsbtForm::Finalised)).unwrap();
    let tx = extract(&psbt);
    assert_eq!(signed.inputs().collect::<Vec<_>>(), [0, 1, 2]);
    for input in 0..3 {
        assert!(engine::accepts(&tx, &built.spent, input), "input {input}");
    }
    assert!(!engine::accepts(&tx, &built.spent, 3), "another's input was signed");
}

#[test]
fn an_amount_or_an_output_that_changes_makes_signatures_void() {
    let built = Honest::default().build();
    let signed = sign_with(&built, &signer()).unwrap();
    let psbt = Psbt::deserialize(&signed.to_bytes(PsbtForm::Finalised)).unwrap();
    let mut tx = extract(&psbt);
    tx.output[0].value += bitcoin::Amount::from_sat(1);
    assert!((0..3).all(|input| !engine::accepts(&tx, &built.spent, input)));
}

#[test]
fn signatures_for_another_to_finalise_are_those_of_the_final_form() {
    let built = Honest::default().build();
    let signed = sign_with(&built, &signer()).unwrap();
    let parts = Psbt::deserialize(&signed.to_bytes(PsbtForm::Signatures)).unwrap();
    let whole = Psbt::deserialize(&signed.to_bytes(PsbtForm::Finalised)).unwrap();
    for (part, whole) in parts.inputs.iter().zip(&whole.inputs).take(3) {
        let ecdsa = part.partial_sigs.values().next().map(|signature| signature.to_vec());
        let schnorr = part.tap_key_sig.map(bitcoin::taproot::Signature::to_vec);
        let witness = whole.final_script_witness.as_ref().unwrap();
        assert_eq!(ecdsa.or(schnorr).unwrap(), witness.nth(0).unwrap());
    }
}

#[test]
fn all_that_was_sent_stays_byte_for_byte() {
    let unknown = vec![(0, 3, vec![1; 9]), (1, 4, vec![2; 300]), (2, 5, Vec::new())];
    let built = Honest { unknown, ..Honest::default() }.build();
    let sent = built.psbt.serialize();
    let signed = sign_with(&built, &signer()).unwrap();
    for form in [PsbtForm::Finalised, PsbtForm::Signatures] {
        let mut rest = signed.to_bytes(form);
        // What is left after our fields are cut out again is what was sent.
        let psbt = Psbt::deserialize(&rest).unwrap();
        for input in 0..3 {
            let mut bare = bitcoin::psbt::Input::default();
            let map = &psbt.inputs[input];
            bare.final_script_sig.clone_from(&map.final_script_sig);
            bare.final_script_witness.clone_from(&map.final_script_witness);
            bare.partial_sigs.clone_from(&map.partial_sigs);
            bare.tap_key_sig = map.tap_key_sig;
            let mut only = built.psbt.clone();
            only.inputs = vec![bare; only.inputs.len()];
            only.unknown.clear();
            let ours = ours_of(&only);
            let at = rest.windows(ours.len()).position(|window| window == ours).unwrap();
            rest.drain(at..at + ours.len());
        }
        assert_eq!(rest, sent);
    }
}

/// Returns the fields of the first input's map, as rust-bitcoin writes them.
fn ours_of(psbt: &Psbt) -> Vec<u8> {
    let bytes = psbt.serialize();
    let mut reader = crate::decode::decode(&bytes).unwrap();
    let (end, start) = (reader.inputs.remove(0).end(), reader.global.end() + 1);
    bytes[start..end].to_vec()
}

#[test]
fn a_reservation_is_for_the_whole_claim() {
    let psbt = verified(&Honest::default().build());
    let honest = psbt.claim();
    for claim in [
        Claim { amount: Lots::ZERO, ..honest.clone() },
        Claim { resources: vec!["bitcoin/regtest/".to_owned()], ..honest.clone() },
        Claim { digest: [0; 32], ..honest.clone() },
        Claim { swap_id: SwapId::generate(), ..honest },
    ] {
        let signed = block_on(sign(&psbt, &reserved(claim), &policy(false), &signer(), NOW));
        assert_eq!(signed.unwrap_err(), SignError::OtherReservation);
    }
}

#[test]
fn evidence_goes_out_of_date_and_policy_may_pause() {
    let psbt = verified(&Honest::default().build());
    let reservation = reserved(psbt.claim());
    let late = psbt.valid_until();
    let out = block_on(sign(&psbt, &reservation, &policy(false), &signer(), late)).unwrap_err();
    assert_eq!(out, SignError::OutOfDate { valid_until: late, now: late });
    let out = block_on(sign(&psbt, &reservation, &policy(true), &signer(), NOW)).unwrap_err();
    assert_eq!(out, SignError::Paused);
}

#[test]
fn a_swap_and_its_output_have_one_amount() {
    let built = Honest::default().build();
    let mut terms = Arc::unwrap_or_clone(swap(built.terms.clone()));
    terms.source.amount = Lots::from(1);
    let payload = PsbtPayload::new(built.payload().to_string());
    let error = verify(payload, &Arc::new(terms), &BitcoinFacts::default(), NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::Amounts { .. })), "{error}");
}

#[test]
fn an_environment_and_its_network_belong_together() {
    let built = Honest::default().build();
    let mut terms = Arc::unwrap_or_clone(swap(built.terms.clone()));
    terms.environment = Environment::Mainnet;
    let payload = PsbtPayload::new(built.payload().to_string());
    let error = verify(payload, &Arc::new(terms), &BitcoinFacts::default(), NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::Network { .. })), "{error}");
}

#[test]
fn a_sent_deadline_is_the_last_moment_to_sign() {
    let built = Honest::default().build();
    let mut payload = built.payload();
    payload["deadline_at"] = NOW.saturating_add(60).value().into();
    let payload = PsbtPayload::new(payload.to_string());
    let psbt = verify(payload, &swap(built.terms), &BitcoinFacts::default(), NOW).unwrap();
    assert_eq!(psbt.valid_until(), UnixSeconds::new(NOW.value() + 60));
}

#[test]
fn a_key_that_is_not_ours_signs_nothing() {
    let stranger = LocalCoinSigner::from_hex(&"11".repeat(32)).unwrap();
    let error = sign_with(&Honest::default().build(), &stranger).unwrap_err();
    assert!(matches!(error, SignError::Backend(SignerError::NoKey { .. })), "{error}");
}

/// Opens a good key, and changes what it returns or which key it is.
struct Broken(fn([u8; 64]) -> [u8; 64]);

struct BrokenKey(Box<dyn CoinKey>, fn([u8; 64]) -> [u8; 64]);

#[async_trait]
impl CoinSigner for Broken {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, SignerError> {
        Ok(Box::new(BrokenKey(signer().open(request).await?, self.0)))
    }
}

#[async_trait]
impl CoinKey for BrokenKey {
    async fn sign_ecdsa(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError> {
        Ok((self.1)(self.0.sign_ecdsa(sighash).await?))
    }

    async fn sign_schnorr(&self, sighash: &InputSighash) -> Result<[u8; 64], SignerError> {
        Ok((self.1)(self.0.sign_schnorr(sighash).await?))
    }
}

#[test]
fn a_wrong_signature_is_never_let_out() {
    let flips: [fn([u8; 64]) -> [u8; 64]; 3] = [
        |mut bytes| {
            bytes[63] ^= 1;
            bytes
        },
        |mut bytes| {
            bytes[0] ^= 1;
            bytes
        },
        |_| [0; 64],
    ];
    for kind in [super::honest::Kind::Wpkh, super::honest::Kind::Tr] {
        let honest = Honest { coins: vec![(kind, 600_000, false)], ..Honest::default() };
        for flip in flips {
            let error = sign_with(&honest.build(), &Broken(flip)).unwrap_err();
            assert!(matches!(error, SignError::Signature(_)), "{error}");
        }
    }
}

#[test]
fn the_lower_s_is_taken_whatever_the_backend_returns() {
    /// Returns the other `s` that makes a signature right.
    fn negate(bytes: [u8; 64]) -> [u8; 64] {
        let s = bitcoin::secp256k1::SecretKey::from_slice(&bytes[32..]).unwrap().negate();
        let mut high = bytes;
        high[32..].copy_from_slice(&s.secret_bytes());
        high
    }
    let honest =
        Honest { coins: vec![(super::honest::Kind::Wpkh, 600_000, false)], ..Honest::default() };
    let built = honest.build();
    let signed = |signer: &dyn CoinSigner| sign_with(&built, signer).unwrap();
    let form = PsbtForm::Signatures;
    assert_eq!(signed(&Broken(negate)).to_bytes(form), signed(&signer()).to_bytes(form));
}

#[test]
fn nothing_shows_the_key() {
    let shown = format!("{:?}", signer());
    assert!(!shown.contains(&KEY[..8]) && shown.contains("025b9c"), "{shown}");
}

static_assertions::assert_not_impl_any!(VerifiedPsbt: Clone, Default, serde::de::DeserializeOwned);
static_assertions::assert_not_impl_any!(InputSighash: Default, From<[u8; 32]>, serde::de::DeserializeOwned);
static_assertions::assert_not_impl_any!(LocalCoinSigner: Clone, serde::Serialize);
static_assertions::assert_impl_all!(VerifiedPsbt: Send, Sync);
