//! Swaps from Solana, and the forms that their keys have.

use std::fs;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

use crate::served::Served;
use crate::swap::lots;
use crate::{json, private_file, run, stderr, stdout};

#[test]
fn a_swap_from_solana_costs_what_was_agreed_and_nothing_more() {
    for (from, lots_paid) in
        [("SOL@solana", 1_000_000_000), ("USDC@solana", 100_000_000), ("PYUSD@solana", 100_000_000)]
    {
        let output = run(&["swap", "--sandbox", "--json", "--from", from], "");
        assert_eq!(output.status.code(), Some(0), "{from}: {}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["status"], "Finished", "{from}");
        let (before, after) = (&report["balances"]["before"], &report["balances"]["after"]);
        for token in ["SOL@solana", "USDC@solana", "PYUSD@solana"] {
            let paid = lots(before, "owner", token) - lots(after, "owner", token);
            assert_eq!(paid, if token == from { lots_paid } else { 0 }, "{token} for {from}");
        }
        let gained = |balances| lots(balances, "recipient", "USDC@ethereum");
        assert!(gained(after) > gained(before), "{from}");
        assert!(report["executions"].to_string().contains("\"solana\""), "{report}");
    }
}

/// The two halves of a key pair, as wallets keep them one after the other.
fn pair(seed: &[u8]) -> Vec<u8> {
    let key = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
    [seed, key.public_key().as_ref()].concat()
}

fn list(bytes: &[u8]) -> String {
    serde_json::to_string(bytes).unwrap()
}

#[test]
fn a_key_is_read_in_each_form_that_is_in_use() {
    let server = Served::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let seed = fs::read_to_string(server.path("solana-key")).unwrap();
    let digits = seed.strip_prefix("0x").unwrap();
    let pair = pair(&hex::decode(digits).unwrap());
    for (form, text) in [
        ("seed with 0x", seed.clone()),
        ("seed", digits.to_owned()),
        ("seed between white space", format!("\t{seed} \n")),
        ("base58", bs58::encode(&pair).into_string()),
        ("base58 with a line break", format!("\n{}\n", bs58::encode(&pair).into_string())),
        ("list", list(&pair)),
        ("list behind a line break", format!("\n{}\n", list(&pair))),
        ("list over lines", list(&pair).replace(',', ",\r\n  ")),
    ] {
        let path = private_file(folder.path(), "key", &text);
        let mine = ["--key-file", path.as_str(), "--amount", "0.1", "--json"];
        let output = server.swap("Solana", &mine);
        assert_eq!(output.status.code(), Some(0), "{form}: {}", stderr(&output));
        assert_eq!(json(&output)["status"], "Finished", "{form}");
    }
}

#[test]
fn a_wrong_key_is_bad_input_and_not_shown() {
    let server = Served::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let (seed, other) = ([0xa5; 32], pair(&[0x5a; 32]));
    let digits = hex::encode(seed);
    let whole = pair(&seed);
    let halves = [&seed[..], &other[32..]].concat();
    let base58 = |bytes: &[u8]| bs58::encode(bytes).into_string();
    let (seed_form, base58_form) = ("seed of 64 hex digits", "key pair of 64 bytes in base58");
    let (list_form, torn) = ("JSON list of 64 bytes", "do not belong together");
    for (text, told) in [
        (digits.replacen('a', "g", 1), seed_form),
        (format!("0x{}", digits.replacen('a', "g", 1)), seed_form),
        (digits[1..].to_owned(), base58_form),
        (base58(&whole[1..]), base58_form),
        (format!("{}0", base58(&whole)), base58_form),
        (base58(&halves), torn),
        (list(&whole[1..]), list_form),
        (list(&whole).replacen("165", "256", 1), list_form),
        (format!("\n{}", list(&whole).replacen("165", "1e2", 1)), list_form),
        (format!("\n{}", list(&halves)), torn),
        (String::new(), base58_form),
    ] {
        let path = private_file(folder.path(), "wrong", &text);
        let output = server.swap("Solana", &["-vvv", "--json", "--key-file", &path]);
        assert_eq!(output.status.code(), Some(2), "{told}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert!(json(&output)["message"].as_str().unwrap().starts_with(&path));
        let all = format!("{}{}", stdout(&output), stderr(&output));
        // Not even a few characters of it, in the form of the file or in another.
        for part in ["a5a5", "165,165", &base58(&whole)[..8], &base58(&halves)[..8]] {
            assert!(!all.contains(part), "{part}: {all}");
        }
    }
}
