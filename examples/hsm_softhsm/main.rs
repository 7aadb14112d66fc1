//! A swap whose key is in a token behind PKCS#11:
//! `cargo run -p countersign-examples --example hsm_softhsm`.
//!
//! It takes `SoftHSM2`, a token in software (on Debian: `apt install libsofthsm2`); a hardware module is
//! used in the same way, by its maker's library. The sandbox owns funds by a key of its own, so that
//! key is brought to the token, which it can't leave again; a key for live funds is made there, as the
//! one on the other curve is here.

mod token;

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use countersign::keys::pkcs11::{Pkcs11Source, TokenSettings};
use countersign::keys::{Curve, ImportedSecret, Keyring, KeyringConfig};
use countersign::{Countersign, TrackOptions};
use countersign_examples as shared;
use countersign_sandbox::{Sandbox, SandboxConfig};

const LABEL: &str = "treasury";
const PIN: &str = "4-eyes-please";
const KEYS: &str = r#"
[keys.hot-evm]
source = "hsm"
curve = "secp256k1"
chains = ["evm"]
environment = "sandbox"

[keys.hot-solana]
source = "hsm"
curve = "ed25519"
chains = ["solana"]
environment = "sandbox"
"#;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mut out = io::stdout();
    let Some(module) = token::module() else {
        return Ok(writeln!(out, "SoftHSM2 is not here: apt install libsofthsm2")?);
    };
    if token::is_configured() {
        return run(&mut out, &module).await;
    }
    // The library reads its environment when it is loaded.
    let said = tokio::task::spawn_blocking(|| {
        token::run_configured(&[]).map_err(|error| error.to_string())
    });
    Ok(write!(out, "{}", said.await??)?)
}

async fn run(out: &mut impl Write, module: &Path) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "ethereum")?;
    token::make(module, LABEL, PIN)?;

    let settings = TokenSettings::new(module, LABEL);
    let hsm = Pkcs11Source::open("hsm", settings, Some(PIN.into())).await?;
    let secret = ImportedSecret::hex(Curve::Secp256k1, account.private_key())?;
    hsm.import("hot-evm", *b"1", Curve::Secp256k1, secret).await?;
    hsm.generate("hot-solana", *b"2", Curve::Ed25519).await?;

    let config = KeyringConfig::from_toml(KEYS)?;
    let keyring = Keyring::new(&config, [hsm.into_source()]).await?;
    for test in keyring.test().await {
        let outcome = test.outcome.map_or_else(|error| error.to_string(), |()| "good".to_owned());
        writeln!(out, "The test of {} by {} is {outcome}.", test.key.name(), test.scheme)?;
    }
    let countersign = Countersign::builder(shared::connect(&sandbox)?, shared::trust(&sandbox)?)
        .keyring(keyring)
        .chain("ethereum", shared::node(&sandbox, "ethereum")?)
        .build();
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    let request = shared::to_sol("100", "USDC@ethereum", &account.address, &recipient)?;
    let outcome = countersign.swap(&request, TrackOptions::default(), |_| {}).await?;
    writeln!(out, "The swap is {}.", outcome.status.status)?;
    shared::print_balances(out, &sandbox, &[("owner", &account.address)])?;
    sandbox.shutdown().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the test prints in the process of its own.
    const DONE: &str = "the token signed";

    #[tokio::test(flavor = "multi_thread")]
    async fn a_swap_is_signed_in_the_token() {
        let Some(module) = token::module() else {
            println!("skipped: needs softhsm2");
            return;
        };
        if !token::is_configured() {
            let test = "tests::a_swap_is_signed_in_the_token";
            let arguments = ["--exact", test, "--nocapture"];
            let again = || token::run_configured(&arguments).unwrap();
            assert!(tokio::task::block_in_place(again).contains(DONE));
            return;
        }
        let mut out = Vec::new();
        run(&mut out, &module).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in [
            "The test of hot-evm by ecdsa is good.",
            "The test of hot-solana by ed25519 is good.",
            "The swap is Finished.",
            "99900 USDC on ethereum",
        ] {
            assert!(text.contains(line), "{text}");
        }
        println!("{DONE}");
    }
}
