//! Tests keys in AWS KMS, and says which accounts they have:
//! `cargo run -p countersign-examples --features aws-kms --example kms_signer -- REGION KEY...`.
//!
//! A key is an id, an ARN or an alias, and `ed25519:` before it for one of that curve. Credentials are
//! found by AWS's own rules. The endpoint is the region's; another one is named by the settings, and by
//! the argument `--endpoint=URL` here. What stands of endpoints in the environment or a profile is not
//! taken. With a KMS on this machine, such as moto's:
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
//! cargo run -p countersign-examples --features aws-kms --example kms_signer -- \
//!     --endpoint=http://127.0.0.1:5000 eu-central-1 alias/hot
//! ```
//!
//! The keyring that comes of it signs like any other: `Countersign::builder(..).keyring(keyring)`.

use std::error::Error;
use std::io::{self, Write};

use countersign::keys::kms::{KmsSettings, KmsSource};
use countersign::keys::{Curve, EvmKey, Keyring, KeyringConfig, SolanaKey};

/// Names another endpoint than the region's: HTTPS, or HTTP on this machine.
const ENDPOINT: &str = "--endpoint=";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let (settings, keys) = read(std::env::args().skip(1))?;
    let source = KmsSource::connect("aws", &settings).await?;
    run(&mut io::stdout(), source, &keys).await
}

/// Reads where KMS is, and the keys.
fn read(arguments: impl Iterator<Item = String>) -> Result<(KmsSettings, Vec<String>)> {
    let mut arguments = arguments.peekable();
    let endpoint = arguments.next_if(|argument| argument.starts_with(ENDPOINT));
    let endpoint = endpoint.map(|argument| argument.replacen(ENDPOINT, "", 1));
    let region = arguments.next().ok_or("expected a region and keys")?;
    Ok((KmsSettings { endpoint, ..KmsSettings::new(region) }, arguments.collect()))
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
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use countersign::keys::kms::Credentials;

    use super::*;

    /// moto's KMS, and what the tests of the keys add to it.
    const SERVER: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/keys/src/kms/tests/server.py");
    /// Secrets that everybody knows, and the accounts that follow from them.
    const KNOWN: [(&str, &str, &str); 2] = [
        (
            "ECC_SECG_P256K1",
            "0000000000000000000000000000000000000000000000000000000000000001",
            "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
        ),
        (
            "ECC_NIST_EDWARDS25519",
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z",
        ),
    ];

    #[tokio::test]
    async fn keys_of_a_kms_are_tested() {
        let Some(python) = std::env::var_os("COUNTERSIGN_MOTO") else {
            println!("skipped: needs moto");
            return;
        };
        let mut server = Command::new(python);
        server.args([SERVER, "0"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = server.stderr(Stdio::null()).spawn().unwrap();
        let mut input = server.stdin.take().unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let mut said = |start: &str| {
            let mut lines = lines.by_ref().map_while(std::result::Result::ok);
            lines.find_map(|line| line.strip_prefix(start).map(str::to_owned)).unwrap()
        };
        let endpoint = format!("{ENDPOINT}http://127.0.0.1:{}", said("listening on "));
        let mut keys = Vec::new();
        for (spec, secret, _) in KNOWN {
            writeln!(input, "{spec} {secret}").unwrap();
            let prefix = if spec.contains("EDWARDS") { "ed25519:" } else { "" };
            keys.push(format!("{prefix}{}", said("key ")));
        }
        let arguments = [endpoint, "eu-central-1".to_owned()].into_iter().chain(keys);
        let (settings, keys) = read(arguments).unwrap();
        let credentials = Credentials::new("AKIATEST", "not-a-secret", None, None, "test");
        let source = KmsSource::with_credentials("aws", &settings, credentials).unwrap();
        let mut out = Vec::new();
        run(&mut out, source, &keys).await.unwrap();
        // It ends with its input.
        drop(input);
        server.wait().unwrap();
        let text = String::from_utf8(out).unwrap();
        for (line, (_, _, account)) in text.lines().zip(KNOWN) {
            assert!(line.contains(account) && line.ends_with("good"), "{text}");
        }
        assert_eq!(text.lines().count(), KNOWN.len());
    }

    #[test]
    fn an_endpoint_comes_before_the_region() {
        let read = |text: &str| read(text.split(' ').map(str::to_owned)).unwrap();
        let (settings, keys) = read("--endpoint=http://127.0.0.1:5000 eu-central-1 alias/hot");
        assert_eq!(settings.endpoint.as_deref(), Some("http://127.0.0.1:5000"));
        assert_eq!(
            (settings.region.as_str(), keys),
            ("eu-central-1", vec!["alias/hot".to_owned()])
        );
        let (settings, keys) = read("eu-central-1 alias/hot ed25519:alias/sol");
        assert_eq!((settings.endpoint, keys.len()), (None, 2));
    }

    #[test]
    fn each_key_is_one_of_the_keyring() {
        let keys = ["alias/hot".to_owned(), "ed25519:alias/sol".to_owned()];
        let config = KeyringConfig::from_toml(&configuration(&keys)).unwrap();
        assert_eq!(config.keys["key-1"].id.as_deref(), Some("alias/hot"));
        assert_eq!(config.keys["key-2"].curve, Curve::Ed25519);
    }
}
