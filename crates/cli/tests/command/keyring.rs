//! Swaps that are signed by a keyring.

use serde_json::Value;

use crate::keys::{PASSPHRASE, Vault};
use crate::means::Means;
use crate::served::Served;
use crate::swap::lots;
use crate::{json, run, stderr, stdout};

const RING: &str = r#"
[sources.vault]
kind = "keystore"
path = "vault.json"
[keys.treasury]
source = "vault"
curve = "secp256k1"
chains = ["evm", "tron"]
environment = "sandbox"
[keys.hot]
source = "vault"
curve = "ed25519"
chains = ["solana"]
environment = "sandbox"
[accounts.customers]
source = "vault"
id = "seed"
path = "m/84'/1'/0'"
chains = ["bitcoin"]
environment = "sandbox"
receive = 3
"#;

/// A keystore that the command made, and a keyring over it.
struct Ring {
    vault: Vault,
    path: String,
}

impl Ring {
    fn new() -> Self {
        let vault = Vault::new();
        vault.done(&["new", "treasury", "--curve", "secp256k1"]);
        vault.done(&["new", "hot", "--curve", "ed25519"]);
        vault.done(&["new", "seed", "--show-words", "--environment", "sandbox"]);
        let path = vault.file("ring.toml", RING);
        Self { vault, path }
    }

    fn options(&self) -> [&str; 4] {
        ["--keyring", &self.path, "--passphrase-file", &self.vault.passphrase]
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        run(&[arguments, &self.options()].concat(), "")
    }
}

