//! What a configuration must not say.

use futures::executor::block_on;

use super::{ALL, OWNER, build, key, memory};
use crate::own_file::tests::is_given_away;
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

#[test]
fn a_file_of_somebody_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("keys.toml");
    std::fs::write(&place, ALL).unwrap();
    KeyringConfig::read(&place).unwrap();
    if !is_given_away(&place, "a_file_of_somebody_else_is_refused") {
        return;
    }
    let error = KeyringConfig::read(&place).unwrap_err().to_string();
    let said = "to be a file of this user or of root, found one of user 4242";
    assert!(error.contains(said), "{error}");
}

/// An extended private key, which is taken for a public one.
const XPRV: &str = "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi";

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let hex = "5e".repeat(32);
    for (member, secret, said) in [
        ("xpub = \"SECRET\"", XPRV, "line 6: unknown field `xpub`"),
        ("pin = \"SECRET\"", "sk-4242", "line 6: unknown field `pin`"),
        ("networks = \"SECRET\"", "sk-4242", "line 6: invalid type: string, expected"),
        ("id = SECRET", "424242", "line 6: invalid type: integer, expected a string"),
        ("path = \"SECRET\"", "sk-4242", "line 6: "),
        ("public_key = \"SECRET\"", &hex, "found 64 other characters"),
        ("public_key = \"SECRET\"", "sk-4242", "found 7 other characters"),
    ] {
        let config = key(r#"["evm"]"#, "sandbox", &member.replace("SECRET", secret));
        let error = match KeyringConfig::from_toml(&config) {
            Ok(config) => {
                let built = block_on(Keyring::new(&config, [memory()])).unwrap_err();
                format!("{built} {built:?}")
            }
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(error.contains(said) && !error.contains(secret), "{member}: {error}");
    }
    for (chains, path) in
        [(r#"["evm"]"#, "sk-4242"), (r#"["solana"]"#, "sk-4242"), (r#"["near"]"#, "m4242x")]
    {
        let account = format!(
            "[accounts.a]\nsource = \"memory\"\nid = \"seed\"\npath = \"{path}\"\nchains = {chains}\n\
             environment = \"sandbox\"\nreceive = 1\n"
        );
        let error = build(&account).unwrap_err().to_string();
        assert!(error.contains("other characters") && !error.contains("4242"), "{error}");
    }
    let config = key(r#"["evm"]"#, "sk-4242", "");
    let error = KeyringConfig::from_toml(&config).unwrap_err().to_string();
    assert!(error.contains("unknown variant, expected") && !error.contains("4242"), "{error}");
    let account = ALL.replace("receive = ", &format!("xpub = \"{XPRV}\"\nreceive = "));
    let error = KeyringConfig::from_toml(&account).unwrap_err().to_string();
    assert!(!error.contains(XPRV), "{error}");
}

#[test]
fn what_a_source_is_opened_by_is_not_shown() {
    let config = KeyringConfig::from_toml("[sources.hsm]\nkind = \"pkcs11\"\npin = \"sk-4242\"");
    let shown = format!("{:?}", config.unwrap());
    assert!(shown.contains("pkcs11") && shown.contains("pin"), "{shown}");
    assert!(!shown.contains("4242"), "{shown}");
}

#[test]
fn names_are_taken_for_nothing_else() {
    let named = |name: &str| {
        build(
            &key(r#"["evm"]"#, "sandbox", "id = \"owner\"")
                .replace("owner]", &format!("\"{name}\"]")),
        )
    };
    for name in ["owner", "owner-2", "Owner_3.b"] {
        assert!(named(name).is_ok(), "{name}");
    }
    let key_hash = "ab".repeat(32);
    for name in [
        "",
        "customers/0/17",
        "two words",
        OWNER,
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "So11111111111111111111111111111111111111112",
        "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
        &key_hash,
    ] {
        let error = named(name).unwrap_err().to_string();
        assert!(error.contains("name: expected 1 to 64 letters"), "{name}: {error}");
    }
}

#[test]
fn what_would_mean_nothing_is_refused() {
    let account = |path: &str, chains: &str, more: &str| {
        build(&format!(
            "[accounts.a]\nsource = \"memory\"\nid = \"seed\"\npath = \"{path}\"\n\
             chains = {chains}\nenvironment = \"sandbox\"\nreceive = 1\n{more}\n"
        ))
        .unwrap_err()
        .to_string()
    };
    let (solana, evm) = (r#"["solana"]"#, r#"["evm"]"#);
    let keys = "public_keys = [\"11\", \"12\"]";
    for (path, chains, more, reason) in [
        ("m/44'/501'/*'", solana, "change = 1", "a: change: expected nothing"),
        ("m/44'/501'/*'", solana, "form = \"p2tr\"", "a: form: expected nothing"),
        ("m/44'/501'/*'", solana, keys, "a: public_keys: expected no more"),
        ("m/44'/501'/5*'", solana, "", "a: path: expected hardened steps"),
        ("m/44'/60'/0'", evm, keys, "a: public_keys: expected nothing"),
    ] {
        let error = account(path, chains, more);
        assert!(error.starts_with(reason), "{more}: {error}");
    }
}

#[test]
fn where_all_is_pinned_no_source_is_believed() {
    let pinned = |config: &str| build(&format!("require_pinned = true\n{config}"));
    let config = key(r#"["evm"]"#, "sandbox", "");
    let owner = *build(&config).unwrap().named("owner").unwrap().public_key();
    assert!(pinned(&key(r#"["evm"]"#, "sandbox", &format!("public_key = \"{owner}\""))).is_ok());
    let error = pinned(&config).unwrap_err().to_string();
    assert_eq!(error, "owner: expected public_key in the configuration, as it has require_pinned");
    for (path, chains, member) in
        [("m/44'/60'/0'", "evm", "xpub"), ("m/44'/501'/*'", "solana", "public_keys")]
    {
        let account = format!(
            "[accounts.a]\nsource = \"memory\"\nid = \"seed\"\npath = \"{path}\"\n\
             chains = [\"{chains}\"]\nenvironment = \"sandbox\"\nreceive = 1\n"
        );
        assert!(build(&account).is_ok());
        let error = pinned(&account).unwrap_err();
        assert!(matches!(error, KeyringError::NotPinned { member: found, .. } if found == member));
    }
}
