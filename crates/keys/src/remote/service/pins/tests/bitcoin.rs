use countersign_approval::{
    BitcoinNetwork, DerivedHtlc, ForeignInputs, HtlcKey, HtlcPins, HtlcSpec, HtlcTerms, Sats,
    SighashKind,
};
use countersign_units::UnixSeconds;

use super::super::{of_bitcoin, of_htlc};
use super::{network, refused};

fn pins() -> HtlcPins {
    network("bitcoin").htlc.unwrap()
}

#[test]
fn coins_are_locked_for_a_pinned_key_by_a_pinned_template() {
    let pins = pins();
    let honest = htlc(HtlcKey::Compressed(pins.claim_keys[0]));
    of_htlc(&pins, &honest).unwrap();
    // In a taproot output the same key is its x coordinate alone.
    let [_, x @ ..] = pins.claim_keys[0];
    of_htlc(&pins, &htlc(HtlcKey::XOnly(x))).unwrap();
    let mut other_sign = pins.claim_keys[0];
    other_sign[0] ^= 1;
    refused(of_htlc(&pins, &htlc(HtlcKey::Compressed(other_sign))), "claim_keys");
    let other = |change: &dyn Fn(&mut HtlcTerms)| {
        let mut terms = honest.clone();
        change(&mut terms);
        of_htlc(&pins, &terms)
    };
    refused(other(&|terms| terms.network = BitcoinNetwork::Mainnet), "network");
    refused(other(&|terms| terms.htlc.template = "htlc-v0".to_owned()), "htlc_templates");
    refused(other(&|terms| terms.htlc.claim_key = HtlcKey::XOnly([7; 32])), "claim_keys");
    refused(other(&|terms| terms.htlc.claim_key = HtlcKey::Compressed([2; 33])), "claim_keys");
    refused(other(&|terms| terms.htlc.internal_key = Some(x)), "internal_key");
    let mut unpinned = pins.clone();
    unpinned.claim_keys.clear();
    refused(of_htlc(&unpinned, &honest), "claim_keys");
}

#[test]
fn a_payment_is_on_the_pinned_network() {
    of_bitcoin(&pins(), BitcoinNetwork::Regtest).unwrap();
    for other in [BitcoinNetwork::Mainnet, BitcoinNetwork::Testnet, BitcoinNetwork::Signet] {
        refused(of_bitcoin(&pins(), other), "network");
    }
}

fn htlc(claim_key: HtlcKey) -> HtlcTerms {
    HtlcTerms {
        network: BitcoinNetwork::Regtest,
        public_key: [3; 33],
        coins: Vec::new(),
        htlc: HtlcSpec {
            template: "htlc-p2wsh-v1".to_owned(),
            amount: Sats::new(100_000).unwrap(),
            secret_hash: [7; 32],
            locktime: 1_000,
            claim_key,
            refund_key: HtlcKey::Compressed([3; 33]),
            internal_key: None,
            derived: DerivedHtlc::default(),
        },
        change_script: Vec::new(),
        max_fee: Sats::ZERO,
        max_fee_rate: None,
        stressed_fee_rate: 20,
        max_locktime: 2_000,
        current_height: 100,
        allowed_sighash: vec![SighashKind::All],
        foreign_inputs: ForeignInputs::Refuse,
        min_confirmations: 1,
        deadline: None,
        max_deadline: UnixSeconds::new(2_000_000_000),
        require_facts: Vec::new(),
    }
}
