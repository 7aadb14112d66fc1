//! Keystores that are written, read, damaged and changed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::own_file::tests::{SOMEBODY, is_given_away};
use crate::{Curve, DerivationPath, ImportedSecret, Web3Cost};

const JUNK: &str = "test test test test test test test test test test test junk";
const KEY: &str = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

fn passphrase() -> SecretString {
    SecretString::from("correct horse battery")
}

fn path(text: &str) -> DerivationPath {
    text.parse().unwrap()
}

/// A seed with two accounts and a derived key, and a single key of each curve.
fn keystore() -> OpenKeystore {
    let mut keystore = OpenKeystore::new();
    keystore.add("seed", &ImportedSecret::mnemonic(JUNK, "").unwrap()).unwrap();
    for curve in [Curve::Secp256k1, Curve::Ed25519] {
        keystore.add(curve.as_str(), &ImportedSecret::hex(curve, KEY).unwrap()).unwrap();
    }
    keystore.list_account("seed", &path("m/44'/60'/0'"), false).unwrap();
    keystore.list_account("seed", &path("m/84'/1'/0'"), true).unwrap();
    keystore.list_key("seed", Curve::Ed25519, &path("m/44'/501'/0'/0'")).unwrap();
    keystore
}

fn sealed() -> KeystoreFile {
    keystore().seal(&passphrase(), WorkFactor::FOR_TESTS).unwrap()
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("keys.json");
    let file = sealed();
    file.write_new(&place).unwrap();
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
    let read = KeystoreFile::read(&place).unwrap();
    assert_eq!(read, file);
    let open = read.open(&passphrase()).unwrap();
    assert!(open.keys().eq(keystore().keys()));
    assert_eq!(
        *open.export_wif("secp256k1", false).unwrap(),
        *keystore().export_wif("secp256k1", false).unwrap()
    );
    assert_eq!(
        *open.export_solana("ed25519").unwrap(),
        *keystore().export_solana("ed25519").unwrap()
    );
    // Written anew with the same secrets, it is another text: nothing shows that they are the same.
    let again = open.seal(&passphrase(), WorkFactor::FOR_TESTS).unwrap();
    assert_ne!(again, file);
    again.write(&place).unwrap();
    assert_eq!(KeystoreFile::read(&place).unwrap(), again);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn a_file_that_is_there_is_not_written_over_by_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("keys.json");
    sealed().write_new(&place).unwrap();
    let before = fs::read(&place).unwrap();
    let error = sealed().write_new(&place).unwrap_err();
    let KeystoreError::Io { source, .. } = error else { panic!("{error}") };
    assert_eq!(source.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&place).unwrap(), before);
}

