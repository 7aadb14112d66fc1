//! One encrypted file for all keys, and a keyring over it.

use std::path::Path;

use countersign::http_client::SecretString;
use countersign::keys::{
    Curve, ImportedSecret, Keyring, KeyringConfig, KeystoreFile, LockedKeystore, MnemonicLength,
    OpenKeystore, WorkFactor, generate_mnemonic,
};
use countersign_sandbox::Account;

use crate::Result;
use crate::customers::EACH;

/// What the keys are for. It holds no secret, and stands in a file that the service reads.
const KEYS: &str = r#"
[keys.treasury]
source = "vault"
curve = "secp256k1"
chains = ["evm"]
networks = ["base"]
environment = "sandbox"

[accounts.evm]
source = "vault"
id = "seed"
path = "m/44'/60'/0'"
chains = ["evm"]
networks = ["ethereum"]
environment = "sandbox"
receive = 5

[accounts.bitcoin]
source = "vault"
id = "seed"
path = "m/84'/1'/0'"
chains = ["bitcoin"]
environment = "sandbox"
receive = 5
change = 5

[accounts.solana]
source = "vault"
id = "seed"
path = "m/44'/501'/*'/0'"
chains = ["solana"]
environment = "sandbox"
receive = 5
"#;

/// Makes the keystore. An operator does that once, and keeps a copy of the words.
pub(crate) fn make(path: &Path, passphrase: &SecretString, treasury: &Account) -> Result<()> {
    let mut keystore = OpenKeystore::new();
    let words = generate_mnemonic(MnemonicLength::TwentyFour)?;
    keystore.add("seed", &ImportedSecret::mnemonic(&words, "")?)?;
    let treasury = ImportedSecret::hex(Curve::Secp256k1, treasury.private_key())?;
    keystore.add("treasury", &treasury)?;
    // What is listed is known without the passphrase.
    for account in ["m/44'/60'/0'", "m/84'/1'/0'"] {
        keystore.list_account("seed", &account.parse()?, true)?;
    }
    for customer in 0..EACH {
        let path = format!("m/44'/501'/{customer}'/0'").parse()?;
        keystore.list_key("seed", Curve::Ed25519, &path)?;
    }
    Ok(keystore.seal(passphrase, WorkFactor::STANDARD)?.write_new(path)?)
}

/// Opens the keystore, and finds all addresses.
pub(crate) async fn open(path: &Path, passphrase: SecretString) -> Result<Keyring> {
    let keystore = LockedKeystore::new("vault", KeystoreFile::read(path)?);
    let config = KeyringConfig::from_toml(KEYS)?;
    let keyring = Keyring::new(&config, [keystore.source()]).await?;
    // It takes a second on purpose, which others need not wait for.
    tokio::task::spawn_blocking(move || keystore.unlock(&passphrase)).await??;
    Ok(keyring)
}
