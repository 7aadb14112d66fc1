//! The nodes that arguments name: their URLs are secrets.

use crate::live::REGISTRY;
use crate::{json, private_file, run, stderr, stdout};

const KEY: &str = "SECRETKEY123456";
const OWNER: &str = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";

/// Asserts that nodes are refused in these words, and that no key is shown.
fn assert_refused(nodes: &[&str], told: &str) {
    let folder = tempfile::tempdir().unwrap();
    let registry = private_file(folder.path(), "registry.toml", REGISTRY);
    let arguments = ["-vvv", "allowances", "--json", "--registry", &registry, "--owner", OWNER];
    let nodes: Vec<_> = nodes.iter().flat_map(|node| ["--rpc", node]).collect();
    let output = run(&[&arguments, nodes.as_slice()].concat(), "");
    assert_eq!(output.status.code(), Some(2), "{nodes:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
    let all = format!("{}{}", stdout(&output), stderr(&output));
    assert!(!all.contains(KEY), "{all}");
}

#[test]
fn a_refused_url_is_not_shown() {
    for (node, told) in [
        (
            "ethereum=http://node.example/v3/{}",
            r#"--rpc "ethereum": expected a base URL with https"#,
        ),
        ("ethereum=https://u:{}@node.example", "without user name and password"),
        ("ethereum=https://node.example/?a#{}", "without query and fragment"),
        ("ethereum={}", "expected a base URL such as"),
        ("https://node.example/v3/{}", "--rpc: expected NETWORK=URL"),
        ("https://node.example/v3/{}?a=b", "--rpc: expected NETWORK=URL"),
        ("{}", "--rpc: expected NETWORK=URL"),
        ("mars=https://node.example/v3/{}", r#""mars" is no network of the registry"#),
        ("ethereum=@no-such-file", "no-such-file: "),
    ] {
        assert_refused(&[&node.replace("{}", KEY)], told);
    }
}

#[test]
fn a_refused_url_of_a_file_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = private_file(folder.path(), "node", &format!("http://node.example/v3/{KEY}\n"));
    assert_refused(&[&format!("ethereum=@{path}")], "node: expected a base URL with https");
}

#[test]
fn a_network_has_one_node() {
    let nodes = ["ethereum=http://127.0.0.1:1", "ethereum=http://127.0.0.1:2"];
    assert_refused(&nodes, r#"--rpc: expected one node of "ethereum", found two"#);
}

#[test]
fn a_node_that_fails_is_no_step_of_a_swap() {
    let folder = tempfile::tempdir().unwrap();
    let registry = private_file(folder.path(), "registry.toml", REGISTRY);
    let node = format!("ethereum=http://127.0.0.1:1/{KEY}");
    let arguments = ["allowances", "--json", "--registry", &registry, "--owner", OWNER];
    let output = run(&[&arguments[..], &["--rpc", &node]].concat(), "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!((&report["error"], report["step"].is_null()), (&"failed".into(), true));
    let told = "ethereum: the chain can't be asked: ";
    assert!(report["message"].as_str().unwrap().starts_with(told), "{report}");
    assert!(stderr(&output).starts_with(&format!("error: {told}")), "{}", stderr(&output));
    assert!(!format!("{report}{}", stderr(&output)).contains(KEY), "{}", stderr(&output));
}
