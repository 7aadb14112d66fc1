//! `countersign keys test` over all kinds of sources side by side: a keystore, a token behind PKCS#11, a
//! KMS over HTTP, and a signing service.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use countersign::api_types::defi::Profile;
use countersign::keys::{Curve, ImportedSecret};
use countersign_tests::{KeyInService, Scene, SoftKms, SoftToken, short_steps};
use tempfile::TempDir;
use tokio::task::block_in_place;

const PASSPHRASE: &str = "correct horse battery staple";
/// Where the token's key and the KMS's come from.
const SECRET: &str = "0303030303030303030303030303030303030303030303030303030303030303";

/// The sources that are asked, beside the keystore.
struct Sources {
    token: SoftToken,
    kms: SoftKms,
    service: KeyInService,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_source_signs_and_says_how_long_it_took() {
    let test = "each_source_signs_and_says_how_long_it_took";
    let Some(kms) = block_in_place(SoftKms::start) else { return };
    let Some(token) = block_in_place(|| SoftToken::alone(test)) else { return };
    let scene = Scene::start_from(short_steps(), Profile::G1, "USDC@ethereum", "USDC@base").await;
    let service = KeyInService::of(&scene, |_| Ok(())).await;
    let secret = ImportedSecret::hex(Curve::Ed25519, SECRET).unwrap();
    drop(token.import("treasury", Curve::Ed25519, secret).await);
    let folder = tempfile::tempdir().unwrap();
    let sources = Sources { token, kms, service };
    let output = block_in_place(|| tested(&folder, sources));
    let (shown, told) = (text(&output.stdout), text(&output.stderr));
    println!("{shown}");
    assert_eq!(output.status.code(), Some(0), "{shown}{told}");
    for row in [
        ["vault", "keystore", "ecdsa"],
        ["hsm", "pkcs11", "ed25519"],
        ["cloud", "kms", "ecdsa"],
        ["desk", "remote", "ecdsa"],
    ] {
        let is_row = |line: &&str| row.iter().all(|word| line.contains(word));
        let line = shown.lines().find(is_row);
        assert!(line.is_some_and(|line| line.contains("passed")), "{row:?}: {shown}");
    }
    // What a KMS can't do is told, and is no failure of a key that signs otherwise.
    let lacking = shown.lines().find(|line| line.contains("cloud") && line.contains("BIP-340"));
    assert!(lacking.is_some(), "{shown}");
    for secret in [PASSPHRASE, SoftToken::PIN, KeyInService::SECRET, SECRET] {
        assert!(!shown.contains(secret) && !told.contains(secret), "{secret}");
    }
}

/// Makes a keyring of them and a keystore, and tests its keys.
fn tested(folder: &TempDir, mut sources: Sources) -> Output {
    let file = |name: &str, text: &str| private_file(folder.path(), name, text);
    let passphrase = file("passphrase", PASSPHRASE);
    let vault = folder.path().join("vault.json").display().to_string();
    let made = ["keys", "new", "one", "--curve", "secp256k1", "--keystore", &vault];
    let cheap = ["--work-factor", "14", "--passphrase-file", &passphrase];
    let made = run(&[&made[..], &cheap].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));
    let ring = file("ring.toml", &ring(&mut sources));
    let opened = [
        format!("vault={passphrase}"),
        format!("hsm={}", file("pin", SoftToken::PIN)),
        format!("desk={}", file("hmac", KeyInService::SECRET)),
    ];
    let mut arguments = vec!["keys", "test", "--rounds", "5", "--keyring", &ring, "-vvv"];
    arguments.extend(opened.iter().flat_map(|opened| ["--passphrase-file", opened]));
    run(&arguments)
}

fn ring(Sources { token, kms, service }: &mut Sources) -> String {
    let id = kms.import(Curve::Secp256k1, SECRET);
    let sources = [
        ("vault", "kind = \"keystore\"\npath = \"vault.json\"\n".to_owned()),
        ("hsm", token.settings("treasury")),
        ("cloud", kms.settings()),
        ("desk", service.settings()),
    ];
    let sources = sources.map(|(name, settings)| format!("[sources.{name}]\n{settings}"));
    let keys = [
        ("one", "vault", "one", "secp256k1", "evm"),
        ("two", "hsm", "account", "ed25519", "solana"),
        ("three", "cloud", &id, "secp256k1", "bitcoin"),
        ("four", "desk", "account", "secp256k1", "evm"),
    ];
    let keys = keys.map(|(name, source, id, curve, chain)| {
        format!(
            "[keys.{name}]\nsource = \"{source}\"\nid = \"{id}\"\ncurve = \"{curve}\"\n\
             chains = [\"{chain}\"]\nenvironment = \"sandbox\"\n"
        )
    });
    [sources.concat(), keys.concat()].concat()
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(arguments).envs(SoftKms::CREDENTIALS).output().unwrap()
}

fn private_file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
