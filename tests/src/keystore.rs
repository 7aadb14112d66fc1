use countersign::keys::{
    Curve, ImportedSecret, Keyring, KeyringConfig, LockedKeystore, OpenKeystore, WorkFactor,
};

use crate::Scene;

/// A keyring with the key of a scene's account alone, in a keystore that is still locked.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a test takes both")]
pub struct KeyInKeystore {
    /// The keystore.
    pub keystore: LockedKeystore,
    /// The keyring over it.
    pub keyring: Keyring,
}

/// What opens the keystores of tests.
const PASSPHRASE: &str = "correct horse battery staple";

impl KeyInKeystore {
    /// Encrypts the key of a scene's account, for use in an environment.
    ///
    /// # Panics
    ///
    /// Panics if it is no key.
    pub async fn of(scene: &Scene, environment: &str) -> Self {
        let (curve, chains) = match scene.account.network.as_str() {
            "solana" => (Curve::Ed25519, r#"["solana", "near"]"#),
            "bitcoin" => (Curve::Secp256k1, r#"["bitcoin"]"#),
            "tron" => (Curve::Secp256k1, r#"["tron", "near"]"#),
            _ => (Curve::Secp256k1, r#"["evm", "near"]"#),
        };
        let mut keystore = OpenKeystore::new();
        let secret = ImportedSecret::hex(curve, scene.account.private_key()).unwrap();
        keystore.add("account", &secret).unwrap();
        let file = keystore.seal(&PASSPHRASE.to_owned().into(), WorkFactor::FOR_TESTS).unwrap();
        let keystore = LockedKeystore::new("vault", file);
        let config = format!(
            "[keys.account]\nsource = \"vault\"\ncurve = \"{curve}\"\nchains = {chains}\n\
             environment = \"{environment}\"\n"
        );
        let config = KeyringConfig::from_toml(&config).unwrap();
        let keyring = Keyring::new(&config, [keystore.source()]).await.unwrap();
        Self { keystore, keyring }
    }

    /// Opens the keystore.
    ///
    /// # Panics
    ///
    /// Panics if it does not open.
    pub fn unlock(&self) {
        self.keystore.unlock(&PASSPHRASE.to_owned().into()).unwrap();
    }
}