#[test]
fn a_file_that_others_can_write_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("keys.json");
    sealed().write_new(&place).unwrap();
    for (mode, good) in [(0o600, true), (0o640, true), (0o620, false), (0o602, false)] {
        fs::set_permissions(&place, fs::Permissions::from_mode(mode)).unwrap();
        let read = KeystoreFile::read(&place);
        match read {
            Ok(_) => assert!(good, "{mode:o}"),
            Err(KeystoreError::Permissions { mode: found, .. }) => {
                assert!(!good && found == mode, "{mode:o}");
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_file_of_somebody_else_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("keys.json");
    sealed().write_new(&place).unwrap();
    if !is_given_away(&place, "a_file_of_somebody_else_is_not_read") {
        return;
    }
    let error = KeystoreFile::read(&place).unwrap_err();
    assert!(matches!(error, KeystoreError::Owner { owner: SOMEBODY, .. }), "{error}");
    let replaced = sealed().replace(&place, &sealed());
    assert!(matches!(replaced, Err(KeystoreError::Owner { .. })), "{replaced:?}");
}

#[test]
fn a_wrong_passphrase_is_told_as_such() {
    let error = sealed().open(&SecretString::from("correct horse batterz")).unwrap_err();
    assert!(matches!(error, KeystoreError::WrongPassphrase), "{error}");
    let short = keystore().seal(&SecretString::from("1234567"), WorkFactor::FOR_TESTS);
    assert!(matches!(short, Err(KeystoreError::ShortPassphrase { least: 8 })));
}

#[test]
fn a_text_that_ends_too_early_is_told_as_such() {
    let text = sealed().to_text();
    for length in (1..text.trim_end().len()).step_by(37) {
        let error = KeystoreFile::parse(&text[..length]).unwrap_err();
        assert!(matches!(error, KeystoreError::Truncated), "{length}: {error}");
    }
}

#[test]
fn other_files_are_told_as_such() {
    for text in [
        "",
        "\n",
        "{}",
        "[1,2,3]",
        "-----BEGIN AGE ENCRYPTED FILE-----",
        r#"{"version":3,"crypto":{}}"#,
        r#"{"format":"another","version":1,"keys":[],"secret":""}"#,
        r#"{"format":"countersign-keystore","version":2,"keys":[],"secret":""}"#,
    ] {
        let error = KeystoreFile::parse(text).unwrap_err();
        assert!(matches!(error, KeystoreError::Foreign { .. }), "{text}: {error}");
    }
    let unknown = sealed().to_text().replacen("\"keys\"", "\"more\": 1, \"keys\"", 1);
    assert!(matches!(KeystoreFile::parse(&unknown), Err(KeystoreError::Damaged(_))));
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("keys.json");
    fs::write(&place, [0xff, 0xfe, 0x00]).unwrap();
    assert!(matches!(KeystoreFile::read(&place), Err(KeystoreError::Foreign { .. })));
    let missing = KeystoreFile::read(&folder.path().join("none"));
    assert!(matches!(missing, Err(KeystoreError::Io { action: "read", .. })));
}

/// Changes the encrypted text, of which the file holds one line after another.
fn with_secret(change: impl Fn(&str) -> String) -> KeystoreFile {
    let mut file: serde_json::Value = serde_json::from_str(&sealed().to_text()).unwrap();
    let secret = change(file["secret"].as_str().unwrap());
    file["secret"] = secret.into();
    KeystoreFile::parse(&file.to_string()).unwrap()
}

#[test]
fn an_encrypted_text_that_was_changed_opens_nothing() {
    type Change = fn(&str) -> String;
    let changes: [Change; 5] = [
        |_| String::new(),
        |_| "not encrypted".to_owned(),
        |text| text.lines().take(4).collect::<Vec<_>>().join("\n"),
        |text| text.replacen("-----END", "-----ENT", 1),
        |text| {
            let line = text.lines().nth(6).unwrap();
            let other: String = line.chars().rev().collect();
            text.replacen(line, &other, 1)
        },
    ];
    for (place, change) in changes.iter().enumerate() {
        let error = with_secret(change).open(&passphrase()).unwrap_err();
        let known = matches!(error, KeystoreError::Damaged(_) | KeystoreError::Truncated);
        assert!(known, "{place}: {error}");
    }
}

#[test]
fn a_file_that_asks_for_too_much_work_is_refused_before_it_costs() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let file = with_secret(|text| {
        let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
        let bytes = engine.decode(body).unwrap();
        let (header, rest) = bytes.split_at(120);
        let header = String::from_utf8_lossy(header).into_owned();
        let work = header.find(" 4\n").unwrap();
        let costly =
            [&header.as_bytes()[..work], b" 30\n", &header.as_bytes()[work + 3..]].concat();
        let body = engine.encode([costly.as_slice(), rest].concat());
        let lines: Vec<&str> =
            body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!(
            "-----BEGIN AGE ENCRYPTED FILE-----\n{}\n-----END AGE ENCRYPTED FILE-----\n",
            lines.join("\n")
        )
    });
    let error = file.open(&passphrase()).unwrap_err();
    assert!(matches!(error, KeystoreError::TooCostly { most: 20, found: 30 }), "{error}");
}

#[test]
fn what_stands_in_the_clear_is_compared_with_the_secrets() {
    let text = sealed().to_text();
    let other = {
        let mut keystore = OpenKeystore::new();
        keystore.add("seed", &ImportedSecret::mnemonic(JUNK, "other").unwrap()).unwrap();
        keystore.list_account("seed", &path("m/44'/60'/0'"), false).unwrap().to_string()
    };
    let own = keystore().list_account("seed", &path("m/44'/60'/0'"), false).unwrap().to_string();
    for (from, to, member) in [
        (own.as_str(), other.as_str(), "m/44'/60'/0'"),
        ("m/44'/60'/0'", "m/44'/60'/1'", "m/44'/60'/1'"),
        ("m/44'/501'/0'/0'", "m/44'/501'/1'/0'", "m/44'/501'/1'/0'"),
        ("m/44'/501'/0'/0'", "m/44'/501'/0'/0", "m/44'/501'/0'/0"),
        ("\"id\": \"ed25519\"", "\"id\": \"ed25520\"", "name"),
    ] {
        let file = KeystoreFile::parse(&text.replace(from, to)).unwrap();
        let error = file.open(&passphrase()).unwrap_err();
        let KeystoreError::Altered { member: found, .. } = &error else { panic!("{to}: {error}") };
        assert_eq!(found, member);
    }
    // The public halves of single keys, and a key that was taken out.
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys = file["keys"].as_array().unwrap();
    let place = keys.iter().position(|key| key["id"] == "secp256k1").unwrap();
    let swapped = format!("02{}", "11".repeat(32));
    file["keys"][place]["public_key"] = swapped.into();
    let error = KeystoreFile::parse(&file.to_string()).unwrap().open(&passphrase()).unwrap_err();
    assert!(matches!(error, KeystoreError::Altered { .. }), "{error}");
    file["keys"].as_array_mut().unwrap().remove(place);
    let error = KeystoreFile::parse(&file.to_string()).unwrap().open(&passphrase()).unwrap_err();
    assert!(matches!(error, KeystoreError::Damaged(_)), "{error}");
}

#[test]
fn another_program_of_age_opens_the_encrypted_text() {
    let file: serde_json::Value = serde_json::from_str(&sealed().to_text()).unwrap();
    let secret = file["secret"].as_str().unwrap();
    let identity = age::scrypt::Identity::new("correct horse battery".to_owned().into());
    let plain = age::decrypt(&identity, secret.as_bytes()).unwrap();
    let plain: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(plain["version"], 1);
    let ids: Vec<&str> =
        plain["secrets"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["ed25519", "secp256k1", "seed"]);
}

#[test]
fn names_are_plain_and_each_is_there_once() {
    let secret = ImportedSecret::hex(Curve::Ed25519, KEY).unwrap();
    let mut keystore = keystore();
    let twice = keystore.add("seed", &secret);
    assert!(matches!(twice, Err(KeystoreError::Exists { .. })));
    for id in ["", "a/b", "a b", "ä", "\n", &"a".repeat(65)] {
        assert!(matches!(keystore.add(id, &secret), Err(KeystoreError::Name { .. })), "{id:?}");
    }
    let error = keystore.list_account("ed25519", &path("m"), false).unwrap_err();
    assert!(matches!(error, KeystoreError::Source(_)), "{error}");
    assert!(matches!(keystore.export_solana("seed"), Err(KeystoreError::NoSecret { .. })));
    assert!(matches!(keystore.export_wif("ed25519", false), Err(KeystoreError::NoSecret { .. })));
    let web3 = keystore.export_web3("none", &passphrase(), Web3Cost::Light);
    assert!(matches!(web3, Err(KeystoreError::NoSecret { .. })));
}

#[test]
fn nothing_shows_a_secret() {
    let (keystore, file) = (keystore(), sealed());
    let seed = ImportedSecret::mnemonic(JUNK, "").unwrap();
    let seed = hex::encode(seed.bytes.as_slice());
    let shown = format!(
        "{keystore:?} {file:?} {:?} {}",
        LockedKeystore::new("x", file.clone()),
        file.to_text()
    );
    for secret in [KEY, &seed[..64], "junk", "correct horse"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn keystores_round_trip(
        seeds in prop::collection::btree_map("[a-z]{1,8}", prop::array::uniform32(any::<u8>()), 0..5),
        passphrase in "\\PC{8,20}",
    ) {
        let mut keystore = OpenKeystore::new();
        for (id, seed) in &seeds {
            let secret = ImportedSecret::hex(Curve::Ed25519, &hex::encode(seed)).unwrap();
            keystore.add(id, &secret).unwrap();
        }
        let passphrase = SecretString::from(passphrase);
        let text = keystore.seal(&passphrase, WorkFactor::FOR_TESTS).unwrap().to_text();
        let open = KeystoreFile::parse(&text).unwrap().open(&passphrase).unwrap();
        prop_assert!(open.keys().eq(keystore.keys()));
        for id in seeds.keys() {
            let (ours, theirs) = (open.export_solana(id).unwrap(), keystore.export_solana(id).unwrap());
            prop_assert_eq!(ours.as_str(), theirs.as_str());
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = KeystoreFile::parse(&text);
    }
}

#[test]
fn a_file_that_somebody_else_has_changed_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("keys.json");
    let before = sealed();
    before.write_new(&place).unwrap();
    let (mine, theirs) = (sealed(), sealed());
    theirs.replace(&place, &before).unwrap();
    let error = mine.replace(&place, &before).unwrap_err();
    assert!(matches!(error, KeystoreError::Changed { .. }), "{error}");
    assert_eq!(KeystoreFile::read(&place).unwrap(), theirs);
    // Read again, it is replaced; not while somebody else writes.
    let writing = fs::File::open(folder.path()).unwrap();
    writing.lock().unwrap();
    let error = mine.replace(&place, &theirs).unwrap_err();
    assert!(matches!(error, KeystoreError::Io { .. }), "{error}");
    drop(writing);
    mine.replace(&place, &theirs).unwrap();
    assert_eq!(KeystoreFile::read(&place).unwrap(), mine);
}

#[test]
fn a_link_to_a_file_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    let (place, link) = (folder.path().join("keys.json"), folder.path().join("current.json"));
    sealed().write_new(&place).unwrap();
    std::os::unix::fs::symlink(&place, &link).unwrap();
    let file = sealed();
    file.write(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(KeystoreFile::read(&place).unwrap(), file);
}
