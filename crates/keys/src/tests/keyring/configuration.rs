//! What a configuration must not say.

use futures::executor::block_on;

use super::{ALL, OWNER, build, key, memory};
use crate::{Keyring, KeyringConfig, KeyringError};

#[test]
fn what_makes_no_sense_is_refused_by_its_member() {
    let account = |path: &str, chains: &str, more: &str| {
        format!(
            "[accounts.a]\nsource = \"memory\"\nid = \"seed\"\npath = \"{path}\"\nchains = {chains}\n\
             environment = \"sandbox\"\nreceive = 1\n{more}\n"
        )
    };
    let other_key = format!("public_key = \"02{}\"", "11".repeat(32));
    for (config, reason) in [
        (key(r#"["solana"]"#, "sandbox", ""), "owner: chains: expected"),
        (key("[]", "sandbox", ""), "owner: chains: expected at least one kind of chain"),
        (key(r#"["evm"]"#, "sandbox", "id = \"none\""), "owner: the source memory has no key none"),
        (key(r#"["evm"]"#, "sandbox", "id = \"sol\""), "owner: curve: expected"),
        (key(r#"["evm"]"#, "sandbox", "public_key = \"02\""), "owner: public_key: expected"),
        (key(r#"["evm"]"#, "sandbox", &other_key), "owner: public_key: expected"),
        (
            key(r#"["evm"]"#, "sandbox", "path = \"m/0\""),
            "owner: expected public_key, as the source",
        ),
        (
            key(r#"["evm"]"#, "sandbox", "").replace("\"memory\"", "\"hsm\""),
            "owner: there is no source hsm",
        ),
        (account("m/44'/0'/0'", r#"["bitcoin"]"#, ""), "a: form: expected p2wpkh"),
        (account("m/44'/*'/0'", r#"["evm"]"#, ""), "a: path: expected a path"),
        (account("m/44'/501'/0'", r#"["solana"]"#, ""), "a: path: expected hardened steps"),
        (account("m/44'/501'/*", r#"["solana"]"#, ""), "a: path: expected hardened steps"),
        (account("m/44'/60'/0'", r#"["evm", "solana"]"#, ""), "a: chains: expected"),
        (account("m/44'/60'/0'", r#"["evm"]"#, "change = 2147483648"), "a: receive: expected"),
        (
            account(
                "m/44'/60'",
                r#"["evm"]"#,
                "xpub = \"xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ\"",
            ),
            "a: expected the key xpub6BgB",
        ),
    ] {
        let error = build(&config).unwrap_err().to_string();
        assert!(error.starts_with(reason), "{config}\n{error}");
    }
}

#[test]
fn an_address_has_one_key() {
    let one = key(r#"["evm"]"#, "sandbox", "");
    let other =
        one.replace("keys.owner", "keys.again").replace("sandbox", "mainnet\"\nid = \"owner");
    let error = build(&format!("{one}{other}")).unwrap_err();
    let KeyringError::Twice { address, .. } = error else { panic!("{error}") };
    assert_eq!(address, OWNER);
    // For other chains it may be another's.
    let other = other.replace("[\"evm\"]", "[\"bitcoin\"]");
    assert!(build(&format!("{one}{other}")).is_ok());
    let sources = [memory(), memory()];
    let error = block_on(Keyring::new(&KeyringConfig::default(), sources)).unwrap_err();
    assert!(matches!(error, KeyringError::TwoSources { .. }), "{error}");
}

#[derive(serde::Deserialize)]
struct Settings {
    path: String,
}

#[test]
fn unknown_members_are_refused() {
    for config in [
        key(r#"["evm"]"#, "sandbox", "extra = 1"),
        key(r#"["moon"]"#, "sandbox", ""),
        key(r#"["evm"]"#, "production", ""),
        "extra = 1".to_owned(),
    ] {
        assert!(KeyringConfig::from_toml(&config).is_err(), "{config}");
    }
    let config =
        KeyringConfig::from_toml("[sources.vault]\nkind = \"keystore\"\npath = \"k.json\"");
    let source = &config.unwrap().sources["vault"];
    assert_eq!(source.kind, "keystore");
    assert_eq!(source.read::<Settings>().unwrap().path, "k.json");
}

#[test]
fn a_file_that_others_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("keys.toml");
    std::fs::write(&place, ALL).unwrap();
    for (mode, good) in [(0o600, true), (0o644, true), (0o664, false), (0o646, false)] {
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(KeyringConfig::read(&place).is_ok(), good, "{mode:o}");
    }
    assert!(KeyringConfig::read(&folder.path().join("none")).is_err());
}
