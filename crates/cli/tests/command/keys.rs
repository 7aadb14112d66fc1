//! `countersign keys`: what is made, imported, listed and tested, and what is never shown.

mod broken;
mod imported;
mod places;
mod terminal;
mod tested;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use tempfile::TempDir;

use crate::{json, private_file, run, stderr, stdout};

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// A folder with a keystore, and what opens it.
pub(crate) struct Vault {
    pub(crate) folder: TempDir,
    pub(crate) keystore: String,
    pub(crate) passphrase: String,
}

impl Vault {
    /// Begins with no keystore.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = private_file(folder.path(), "passphrase", &format!("{PASSPHRASE}\n"));
        let keystore = folder.path().join("vault.json").display().to_string();
        Self { folder, keystore, passphrase }
    }

    /// Writes a file that its owner alone can read, and returns its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        private_file(self.folder.path(), name, text)
    }

    /// Runs a command over the keystore that takes the passphrase, and little time to use it.
    pub(crate) fn keys(&self, arguments: &[&str]) -> Output {
        let own = ["--passphrase-file", &self.passphrase];
        let cheap: &[&str] = match arguments {
            ["new" | "import" | "derive", ..] => &["--work-factor", "14"],
            _ => &[],
        };
        self.open(&[arguments, &own, cheap].concat())
    }

    /// Runs a command over the keystore.
    pub(crate) fn open(&self, arguments: &[&str]) -> Output {
        run(&[&["keys"], arguments, &["--keystore", &self.keystore]].concat(), "")
    }

    /// Runs one that has to end well.
    pub(crate) fn done(&self, arguments: &[&str]) -> Output {
        let output = self.keys(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        output
    }

    /// Returns the address that the list shows of a key on a chain.
    pub(crate) fn listed(&self, name: &str, chain: &str) -> Vec<String> {
        let list = json(&self.open(&["list", "--json"]));
        let keys = list["keys"].as_array().unwrap().iter().filter(|key| key["name"] == name);
        let addresses = keys.flat_map(|key| key["addresses"].as_array().unwrap().clone());
        let of_chain = addresses.filter(|address| address["chain"] == chain);
        of_chain.map(|address| address["address"].as_str().unwrap().to_owned()).collect()
    }
}

fn all(output: &Output) -> String {
    format!("{}{}", stdout(output), stderr(output))
}

#[test]
fn what_is_made_is_listed_and_its_secrets_are_not() {
    let vault = Vault::new();
    let words = vault.folder.path().join("words");
    let words_file = words.display().to_string();
    let mut told = String::new();
    for arguments in [
        &["new", "seed", "--words-file", &words_file, "-vvv"][..],
        &["new", "one", "--curve", "secp256k1", "-vvv"],
        &["new", "two", "--curve", "ed25519", "-vvv", "--json"],
    ] {
        told += &all(&vault.done(arguments));
    }
    let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&vault.keystore), mode(&words_file)), (0o600, 0o600));
    let text = fs::read_to_string(words).unwrap();
    assert_eq!(text.split_whitespace().count(), 24);
    // No passphrase is needed to list them.
    let list = vault.open(&["list"]);
    assert_eq!(list.status.code(), Some(0), "{}", stderr(&list));
    told += &all(&list);
    told += &fs::read_to_string(&vault.keystore).unwrap();
    for secret in [PASSPHRASE, text.trim(), &text.trim()[..20]] {
        assert!(!told.contains(secret), "a secret is shown");
    }
    for (name, chain, count) in [
        ("seed", "evm", 1),
        ("seed", "tron", 1),
        ("seed", "bitcoin", 2),
        ("seed", "solana", 1),
        ("one", "evm", 1),
        ("one", "bitcoin", 2),
        ("one", "solana", 0),
        ("two", "solana", 1),
        ("two", "near", 1),
        ("two", "evm", 0),
    ] {
        let found = vault.listed(name, chain);
        assert_eq!(found.len(), count, "{name} {chain}: {found:?}");
        assert!(found.iter().all(|address| told.contains(address)), "{found:?}");
    }
}

#[test]
fn words_are_shown_where_that_is_asked_for_and_make_the_same_seed_again() {
    let (vault, other) = (Vault::new(), Vault::new());
    let made = json(&vault.done(&["new", "seed", "--words", "12", "--show-words", "--json"]));
    let words = made["words"].as_str().unwrap();
    assert_eq!(words.split(' ').count(), 12);
    let from = other.file("words", words);
    other.done(&["import", "seed", "--form", "mnemonic", "--from", &from]);
    for chain in ["evm", "tron", "bitcoin", "solana", "near"] {
        assert_eq!(vault.listed("seed", chain), other.listed("seed", chain), "{chain}");
    }
}

#[test]
fn words_that_nobody_would_see_are_not_made() {
    let vault = Vault::new();
    let output = vault.keys(&["new", "seed"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--words-file, or --show-words"), "{}", stderr(&output));
    assert!(!fs::exists(&vault.keystore).unwrap());
    // A file that is there is nobody's place for words.
    let taken = vault.file("taken", "a list of mine");
    let output = vault.keys(&["new", "seed", "--words-file", &taken]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(taken).unwrap(), "a list of mine");
    assert!(!fs::exists(&vault.keystore).unwrap());
}
