//! Keys of other software, on their way into a keystore, and out of it again.

use countersign::bitcoin::LocalCoinSigner;
use countersign::evm::LocalSigner;
use countersign::keys::{
    Curve, ImportedSecret, Keyring, KeyringConfig, KeystoreFile, MemoryKeys, OpenKeystore,
    Web3Cost, WorkFactor,
};
use countersign::solana::LocalCosignSigner;

use super::notes::Notes;
use super::secrets::Secrets;
use crate::orders::Orders;

/// Writes the keystore.
pub(crate) fn import(orders: &Orders, secrets: &Secrets, notes: &mut Notes) {
    let mut keystore = OpenKeystore::new();
    let evm = ImportedSecret::hex(Curve::Secp256k1, &secrets.text("evm")).unwrap();
    let bitcoin = ImportedSecret::wif(&secrets.text("bitcoin")).unwrap();
    let solana = ImportedSecret::solana(&secrets.text("solana")).unwrap();
    let seed = ImportedSecret::mnemonic(&secrets.text("mnemonic"), "").unwrap();
    for (id, secret) in [("evm", evm), ("bitcoin", bitcoin), ("solana", solana), ("seed", seed)] {
        notes.debug("imported", &secret);
        keystore.add(id, &secret).unwrap();
    }
    keystore.list_account("seed", &"m/44'/60'/0'".parse().unwrap(), true).unwrap();
    notes.debug("open keystore", &keystore);
    hand_over(&keystore, secrets, notes);
    let passphrase = secrets.secret("passphrase");
    notes.debug("passphrase", &passphrase);
    let file = keystore.seal(&passphrase, WorkFactor::FOR_TESTS).unwrap();
    file.write_new(&orders.folder.join("vault.json")).unwrap();
    notes.debug("keystore", &file);
    spoiled(secrets, notes);
    misplaced(secrets, notes);
    cut_off(&file, secrets, notes);
}

/// Writes keys for other software, and reads one again.
fn hand_over(keystore: &OpenKeystore, secrets: &Secrets, notes: &mut Notes) {
    let passphrase = secrets.secret("passphrase");
    let web3 = keystore.export_web3("evm", &passphrase, Web3Cost::Light).unwrap();
    ImportedSecret::web3(&web3, &secrets.text("passphrase")).unwrap();
    let wrong = secrets.spoiled("passphrase", "x");
    notes.failed("web3, wrong passphrase", ImportedSecret::web3(&web3, &wrong));
    keystore.export_wif("bitcoin", true).unwrap();
    keystore.export_solana("solana").unwrap();
    notes.failed("export of another kind", keystore.export_wif("solana", true));
}

/// Reads what is nearly a key.
fn spoiled(secrets: &Secrets, notes: &mut Notes) {
    let (evm, wif) = (secrets.spoiled("evm", "0"), secrets.spoiled("bitcoin", "1"));
    let (pair, words) = (secrets.spoiled("solana", ","), secrets.spoiled("mnemonic", "zzz"));
    notes.failed("hex", ImportedSecret::hex(Curve::Secp256k1, &evm));
    notes.failed("wif", ImportedSecret::wif(&wif));
    notes.failed("solana", ImportedSecret::solana(&pair));
    notes.failed("mnemonic", ImportedSecret::mnemonic(&words, ""));
    notes.failed("web3", ImportedSecret::web3(&pair, &words));
    notes.failed("evm signer", LocalSigner::from_hex(&evm));
    notes.failed("coin signer", LocalCoinSigner::from_hex(&wif));
    notes.failed("solana signer", LocalCosignSigner::from_keypair_json(pair.as_bytes()));
    notes.failed("solana seed", LocalCosignSigner::from_seed_hex(&evm));
    notes.failed("solana pair", LocalCosignSigner::from_base58(&wif));
}

/// Reads a secret where there should be something else: a person has put it into the wrong file.
fn misplaced(secrets: &Secrets, notes: &mut Notes) {
    let text = secrets.text("misplaced");
    let (text, xprv) = (text.as_str(), secrets.text("xprv"));
    notes.failed("a secret as a keystore", KeystoreFile::parse(text));
    notes.failed(
        "a secret in a keystore",
        KeystoreFile::parse(&format!("{{\"secret\": {text:?}}}")),
    );
    for config in [
        text.to_owned(),
        format!("{text} = 1"),
        format!("[sources.vault]\nkind = \"keystore\"\npassphrase = {text:?}\n"),
        format!("[sources.vault]\npassphrase = {text:?} oops\n"),
        format!("[keys.hot]\nsource = \"vault\"\ncurve = {text:?}\n"),
        format!("[keys.hot]\nsecret = {text:?}\n"),
        format!("[keys.hot]\nchains = {text:?}\n"),
        format!("[keys.hot]\n{text} = \"secret\"\n"),
        format!("[accounts.hot]\nreceive = {text:?}\n"),
        format!("[accounts.hot]\nsource = \"vault\"\nxpub = {:?}\n", xprv.as_str()),
    ] {
        match KeyringConfig::from_toml(&config) {
            Ok(config) => {
                notes.debug("configuration", &config);
                let vault = config.sources.get("vault").unwrap();
                notes.maybe("settings", vault.read::<Settings>());
            }
            Err(error) => notes.error("configuration", &error),
        }
    }
}

/// Takes a private key for a public one.
pub(crate) async fn taken_for_public(secrets: &Secrets, notes: &mut Notes) {
    let (text, memory) = (secrets.text("misplaced"), || MemoryKeys::new("memory").into_source());
    for (curve, chain) in [("secp256k1", "evm"), ("ed25519", "solana")] {
        // Half of all private keys of Ed25519 look like public ones.
        let public_key =
            if curve == "ed25519" { format!("{}0", text.as_str()) } else { text.to_string() };
        let config = format!(
            "[keys.hot]\nsource = \"memory\"\ncurve = \"{curve}\"\nchains = [\"{chain}\"]\n\
             environment = \"sandbox\"\npublic_key = {public_key:?}\n"
        );
        let config = KeyringConfig::from_toml(&config).unwrap();
        let keyring = Keyring::new(&config, [memory()]).await;
        notes.failed("a private key as a public one", keyring.map(drop));
    }
}

/// What a source might ask for.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default, rename = "passphrase")]
    _sessions: u32,
}

/// Reads a keystore that was changed, and one that is opened by another passphrase.
fn cut_off(file: &KeystoreFile, secrets: &Secrets, notes: &mut Notes) {
    let text = file.to_text();
    let half = text.get(..text.len() / 2).unwrap();
    notes.failed("half a keystore", KeystoreFile::parse(half));
    let wrong = secrets.spoiled("passphrase", "x");
    notes.failed("another passphrase", file.open(&wrong.as_str().into()));
}
