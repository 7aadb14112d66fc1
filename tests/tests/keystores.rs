//! What our keystores export is opened by the software that others use.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use countersign::keys::{Curve, ImportedSecret, OpenKeystore, Web3Cost};
use serde_json::{Value, json};

/// Names the folder with that software and the program that opens by it.
const VARIABLE: &str = "COUNTERSIGN_KEYSTORES";
const KEYS: [(&str, &str); 2] = [
    ("0000000000000000000000000000000000000000000000000000000000000001", "tiny"),
    ("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d", "usual"),
];
const PASSPHRASES: [&str; 2] = ["correct horse battery staple", "Füße ☂"];

/// What was exported, and what is to be found in it.
struct Export {
    line: Value,
    key: &'static str,
}

fn exports() -> Vec<Export> {
    let mut keystore = OpenKeystore::new();
    for (key, id) in KEYS {
        for curve in [Curve::Secp256k1, Curve::Ed25519] {
            let secret = ImportedSecret::hex(curve, key).unwrap();
            keystore.add(&format!("{id}-{curve}"), &secret).unwrap();
        }
    }
    let mut exports = Vec::new();
    for (key, id) in KEYS {
        let (secp256k1, ed25519) = (format!("{id}-secp256k1"), format!("{id}-ed25519"));
        for passphrase in PASSPHRASES {
            let secret = passphrase.to_owned().into();
            let text = keystore.export_web3(&secp256k1, &secret, Web3Cost::Light).unwrap();
            let line = json!({ "form": "web3", "text": text, "passphrase": passphrase });
            exports.push(Export { line, key });
        }
        for test_network in [false, true] {
            let text = keystore.export_wif(&secp256k1, test_network).unwrap();
            exports.push(Export { line: json!({ "form": "wif", "text": *text }), key });
        }
        let text = keystore.export_solana(&ed25519).unwrap();
        exports.push(Export { line: json!({ "form": "solana", "text": *text }), key });
    }
    exports
}

/// Has the other software open each line.
fn open(folder: &Path, lines: &[String]) -> Vec<Value> {
    let mut command = Command::new("node");
    command.arg("open.mjs").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = command.spawn().unwrap();
    let mut input = node.stdin.take().unwrap();
    input.write_all(lines.join("\n").as_bytes()).unwrap();
    drop(input);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "node failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn other_software_opens_what_we_write() {
    let Some(folder) = std::env::var_os(VARIABLE) else {
        println!("skipped: needs npm");
        return;
    };
    let exports = exports();
    let lines: Vec<String> = exports.iter().map(|export| export.line.to_string()).collect();
    let opened = open(Path::new(&folder), &lines);
    assert_eq!(opened.len(), exports.len());
    for (export, opened) in exports.iter().zip(opened) {
        let form = &export.line["form"];
        assert_eq!(opened["key"], export.key, "{form}");
        assert!(opened["address"].as_str().is_some_and(|address| !address.is_empty()), "{form}");
    }
}
