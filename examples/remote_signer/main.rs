//! Swaps whose key is in a signing service of the custodian's own:
//! `cargo run -p countersign-examples --example remote_signer`.
//!
//! The service is told what was verified and by which terms, verifies it by itself, asks its own rules
//! and signs. `docs/remote-signer.yaml` has its requests and answers, so it may be written in any
//! language; `service` shows the one that comes along, behind axum, and `rules` a limit for each day.

mod rules;
mod service;

use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;

use countersign::http_client::SecretString;
use countersign::keys::remote::{HmacKey, RemoteAccess, RemoteSource};
use countersign::keys::{Keyring, KeyringConfig};
use countersign::units::Lots;
use countersign::{Countersign, TrackOptions};
use countersign_examples as shared;
use countersign_sandbox::{Sandbox, SandboxConfig};
use rules::Daily;

/// The caller's side: which key of the service it uses.
const KEYS: &str = r#"
[keys.customers]
source = "signer"
curve = "secp256k1"
chains = ["evm"]
environment = "sandbox"
"#;
/// How long the service may take.
const DEADLINE: Duration = Duration::from_secs(10);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut impl Write) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "ethereum")?;
    let mut key = [0; 32];
    hex::decode_to_slice(account.private_key().trim_start_matches("0x"), &mut key)?;
    // Not more than 500 USDC a day, by the service's own count.
    let rules = Daily::new("USDC", Lots::from_decimal("500", 6)?);
    let base = service::start(&key, client()?, &shared::trust(&sandbox)?, rules).await?;

    let access = RemoteAccess::hmac(client()?);
    let source = RemoteSource::new("signer", base.parse()?, access, DEADLINE)?;
    let config = KeyringConfig::from_toml(KEYS)?;
    let keyring = Keyring::new(&config, [source.into_source()]).await?;
    for test in keyring.test().await {
        let outcome = test.outcome.map_or_else(|error| error.to_string(), |()| "good".to_owned());
        writeln!(out, "The test of {} by {} is {outcome}.", test.key.name(), test.scheme)?;
    }
    let countersign = Countersign::builder(shared::connect(&sandbox)?, shared::trust(&sandbox)?)
        .keyring(keyring)
        .chain("ethereum", shared::node(&sandbox, "ethereum")?)
        .build();
    for amount in ["100", "450"] {
        writeln!(out, "A swap of {amount} USDC:")?;
        let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
        let request = shared::to_sol(amount, "USDC@ethereum", &account.address, &recipient)?;
        match countersign.swap(&request, TrackOptions::default(), |_| {}).await {
            Ok(outcome) => writeln!(out, "  It is {}.", outcome.status.status)?,
            Err(error) => writeln!(out, "  No signature came out: {error}")?,
        }
    }
    shared::print_balances(out, &sandbox, &[("owner", &account.address)])?;
    sandbox.shutdown().await;
    Ok(())
}

/// What both sides have: the name of the client, and a secret of 32 bytes or more.
fn client() -> Result<HmacKey> {
    let secret = SecretString::from("not-a-secret-since-it-is-in-an-example");
    Ok(HmacKey::new("backend-1", &secret)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn signs_what_the_rules_allow() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let (first, second) = text.split_once("A swap of 450 USDC:").unwrap();
        assert!(first.contains("The test of customers by ecdsa is good."), "{text}");
        assert!(first.contains("It is Finished."), "{text}");
        assert!(
            second.contains("declined: more than 500000000 base units of USDC a day"),
            "{text}"
        );
        assert!(second.contains("99900 USDC on ethereum"), "{text}");
    }
}
