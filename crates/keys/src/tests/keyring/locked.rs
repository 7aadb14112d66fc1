use countersign_evm::{SignError, SignerError};
use futures::executor::block_on;
use secrecy::SecretString;

use super::{KEY, key, sign_by};
use crate::{
    Curve, ImportedSecret, KeyError, Keyring, KeyringConfig, LockedKeystore, OpenKeystore,
    SourceError, TestError, WorkFactor,
};

fn locked() -> (LockedKeystore, SecretString) {
    let mut keystore = OpenKeystore::new();
    keystore.add("owner", &ImportedSecret::hex(Curve::Secp256k1, KEY).unwrap()).unwrap();
    let passphrase = SecretString::from("correct horse battery");
    let file = keystore.seal(&passphrase, WorkFactor::FOR_TESTS).unwrap();
    (LockedKeystore::new("memory", file), passphrase)
}

#[test]
fn a_locked_keystore_finds_and_signs_nothing_until_it_is_opened() {
    let (keystore, passphrase) = locked();
    let config = KeyringConfig::from_toml(&key(r#"["evm"]"#, "sandbox", "")).unwrap();
    let keyring = block_on(Keyring::new(&config, [keystore.source()])).unwrap();
    let error = SourceError::Locked { source_name: "memory".to_owned() };
    let unavailable = SignerError::Unavailable(error.to_string());
    assert_eq!(sign_by(&keyring), Err(SignError::Backend(unavailable)));
    let outcome = block_on(keyring.test())[0].outcome.clone();
    assert_eq!(outcome, Err(TestError::Key(KeyError::Source(error))));
    assert!(keystore.unlock(&SecretString::from("another passphrase")).is_err());
    assert!(keystore.is_locked());
    keystore.unlock(&passphrase).unwrap();
    sign_by(&keyring).unwrap();
    keystore.lock();
    assert!(sign_by(&keyring).is_err());
}
