//! The production build (`--no-default-features`) holds no chain engine, no counterparty and
//! nothing that tampers.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::process::Command;

/// What must not be in the production build: a package of this name, or one that has it in its
/// name, or a feature of that name.
const FORBIDDEN: &[&str] = &["axum", "litesvm", "revm", "sandbox", "tamper", "tempo-contracts"];

/// What must be in both builds; if it weren't, an empty tree would pass.
const NEEDED: &[&str] = &["countersign", "countersign-cli", "countersign-evm", "reqwest"];

/// The packages of a build of the command, and the features that are on in it.
#[derive(Debug)]
struct Tree {
    packages: BTreeSet<String>,
    features: BTreeSet<String>,
}

/// Asks cargo for the tree of the command, as `cargo build` with the same flags would build it.
fn tree(flags: &[&str]) -> Tree {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["tree", "--package=countersign-cli", "--edges=normal", "--locked", "--offline"])
        .args(["--prefix=none", "--format={p}|{f}"])
        .args(flags)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    read(&String::from_utf8(output.stdout).unwrap())
}

/// Reads lines such as `revm v43.0.3|secp256k1,std`.
fn read(text: &str) -> Tree {
    let mut tree = Tree { packages: BTreeSet::new(), features: BTreeSet::new() };
    for line in text.lines() {
        let (package, features) = line.split_once('|').unwrap();
        let package = package.split(' ').next().unwrap();
        // A package that was listed before comes with a mark behind its features.
        let features = features.trim_end_matches(" (*)").split(',');
        tree.packages.insert(package.to_owned());
        tree.features.extend(features.map(|feature| format!("{package}/{feature}")));
    }
    tree
}

impl Tree {
    /// Lists what of it is forbidden.
    fn forbidden(&self) -> Vec<&str> {
        let packages = self.packages.iter().filter(|name| is_forbidden(name));
        let features = self.features.iter().filter(|feature| {
            feature.split_once('/').is_some_and(|(_, name)| FORBIDDEN.contains(&name))
        });
        packages.chain(features).map(String::as_str).collect()
    }

    fn missing(&self) -> Vec<&str> {
        NEEDED.iter().copied().filter(|name| !self.packages.contains(*name)).collect()
    }
}

fn is_forbidden(package: &str) -> bool {
    FORBIDDEN.iter().any(|name| package.contains(name))
}

#[test]
fn the_production_build_holds_no_engine_and_no_tampering() {
    let production = tree(&["--no-default-features"]);
    assert_eq!(production.missing(), Vec::<&str>::new());
    assert_eq!(production.forbidden(), Vec::<&str>::new());
}

#[test]
fn the_default_build_holds_the_sandbox_with_its_engine() {
    let default = tree(&[]);
    assert_eq!(default.missing(), Vec::<&str>::new());
    for name in ["countersign-sandbox", "revm", "axum", "tempo-contracts"] {
        assert!(default.forbidden().contains(&name), "{name} in {:?}", default.forbidden());
    }
    assert!(default.forbidden().contains(&"countersign-cli/sandbox"));
}
