//! The arrows between the crates: who may use whom, and who owns which heavy outside crate.
//!
//! A new arrow is a change to these tables, so it is seen in review. Development dependencies are
//! free.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Each package of this workspace, and which packages of this workspace it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("countersign-units", &[]),
    ("countersign-api-types", &["countersign-units"]),
    ("countersign-approval", &["countersign-units"]),
    ("countersign-evm", &["countersign-units", "countersign-api-types", "countersign-approval"]),
    (
        "countersign-bitcoin",
        &["countersign-units", "countersign-api-types", "countersign-approval"],
    ),
    ("countersign-solana", &["countersign-units", "countersign-api-types", "countersign-approval"]),
    ("countersign-near", &["countersign-units", "countersign-api-types", "countersign-approval"]),
    (
        "countersign-http-client",
        &["countersign-units", "countersign-api-types", "countersign-approval"],
    ),
    (
        "countersign-chain-rpc",
        &[
            "countersign-units",
            "countersign-approval",
            "countersign-http-client",
            "countersign-evm",
        ],
    ),
    ("countersign-journal", &["countersign-units", "countersign-approval"]),
    (
        "countersign-keys",
        &[
            "countersign-units",
            "countersign-approval",
            "countersign-bitcoin",
            "countersign-evm",
            "countersign-http-client",
            "countersign-near",
            "countersign-solana",
        ],
    ),
    (
        "countersign",
        &[
            "countersign-units",
            "countersign-api-types",
            "countersign-approval",
            "countersign-bitcoin",
            "countersign-evm",
            "countersign-near",
            "countersign-solana",
            "countersign-http-client",
            "countersign-chain-rpc",
            "countersign-journal",
            "countersign-keys",
        ],
    ),
    // Nothing that verifies or signs: a mistake in it must not be repeated by the counterparty.
    ("countersign-sandbox", &["countersign-units", "countersign-api-types"]),
    ("countersign-cli", &["countersign", "countersign-sandbox"]),
    ("countersign-examples", &["countersign", "countersign-sandbox"]),
    // Only tests use it, and the tests of any crate may.
    ("countersign-testkit", &[]),
    ("xtask", &[]),
];

/// Each heavy outside crate, and the packages that own it.
const OWNERS: &[(&str, &[&str])] = &[
    ("age", &["countersign-keys"]),
    ("alloy", &["countersign-evm", "countersign-chain-rpc", "countersign-sandbox"]),
    ("alloy-signer-aws", &["countersign-keys"]),
    ("aws-sdk-kms", &["countersign-keys"]),
    ("axum", &["countersign-sandbox", "countersign-examples"]),
    (
        "bitcoin",
        &[
            "countersign-bitcoin",
            "countersign-chain-rpc",
            "countersign-keys",
            "countersign-sandbox",
        ],
    ),
    ("bitcoinconsensus", &["countersign-sandbox"]),
    ("clap", &["countersign-cli", "xtask"]),
    ("cryptoki", &["countersign-keys", "countersign-examples"]),
    ("litesvm", &["countersign-sandbox"]),
    ("reqwest", &["countersign-http-client"]),
    ("revm", &["countersign-sandbox"]),
    ("ruint", &["countersign-units"]),
    ("secp256k1", &["countersign-evm", "countersign-near"]),
    ("solana-sdk", &["countersign-solana", "countersign-sandbox"]),
    ("sqlx", &["countersign-journal"]),
    ("tempo-contracts", &["countersign-sandbox"]),
    // What judges does no input and output, so it has no use for a runtime.
    (
        "tokio",
        &[
            "countersign-chain-rpc",
            "countersign-http-client",
            "countersign-journal",
            "countersign-keys",
            "countersign",
            "countersign-sandbox",
            "countersign-cli",
            "countersign-examples",
        ],
    ),
    ("toml", &["countersign-approval", "countersign-keys"]),
];

/// The whole-system tests may use everything, and nothing may use them.
const FREE: &str = "countersign-tests";

/// `user` depends on `used`, and not for its tests alone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Arrow {
    user: String,
    used: String,
}

