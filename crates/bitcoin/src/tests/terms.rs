//! Reads the terms of a vector.

use countersign_approval::{
    BitcoinFacts, BitcoinNetwork, Coin, CoinId, DerivedHtlc, Fact, ForeignInputs, HtlcKey,
    HtlcSpec, HtlcTerms, Sats, SighashKind,
};
use countersign_units::UnixSeconds;
use serde_json::Value;

pub(super) const NOW: UnixSeconds = UnixSeconds::new(1_760_000_000);

pub(super) fn bytes(value: &Value) -> Option<Vec<u8>> {
    value.as_str().map(|text| hex::decode(text).unwrap())
}

pub(super) fn array<const N: usize>(value: &Value) -> Option<[u8; N]> {
    bytes(value).map(|bytes| bytes.try_into().unwrap())
}

fn sats(value: &Value) -> Sats {
    Sats::new(value.as_u64().unwrap()).unwrap()
}

fn number(value: &Value) -> u32 {
    value.as_u64().unwrap().try_into().unwrap()
}

pub(super) fn read(terms: &Value) -> HtlcTerms {
    let allowed = terms["allowed_sighash"].as_array().unwrap();
    HtlcTerms {
        network: terms["network"].as_str().unwrap().parse::<BitcoinNetwork>().unwrap(),
        public_key: array(&terms["public_key"]).unwrap(),
        coins: terms["coins"].as_array().unwrap().iter().map(coin).collect(),
        htlc: htlc(&terms["htlc"]),
        change_script: bytes(&terms["change_script"]).unwrap(),
        max_fee: sats(&terms["max_fee_sats"]),
        max_fee_rate: terms["max_fee_rate"].as_u64(),
        stressed_fee_rate: terms["stressed_fee_rate"].as_u64().unwrap_or(50),
        max_locktime: number(&terms["max_locktime"]),
        current_height: number(&terms["current_height"]),
        allowed_sighash: allowed
            .iter()
            .map(|name| match name.as_str().unwrap() {
                "SIGHASH_ALL" => SighashKind::All,
                "SIGHASH_DEFAULT (taproot)" => SighashKind::Default,
                other => panic!("{other}"),
            })
            .collect(),
        foreign_inputs: match terms["foreign_inputs"].as_str() {
            None => ForeignInputs::WitnessUtxo,
            Some("refuse") => ForeignInputs::Refuse,
            Some("previous_tx") => ForeignInputs::PreviousTx,
            Some(other) => panic!("{other}"),
        },
        min_confirmations: 1,
        deadline: None,
        max_deadline: UnixSeconds::new(u64::MAX),
        require_facts: Vec::new(),
    }
}

fn coin_id(coin: &Value) -> CoinId {
    let mut txid: [u8; 32] = array(&coin["txid"]).unwrap();
    txid.reverse();
    CoinId { txid, vout: number(&coin["vout"]) }
}

fn coin(coin: &Value) -> Coin {
    Coin {
        id: coin_id(coin),
        amount: sats(&coin["amount"]),
        script_pubkey: bytes(&coin["script_pubkey"]).unwrap(),
        public_key: None,
    }
}

fn htlc(htlc: &Value) -> HtlcSpec {
    let key = |compressed: &str, x_only: &str| match array(&htlc[compressed]) {
        Some(bytes) => HtlcKey::Compressed(bytes),
        None => HtlcKey::XOnly(array(&htlc[x_only]).unwrap()),
    };
    let text = |name: &str| htlc[name].as_str().map(str::to_owned);
    HtlcSpec {
        template: text("template").unwrap(),
        amount: sats(&htlc["amount"]),
        secret_hash: array(&htlc["secret_hash"]).unwrap(),
        locktime: number(&htlc["locktime"]),
        claim_key: key("claim_pubkey", "claim_x_only"),
        refund_key: key("refund_pubkey", "refund_x_only"),
        internal_key: array(&htlc["internal_key"]),
        derived: DerivedHtlc {
            kind: text("kind"),
            address: text("address"),
            script_pubkey: bytes(&htlc["script_pubkey"]),
            witness_script: bytes(&htlc["witness_script"]),
            claim_leaf: bytes(&htlc["leaves"]["claim"]),
            refund_leaf: bytes(&htlc["leaves"]["refund"]),
            fast_leaf: bytes(&htlc["leaves"]["fast"]),
            merkle_root: array(&htlc["merkle_root"]),
            refund_control_block: bytes(&htlc["refund_control_block"]),
            fast_refund_control_block: bytes(&htlc["fast_refund_control_block"]),
        },
    }
}

/// Reads the facts of a line; a number of confirmations is that of every coin.
pub(super) fn facts(line: &Value, terms: &HtlcTerms) -> BitcoinFacts {
    let facts = &line["facts"];
    let list = |name: &str| facts[name].as_array();
    let confirmed = facts["confirmations"].as_u64().map(|count| u32::try_from(count).unwrap());
    BitcoinFacts {
        coins: list("coins").map(|coins| coins.iter().map(coin).collect()),
        confirmations: confirmed
            .map(|count| terms.coins.iter().map(|coin| (coin.id, count)).collect()),
        reserved: list("reserved").map(|coins| coins.iter().map(coin_id).collect()),
        height: facts["height"].as_u64().map(|height| height.try_into().unwrap()),
    }
}

/// Reads which facts a line requires.
pub(super) fn required(line: &Value) -> Vec<Fact> {
    let names = line["require_facts"].as_array().into_iter().flatten();
    names.map(|name| serde_json::from_value(name.clone()).unwrap()).collect()
}

pub(super) fn no_facts() -> BitcoinFacts {
    BitcoinFacts::default()
}
