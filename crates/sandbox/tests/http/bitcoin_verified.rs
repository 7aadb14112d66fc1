//! The answers as a client that verifies sees them: honest ones pass, and each lie is noticed for
//! the reason that its vectors give.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::hashes::Hash;
use countersign_approval::{
    BitcoinFacts, BitcoinNetwork, Coin, CoinId, DerivedHtlc, ForeignInputs, HtlcKey, HtlcSpec,
    HtlcTerms, Sats, SighashKind,
};
use countersign_bitcoin::{PsbtPayload, VerifyError, judge};
use countersign_sandbox::{HtlcTemplate, SandboxConfig, Tamper};
use countersign_units::UnixSeconds;
use serde_json::Value;

use crate::bitcoin::{ACCOUNTS, Swap, public_key, quick};
use crate::client::{Dialect, send};

const VECTORS: &str = include_str!("../../../../tests/vectors/refuse.jsonl");

/// What a client agreed to: pinned values, its own view of its coins, and what only the answer
/// tells.
async fn terms(swap: &Swap, intent: &Value, template: HtlcTemplate) -> HtlcTerms {
    let key = public_key(&swap.user);
    let (claim, refund) = (claim_key(swap), key.serialize());
    let form = |compressed: [u8; 33]| match template {
        HtlcTemplate::P2trV1 => HtlcKey::XOnly(HtlcKey::Compressed(compressed).x_only()),
        _ => HtlcKey::Compressed(compressed),
    };
    let hash = intent["secret_hash"].as_str().unwrap().strip_prefix("0x").unwrap();
    let deadline = intent["deadline_at"].as_u64().unwrap();
    let locktime = intent["params_to_sign"]["locktime"].as_u64().unwrap();
    HtlcTerms {
        network: BitcoinNetwork::Regtest,
        public_key: key.serialize(),
        coins: coins(swap, intent).await,
        htlc: HtlcSpec {
            template: template.name().to_owned(),
            amount: Sats::new(25_000_000).unwrap(),
            secret_hash: hex::decode(hash).unwrap().try_into().unwrap(),
            locktime: locktime.try_into().unwrap(),
            claim_key: form(claim),
            refund_key: form(refund),
            internal_key: None,
            derived: DerivedHtlc::default(),
        },
        change_script: owner_script(swap),
        max_fee: Sats::new(20_000).unwrap(),
        max_fee_rate: Some(100),
        stressed_fee_rate: 50,
        max_locktime: now().saturating_add(86_400).try_into().unwrap(),
        current_height: 100,
        allowed_sighash: vec![SighashKind::All, SighashKind::Default],
        foreign_inputs: ForeignInputs::WitnessUtxo,
        min_confirmations: 1,
        deadline: Some(UnixSeconds::new(deadline)),
        max_deadline: UnixSeconds::new(now().saturating_add(3_600)),
        require_facts: Vec::new(),
    }
}

fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn owner_script(swap: &Swap) -> Vec<u8> {
    let address = swap.user.address.parse::<bitcoin::Address<_>>().unwrap().assume_checked();
    address.script_pubkey().into_bytes()
}

/// Reads the pinned key out of the registry.
fn claim_key(swap: &Swap) -> [u8; 33] {
    let registry = swap.sandbox.registry_toml();
    let list = registry.split("claim_keys = [\"").nth(1).unwrap();
    hex::decode(&list[..66]).unwrap().try_into().unwrap()
}

/// Asks the chain which coins of the owner a PSBT spends. What can't be read spends none.
async fn coins(swap: &Swap, intent: &Value) -> Vec<Coin> {
    let path = format!("GET /esplora/bitcoin/address/{}/utxo", swap.user.address);
    let listed = send(&swap.sandbox, &path, None, "").await.json();
    let text = intent["params_to_sign"]["psbt"].as_str().unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap();
    let spent: BTreeSet<String> = bitcoin::Psbt::deserialize(&bytes)
        .map(|psbt| psbt.unsigned_tx.input)
        .unwrap_or_default()
        .iter()
        .map(|input| input.previous_output.to_string())
        .collect();
    let coin = |found: &Value| {
        let (txid, vout) = (found["txid"].as_str().unwrap(), found["vout"].as_u64().unwrap());
        spent.contains(&format!("{txid}:{vout}")).then(|| Coin {
            id: CoinId {
                txid: txid.parse::<bitcoin::Txid>().unwrap().to_byte_array(),
                vout: vout.try_into().unwrap(),
            },
            amount: Sats::new(found["value"].as_u64().unwrap()).unwrap(),
            script_pubkey: owner_script(swap),
            public_key: None,
        })
    };
    listed.as_array().unwrap().iter().filter_map(coin).collect()
}

/// Opens a swap and judges its answer; returns the codes of what is wrong with it.
async fn judged(config: SandboxConfig, account: &str) -> BTreeSet<String> {
    let template = config.htlc_template;
    let swap = Swap::new(config, Dialect::G2, account).await;
    let intent = swap.open().await;
    let terms = terms(&swap, &intent, template).await;
    let payload = PsbtPayload::new(intent.to_string());
    match judge(&payload, &terms, &BitcoinFacts::default(), UnixSeconds::new(now())) {
        Ok(_) => BTreeSet::new(),
        Err(VerifyError::Refused(refusal)) => {
            refusal.violations().iter().map(|found| found.code.as_str().to_owned()).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

/// Lists, by kind of refused vector, the codes that are right.
fn codes() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::<String, BTreeSet<String>>::new();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    for line in VECTORS.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(id) = line["id"].as_str().unwrap().strip_prefix("btc-") else { continue };
        let kind = id.split_once("-x-").map_or(id, |(_, kind)| kind);
        let codes = all.entry(kind.to_owned()).or_default();
        codes.extend(text(&line["reason_code"]));
        codes.extend(line["reason_codes_ok"].as_array().into_iter().flatten().filter_map(text));
    }
    all
}

#[tokio::test]
async fn an_honest_answer_passes() {
    for template in HtlcTemplate::ALL {
        for account in ACCOUNTS {
            let found = judged(quick(template), account).await;
            assert_eq!(found, BTreeSet::new(), "{account} {template:?}");
        }
    }
}

#[tokio::test]
async fn each_lie_is_noticed_for_the_reason_of_its_vectors() {
    let codes = codes();
    for (at, tamper) in Tamper::BITCOIN.iter().copied().enumerate() {
        let template = HtlcTemplate::ALL[if tamper.needs_taproot() { 1 } else { at % 2 }];
        let account = if tamper.needs_taproot() { "taproot" } else { ACCOUNTS[at % 3] };
        let config = SandboxConfig { tamper: Some(tamper), ..quick(template) };
        let found = judged(config, account).await;
        let mut right: BTreeSet<&String> =
            tamper.vector_kinds().iter().flat_map(|kind| &codes[*kind]).collect();
        // Whoever takes coins as the chain shows them sees what a larger one costs.
        let fee = "fee".to_owned();
        if tamper == Tamper::BtcLargerCoin {
            right.insert(&fee);
        }
        let noticed = found.iter().any(|code| right.contains(code));
        assert!(noticed, "{tamper} {account} {template:?}: expected {right:?}, found {found:?}");
    }
}
