//! The cases of BIP-174 and BIP-371, where they are at hand.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::decode::decode;

fn cases() -> Option<Value> {
    let folder = PathBuf::from(std::env::var_os("COUNTERSIGN_FIXTURES")?);
    let text = std::fs::read_to_string(folder.join("vectors/btc-psbt-official.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn valid_ones_parse_and_invalid_ones_are_refused() {
    let Some(cases) = cases() else {
        println!("skipped: needs COUNTERSIGN_FIXTURES");
        return;
    };
    let (mut valid, mut invalid) = (0, 0);
    for (set, cases) in cases["sets"].as_object().unwrap() {
        for case in cases.as_array().unwrap() {
            let Some(text) = case["base64"].as_str() else { continue };
            let parses = STANDARD.decode(text).is_ok_and(|bytes| decode(&bytes).is_ok());
            match case["expect"].as_str().unwrap() {
                "invalid" => {
                    assert!(!parses, "{set}: {}", case["case"]);
                    invalid += 1;
                }
                // A PSBT of version 2 is right in itself, and refused.
                "valid" if set == "bip370" => assert!(!parses, "{set}: {}", case["case"]),
                "valid" => {
                    assert!(parses, "{set}: {}", case["case"]);
                    valid += 1;
                }
                _ => {}
            }
        }
    }
    assert!(valid >= 15 && invalid >= 50, "{valid} valid, {invalid} invalid");
}
