use bitcoin::consensus::encode::deserialize;
use countersign_approval::{HtlcKey, Sats};
use serde_json::json;

use super::{cases, elements, terms_of};
use crate::tests::terms::{NOW, array, bytes, no_facts};
use crate::{PsbtPayload, VerifyError, judge};

/// Cases that the checks refuse, whatever the signature, each with a code of its refusal.
const REFUSED: [(&str, &str); 23] = [
    ("p2wpkh-1-inputs-regtest", "htlc_script"),
    ("p2wpkh-20-inputs-mainnet", "htlc_script"),
    ("p2sh-p2wpkh-3-inputs-testnet", "htlc_script"),
    ("p2tr-keyspend-3-inputs-testnet", "htlc_script"),
    ("p2wpkh-1-input-with-non-witness-utxo", "htlc_script"),
    ("p2wpkh-non-witness-utxo-only", "htlc_script"),
    ("p2pkh-legacy", "inputs_list"),
    ("p2tr-explicit-sighash-default-field", "htlc_script"),
    ("p2tr-explicit-sighash-all-field", "htlc_script"),
    ("p2tr-keyspend-with-script-tree-merkle-root", "taproot"),
    ("mixed-types-one-key", "inputs_list"),
    ("p2wpkh-different-key-per-input", "htlc_script"),
    ("p2wpkh-final-sequence-version-1", "malformed"),
    ("p2wsh-htlc-claim-with-preimage", "inputs_list"),
    ("p2wsh-htlc-refund-after-timelock", "inputs_list"),
    ("p2wsh-htlc-claim-mainnet-with-non-witness-utxo", "inputs_list"),
    ("p2wsh-htlc160-claim", "inputs_list"),
    ("p2wsh-htlc160-refund-csv", "inputs_list"),
    ("p2tr-htlc-claim-script-path", "taproot"),
    ("p2tr-htlc-refund-script-path", "taproot"),
    ("p2tr-htlc-fast-refund-cooperative", "taproot"),
    ("mixed-owner-resolver-p2tr-ours-p2wpkh", "htlc_script"),
    ("mixed-owner-counterparty-already-signed", "htlc_script"),
];

#[test]
fn the_checks_refuse_what_funds_nothing() {
    for (name, code) in REFUSED {
        let all = cases();
        let case = all.iter().find(|case| case["name"] == name).unwrap();
        let tx = hex::decode(case["unsigned_tx_hex"].as_str().unwrap()).unwrap();
        let terms = terms_of(case, &deserialize(&tx).unwrap());
        let payload = json!({"psbt": case["unsigned_psbt"], "inputs": case["inputs_to_sign"]});
        let judged = judge(&PsbtPayload::new(payload.to_string()), &terms, &no_facts(), NOW);
        let Err(VerifyError::Refused(refusal)) = judged else { panic!("{name}: {judged:?}") };
        let found = refusal.violations().iter().any(|found| found.code.as_str() == code);
        assert!(found, "{name}: {refusal}");
    }
}

#[test]
fn the_checks_accept_what_funds_an_htlc() {
    let mut count = 0;
    for case in cases().iter().filter(|case| case["name"].as_str().unwrap().starts_with("fund-")) {
        let tx = hex::decode(case["unsigned_tx_hex"].as_str().unwrap()).unwrap();
        let mut terms = terms_of(case, &deserialize(&tx).unwrap());
        for output in elements(&case["outputs"]) {
            let htlc = &output["htlc"];
            if output["role"] == "change" {
                terms.change_script = bytes(&output["script"]).unwrap();
                continue;
            }
            terms.htlc.amount = Sats::new(output["value"].as_u64().unwrap()).unwrap();
            terms.htlc.template = format!("htlc-{}-v1", htlc["kind"].as_str().unwrap());
            terms.htlc.secret_hash = array(&htlc["secret_hash"]).unwrap();
            terms.htlc.locktime = 900_000;
            terms.htlc.internal_key = array(&htlc["x_only_public_key"]);
            let key = |compressed: &str, x_only: &str| match array(&htlc[compressed]) {
                Some(bytes) => HtlcKey::Compressed(bytes),
                None => HtlcKey::XOnly(array(&htlc[x_only]).unwrap()),
            };
            terms.htlc.claim_key = key("claim_pubkey", "claim_x_only");
            terms.htlc.refund_key = key("refund_pubkey", "refund_x_only");
        }
        terms.current_height = 899_000;
        terms.max_fee = Sats::new(2_000).unwrap();
        let payload = json!({"psbt": case["unsigned_psbt"], "inputs": case["inputs_to_sign"]});
        let judged = judge(&PsbtPayload::new(payload.to_string()), &terms, &no_facts(), NOW);
        let digests: Vec<String> = judged
            .unwrap_or_else(|error| panic!("{}: {error}", case["name"]))
            .digests()
            .iter()
            .map(hex::encode)
            .collect();
        let expected: Vec<&str> = elements(&case["signatures"])
            .map(|signature| signature["digest"].as_str().unwrap())
            .collect();
        assert_eq!(digests, expected, "{}", case["name"]);
        count += 1;
    }
    assert_eq!(count + REFUSED.len(), cases().len());
}