#[test]
fn a_keystore_that_was_made_here_swaps_from_each_chain_in_the_sandbox() {
    let ring = Ring::new();
    for (from, owner) in [
        ("USDC@ethereum", None),
        ("USDT@tron", None),
        ("USDC@solana", None),
        ("SOL@solana", Some("hot")),
        ("BTC@bitcoin", Some("customers/0/2")),
    ] {
        let owner = owner.map(|owner| ["--owner", owner]);
        let swap = ["swap", "--sandbox", "--json", "-vvv", "--to", "USDC@base", "--from", from];
        let output = ring.run(&[&swap[..], owner.as_ref().map_or(&[], |it| &it[..])].concat());
        assert_eq!(output.status.code(), Some(0), "{from}: {}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["status"], "Finished", "{from}");
        let (before, after) = (&report["balances"]["before"], &report["balances"]["after"]);
        assert!(lots(before, "owner", from) > lots(after, "owner", from), "{from}");
        let all = format!("{}{}", stdout(&output), stderr(&output));
        assert!(all.contains("DEBUG"), "the log is not loud");
        assert!(!all.contains(PASSPHRASE) && !all.contains("AGE ENCRYPTED"), "{from}");
    }
}

#[test]
fn whoever_pays_in_the_sandbox_is_an_account_of_the_keyring() {
    let ring = Ring::new();
    let output = ring.run(&["swap", "--sandbox", "--json"]);
    let held = json(&output)["balances"]["after"].as_array().unwrap().clone();
    let owner = held.iter().find(|held| held["party"] == "owner").unwrap();
    assert_eq!(ring.vault.listed("treasury", "evm"), [owner["address"].as_str().unwrap()]);
    let output = ring.run(&["allowance", "revoke", "--sandbox", "--token", "USDC", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(ring.vault.listed("treasury", "evm"), [json(&output)["owner"].as_str().unwrap()]);
}

#[test]
fn an_intent_is_signed_by_a_key_that_may_and_the_best_offer_is_taken() {
    let ring = Ring::new();
    let text = RING.replace("\"tron\"]", "\"tron\", \"near\"]");
    let text = text.replace("[\"solana\"]", "[\"solana\", \"near\"]");
    ring.vault.file("ring.toml", &text);
    for (from, options) in [
        ("USDC@ethereum", &["--api", "oneclick", "--signed-intent", "erc191"][..]),
        ("USDT@tron", &["--api", "aurora", "--signed-intent", "tip191"]),
        ("USDC@solana", &["--api", "oneclick", "--signed-intent", "nep413"]),
        ("USDC@ethereum", &["--api", "oneclick"]),
        ("USDC@solana", &["--best"]),
    ] {
        let swap = ["swap", "--sandbox", "--json", "--to", "USDC@base", "--from", from];
        let output = ring.run(&[&swap[..], options].concat());
        assert_eq!(output.status.code(), Some(0), "{from} {options:?}: {}", stderr(&output));
        assert_eq!(json(&output)["status"], "Finished", "{from} {options:?}");
    }
}

#[test]
fn a_key_that_may_sign_no_intents_is_named() {
    let ring = Ring::new();
    for options in [&["--from", "USDC@ethereum"][..], &["--owner", "treasury"]] {
        let swap = ["swap", "--sandbox", "--api", "oneclick", "--signed-intent", "erc191"];
        let output = ring.run(&[&swap[..], options].concat());
        assert_eq!(output.status.code(), Some(2), "{options:?}: {}", stderr(&output));
        let told = "the key treasury does not sign for near, which --signed-intent takes";
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
}

#[test]
fn coins_come_back_by_a_key_of_the_keyring() {
    let ring = Ring::new();
    let swap = ["swap", "--sandbox", "--resolver-fails", "--from", "BTC@bitcoin"];
    let output = ring.run(&[&swap[..], &["--owner", "customers/0/1"]].concat());
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert_eq!(stdout(&output).lines().last(), Some("Refunded"), "{}", stdout(&output));
}

#[test]
fn a_batch_pays_from_each_account_of_the_keyring() {
    let ring = Ring::new();
    let lines: Vec<String> = [("USDC@ethereum", "treasury"), ("BTC@bitcoin", "customers/0/0")]
        .into_iter()
        .chain([("BTC@bitcoin", "customers/0/1"), ("USDC@solana", "hot")])
        .enumerate()
        .map(|(number, (from, owner))| {
            let amount = if from == "BTC@bitcoin" { "0.005" } else { "10" };
            serde_json::json!({
                "key": format!("k{number}"), "from": from, "to": "USDC@base", "amount": amount,
                "owner": owner,
            })
            .to_string()
        })
        .collect();
    let batch = ring.vault.file("batch.jsonl", &lines.join("\n"));
    let output = ring.run(&["swap", "--sandbox", "--json", "--batch", &batch]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let states = stdout(&output).lines().map(|line| {
        let swap: Value = serde_json::from_str(line).unwrap();
        swap["state"].as_str().unwrap().to_owned()
    });
    assert_eq!(states.collect::<Vec<_>>(), ["finished"; 4]);
}

#[test]
fn who_may_not_sign_or_is_not_told_is_refused_before_anything_is_asked_for() {
    let ring = Ring::new();
    let evm = "chains = [\"evm\", \"tron\"]";
    for ((from, to), arguments, told) in [
        (("", ""), &["--from", "BTC@bitcoin"][..], "several of the keyring sign on bitcoin"),
        (("", ""), &["--owner", "hot"], "the key hot does not sign for evm"),
        ((evm, "chains = [\"tron\"]"), &[], "expected a key for \"ethereum\", found none"),
        (
            (evm, "chains = [\"evm\"]\nnetworks = [\"base\"]"),
            &[],
            "the key treasury does not sign for ethereum",
        ),
        (
            ("\"sandbox\"", "\"mainnet\""),
            &["--owner", "treasury"],
            "the key treasury signs on mainnet, this is on sandbox",
        ),
        (("\"sandbox\"", "\"mainnet\""), &[], "the key treasury signs on mainnet"),
    ] {
        let text = if from.is_empty() { RING.to_owned() } else { RING.replace(from, to) };
        let path = ring.vault.file("other.toml", &text);
        let own = ["--keyring", &path, "--passphrase-file", &ring.vault.passphrase];
        let output = run(&[&["swap", "--sandbox", "--json"], arguments, &own].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{told}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
        assert!(json(&output)["message"].as_str().unwrap().contains(told), "{told}");
    }
}

#[test]
fn a_passphrase_that_is_wrong_or_not_told_begins_nothing() {
    let ring = Ring::new();
    let wrong = ring.vault.file("wrong", "wrong wrong");
    for (options, told) in [
        (&["--passphrase-file", wrong.as_str()][..], "keystore: the passphrase is wrong"),
        (&[], "expected --passphrase-file, --passphrase-command, or a terminal"),
        (&["--passphrase-file", "hsm=x"], "there is no source \"hsm\""),
    ] {
        let swap = ["swap", "--sandbox", "--json", "--keyring", &ring.path];
        let output = run(&[&swap[..], options].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{told}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
    let output = run(&["swap", "--sandbox", "--passphrase-file", &wrong], "");
    assert_eq!(output.status.code(), Some(2), "it opens nothing: {}", stderr(&output));
}

/// A server's accounts, in a keystore.
fn imported(server: &Served) -> Vault {
    let vault = Vault::new();
    for (name, file, curve) in [
        ("ethereum", "key", "secp256k1"),
        ("bitcoin", "coin-key", "secp256k1"),
        ("solana", "solana-key", "ed25519"),
    ] {
        let from = server.path(file);
        let import = ["import", name, "--form", "hex", "--curve", curve, "--from", &from];
        vault.done(&import);
    }
    let key = |name: &str, curve: &str, chain: &str| {
        format!(
            "[keys.{name}]\nsource = \"vault\"\ncurve = \"{curve}\"\nchains = [\"{chain}\"]\n\
             environment = \"sandbox\"\n"
        )
    };
    let keys = key("ethereum", "secp256k1", "evm") + &key("bitcoin", "secp256k1", "bitcoin");
    let keys = keys + &key("solana", "ed25519", "solana");
    let source = "[sources.vault]\nkind = \"keystore\"\npath = \"vault.json\"\n";
    vault.file("ring.toml", &format!("{source}{keys}"));
    vault
}

#[test]
fn keys_that_were_imported_swap_with_a_server() {
    let server = Served::start(&[]);
    let vault = imported(&server);
    let ring = vault.folder.path().join("ring.toml").display().to_string();
    for source in ["Ethereum", "Bitcoin", "Solana"] {
        let mut words = server.command(source);
        let place = words.iter().position(|word| word == "--key-file").unwrap();
        words.drain(place..place + 2);
        let own = ["--keyring", &ring, "--passphrase-file", &vault.passphrase];
        let words = words.iter().map(String::as_str).chain(own).collect::<Vec<_>>();
        let output = run(&words, "");
        assert_eq!(output.status.code(), Some(0), "{source}: {}", stderr(&output));
        assert_eq!(stdout(&output), "Finished\n", "{source}");
    }
}

#[test]
fn a_swap_of_a_journal_is_carried_on_and_called_off_by_a_keyring() {
    let means = Means::new();
    let vault = imported(&means.server);
    let ring = vault.folder.path().join("ring.toml").display().to_string();
    let own = ["--keyring", &ring, "--passphrase-file", &vault.passphrase];
    let mut options = means.options();
    while let Some(place) = options.iter().position(|word| word == "--key-file") {
        options.drain(place..place + 2);
    }
    let with = |arguments: &[&str]| {
        let options = options.iter().map(String::as_str).chain(own);
        run(&arguments.iter().copied().chain(options).collect::<Vec<_>>(), "")
    };
    let recipient = means.server.option("Ethereum", "--recipient");
    let swap = ["swap", "--key", "k1", "--recipient", &recipient, "--timeout", "0", "--json"];
    let output = with(&swap);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let output = with(&["resume"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("finished"), "{}", stdout(&output));
    let output = with(&["cancel", "k1"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("its approval was used"), "{}", stderr(&output));
}
