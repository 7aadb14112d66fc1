//! Any PSBT, against honest terms: what is accepted funds the agreed output, with our coins alone
//! listed, for no more than the agreed fee.
//!
//! The highest bit of the first byte picks the template, the others list the inputs to sign.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bitcoin::psbt::Psbt;
use countersign::approval::{
    BitcoinFacts, BitcoinNetwork, Coin, CoinId, DerivedHtlc, ForeignInputs, HtlcKey, HtlcSpec,
    HtlcTerms, Sats, SighashKind,
};
use countersign::bitcoin::{PsbtClaims, PsbtPayload, htlc_script, judge};
use countersign::units::UnixSeconds;
use libfuzzer_sys::fuzz_target;

const NOW: UnixSeconds = UnixSeconds::new(1_760_000_000);
const OUR_KEY: &str = "025b9cfa2c86df4acc966fa972fef28f8f0d7a7868f4b7aebb92c4cc263e628989";
const CLAIM_KEY: &str = "02466d7fcae563e5cb09a0d1870bb580344804617879a14949cf22285f1bae3f27";
const CHANGE: &str = "0014d9339fb3f6d9a7625a7bb7ce1f9dfe86d397f6f6";
/// Our coins: txid as it is written, sats, script.
const COINS: [(&str, u64, &str); 3] = [
    ("40d6ccddf9d8652afedc010ebe5f6d7fbdab20e778fb86aafae16cba284f8cde", 300_000, CHANGE),
    (
        "1384111d582542d085bed7498f1f725e7e6b0e30d5e5595fc01246a889b8d15f",
        250_000,
        "5120a6ec90bd01fd3a3bb5fe4d016848d6eca06d45d392e7e8a7f9718b002d3570b7",
    ),
    (
        "b11391ceb0fe102c826ce1e9779ce3196655274f51ab35122c4a645efae91d6e",
        9_000,
        "a914ad3f852c5e608e1be2d9e8370d47d2f1d934ccff87",
    ),
];

static P2WSH: LazyLock<HtlcTerms> =
    LazyLock::new(|| terms("htlc-p2wsh-v1", |key| HtlcKey::Compressed(bytes(key))));
static P2TR: LazyLock<HtlcTerms> =
    LazyLock::new(|| terms("htlc-p2tr-v1", |key| HtlcKey::XOnly(bytes(key.split_at(2).1))));

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).expect("a constant").try_into().expect("a constant")
}

fn coin((txid, sats, script): (&str, u64, &str)) -> Coin {
    let mut txid: [u8; 32] = bytes(txid);
    txid.reverse();
    Coin {
        id: CoinId { txid, vout: 1 },
        amount: Sats::new(sats).expect("a constant"),
        script_pubkey: hex::decode(script).expect("a constant"),
        public_key: None,
    }
}

fn terms(template: &str, key: fn(&str) -> HtlcKey) -> HtlcTerms {
    HtlcTerms {
        network: BitcoinNetwork::Regtest,
        public_key: bytes(OUR_KEY),
        coins: COINS.into_iter().map(coin).collect(),
        htlc: HtlcSpec {
            template: template.to_owned(),
            amount: Sats::new(510_000).expect("a constant"),
            secret_hash: bytes("4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0"),
            locktime: 900_144,
            claim_key: key(CLAIM_KEY),
            refund_key: key(OUR_KEY),
            internal_key: None,
            derived: DerivedHtlc::default(),
        },
        change_script: hex::decode(CHANGE).expect("a constant"),
        max_fee: Sats::new(1_000).expect("a constant"),
        max_fee_rate: None,
        stressed_fee_rate: 50,
        max_locktime: 900_144,
        current_height: 900_000,
        allowed_sighash: vec![SighashKind::All, SighashKind::Default],
        foreign_inputs: ForeignInputs::WitnessUtxo,
        min_confirmations: 1,
        deadline: None,
        max_deadline: UnixSeconds::new(2_000_000_000),
        require_facts: vec![],
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((bits, psbt)) = data.split_first() else { return };
    let terms = if bits >> 7 == 1 { &*P2TR } else { &*P2WSH };
    let inputs: Vec<usize> = (0..7).filter(|input| bits >> input & 1 == 1).collect();
    let payload = format!(r#"{{"psbt":"{}","inputs":{inputs:?}}}"#, STANDARD.encode(psbt));
    let payload = PsbtPayload::new(payload);
    let Ok(judgement) = judge(&payload, terms, &BitcoinFacts::default(), NOW) else { return };
    let claims = PsbtClaims::read(&payload);
    let script = htlc_script(terms).expect("honest terms").expect("a template");
    assert_eq!(claims.pays.iter().filter(|pays| **pays == script).count(), 1);
    let listed: Vec<CoinId> = inputs.iter().map(|input| claims.spends[*input]).collect();
    assert!(listed.len() == 3 && terms.coins.iter().all(|coin| listed.contains(&coin.id)));
    assert_eq!(judgement.digests().len(), 3);
    let _ = judgement.statement().to_string();
    assert!(judgement.refund_recipe().is_possible(terms.stressed_fee_rate));
    if let Ok(psbt) = Psbt::deserialize(psbt) {
        check_amounts(&psbt, terms, &script);
    }
});

/// What we put in is at most what goes into the output and our change, and the agreed fee.
fn check_amounts(psbt: &Psbt, terms: &HtlcTerms, script: &[u8]) {
    let paid = |script: &[u8]| -> u64 {
        let outputs = psbt.unsigned_tx.output.iter();
        let ours = outputs.filter(|output| output.script_pubkey.as_bytes() == script);
        ours.map(|output| output.value.to_sat()).sum()
    };
    assert_eq!(paid(script), terms.htlc.amount.value());
    let put_in: u64 = terms.coins.iter().map(|coin| coin.amount.value()).sum();
    let left = paid(script) + paid(&terms.change_script) + terms.max_fee.value();
    assert!(put_in <= left, "{put_in} in, {left} back, agreed or for the fee");
}