fn arrow(user: &str, dependency: &str) -> Arrow {
    Arrow { user: user.to_owned(), used: dependency.to_owned() }
}

fn packages() -> Vec<Package> {
    let options = ["--locked", "--offline"].map(str::to_owned);
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .no_deps()
        .other_options(options)
        .exec();
    metadata.unwrap().packages
}

fn arrows(packages: &[Package]) -> Vec<Arrow> {
    let of = |package: &Package| {
        let used = package.dependencies.iter();
        let used = used.filter(|used| used.kind != DependencyKind::Development);
        used.map(|used| arrow(&package.name, &used.name)).collect::<Vec<_>>()
    };
    packages.iter().flat_map(of).collect()
}

fn row<'a>(table: &[(&str, &'a [&'a str])], name: &str) -> Option<&'a [&'a str]> {
    table.iter().find(|(key, _)| *key == name).map(|(_, row)| *row)
}

/// Lists the arrows between `names` that the table does not allow, and rows without a package.
fn wrong_arrows(names: &[String], arrows: &[Arrow]) -> Vec<String> {
    let without_row = names.iter().filter(|name| *name != FREE && row(MAY_USE, name).is_none());
    let stale = MAY_USE.iter().filter(|(name, _)| !names.iter().any(|known| known == name));
    let wrong = arrows.iter().filter(|arrow| {
        arrow.user != FREE
            && names.contains(&arrow.used)
            && !row(MAY_USE, &arrow.user).is_some_and(|used| used.contains(&arrow.used.as_str()))
    });
    without_row
        .map(|name| format!("{name} has no row"))
        .chain(stale.map(|(name, _)| format!("the row of {name} has no package")))
        .chain(wrong.map(|arrow| format!("{} may not use {}", arrow.user, arrow.used)))
        .collect()
}

/// Lists heavy crates that are used by others than their owners, and owners that don't use theirs.
fn wrong_owners(arrows: &[Arrow]) -> Vec<String> {
    let wrong = arrows.iter().filter(|arrow| {
        let owners = row(OWNERS, &arrow.used);
        arrow.user != FREE && owners.is_some_and(|owners| !owners.contains(&arrow.user.as_str()))
    });
    let owned = OWNERS.iter().flat_map(|(used, users)| users.iter().map(|user| arrow(user, used)));
    let stale = owned.filter(|owned| !arrows.contains(owned));
    wrong
        .map(|arrow| format!("{} does not own {}", arrow.user, arrow.used))
        .chain(stale.map(|owned| format!("{} owns {} without using it", owned.user, owned.used)))
        .collect()
}

#[test]
fn every_arrow_is_allowed() {
    let packages = packages();
    let names: Vec<String> = packages.iter().map(|package| package.name.to_string()).collect();
    assert_eq!(wrong_arrows(&names, &arrows(&packages)), Vec::<String>::new());
}

#[test]
fn every_heavy_crate_stays_with_its_owner() {
    assert_eq!(wrong_owners(&arrows(&packages())), Vec::<String>::new());
}

#[test]
fn a_wrong_arrow_is_named() {
    let packages = packages();
    let mut names: Vec<String> = packages.iter().map(|package| package.name.to_string()).collect();
    let mut arrows = arrows(&packages);
    arrows.push(arrow("countersign-sandbox", "countersign-evm"));
    names.push("countersign-new".to_owned());
    names.retain(|name| name != "xtask");
    assert_eq!(
        wrong_arrows(&names, &arrows),
        [
            "countersign-new has no row",
            "the row of xtask has no package",
            "countersign-sandbox may not use countersign-evm",
        ]
    );
}

#[test]
fn a_wrong_owner_is_named() {
    let mut arrows = arrows(&packages());
    arrows.retain(|known| *known != arrow("countersign-evm", "alloy"));
    arrows.push(arrow("countersign-approval", "tokio"));
    assert_eq!(
        wrong_owners(&arrows),
        ["countersign-approval does not own tokio", "countersign-evm owns alloy without using it",]
    );
}
