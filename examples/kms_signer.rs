//! Tests keys in AWS KMS, and says which accounts they have:
//! `cargo run -p countersign-examples --features aws-kms --example kms_signer -- REGION KEY...`.
//!
//! A key is an id, an ARN or an alias, and `ed25519:` before it for one of that curve. Credentials are
//! found by AWS's own rules; `AWS_ENDPOINT_URL_KMS` names another endpoint than the region's. The keyring
//! that comes of it signs like any other: `Countersign::builder(..).keyring(keyring)`.

use std::error::Error;
use std::io::{self, Write};

use countersign::keys::kms::{KmsSettings, KmsSource};
use countersign::keys::{Curve, EvmKey, Keyring, KeyringConfig, SolanaKey};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let region = arguments.next().ok_or("expected a region and keys")?;
    let keys: Vec<String> = arguments.collect();
    let settings = KmsSettings::new(region);
    let source = KmsSource::connect("aws", &settings).await?;
    run(&mut io::stdout(), source, &keys).await
}

async fn run(out: &mut impl Write, source: KmsSource, keys: &[String]) -> Result<()> {
    let config = KeyringConfig::from_toml(&configuration(keys))?;
    // Asks KMS for each public half.
    let keyring = Keyring::new(&config, [source.into_source()]).await?;
    for test in keyring.test().await {
        let (name, milliseconds) = (test.key.name().to_owned(), test.latency.as_millis());
        let account = match test.key.curve() {
            Curve::Secp256k1 => EvmKey::new(test.key).map(|key| key.address().to_string()),
            Curve::Ed25519 => SolanaKey::new(test.key).map(|key| key.address().to_string()),
        };
        let outcome = test.outcome.map_or_else(|error| error.to_string(), |()| "good".to_owned());
        let account = account.unwrap_or_default();
        writeln!(out, "{name}  {account}  {}  {milliseconds} ms  {outcome}", test.scheme)?;
    }
    Ok(())
}

/// Writes down what a keyring is told of the keys. A custodian has this in a file.
fn configuration(keys: &[String]) -> String {
    let entries = keys.iter().zip(1..).map(|(key, number)| {
        let (id, curve, chain) = match key.strip_prefix("ed25519:") {
            Some(id) => (id, Curve::Ed25519, "solana"),
            None => (key.as_str(), Curve::Secp256k1, "evm"),
        };
        format!(
            "[keys.key-{number}]\nsource = \"aws\"\nid = \"{id}\"\ncurve = \"{curve}\"\n\
             chains = [\"{chain}\"]\nenvironment = \"mainnet\"\n"
        )
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_one_of_the_keyring() {
        let keys = ["alias/hot".to_owned(), "ed25519:alias/sol".to_owned()];
        let config = KeyringConfig::from_toml(&configuration(&keys)).unwrap();
        assert_eq!(config.keys["key-1"].id.as_deref(), Some("alias/hot"));
        assert_eq!(config.keys["key-2"].curve, Curve::Ed25519);
    }
}
