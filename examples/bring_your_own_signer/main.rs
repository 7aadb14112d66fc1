//! A swap with a key that never comes near this library:
//! `cargo run -p countersign-examples --example bring_your_own_signer`.
//!
//! `key_service` is the custodian's own: a key in a task of its own, behind a channel, with its own
//! limit and its own crypto. `remote_key` is all that it takes to plug it in. Then three swaps: one
//! that is fine, one that the service declines, and one with a service that signs something else.

mod key_service;
mod remote_key;

use std::error::Error;
use std::io::{self, Write};

use countersign::units::Lots;
use countersign::{Countersign, TrackOptions};
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, SandboxConfig};
use tokio::sync::mpsc::UnboundedReceiver;

use key_service::{Conduct, KeyService, Vault};
use remote_key::RemoteKey;

const USDC: &str = "USDC@ethereum";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut impl Write) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "ethereum")?;

    writeln!(out, "A swap of 100 USDC, signed by the custodian's key service:")?;
    let mut custody = Custody::open(&sandbox, &account, Conduct::Honest)?;
    custody.swap(out, &sandbox, "100").await?;
    shared::print_executions(out, &sandbox)?;
    shared::print_balances(out, &sandbox, &[("owner", &account.address)])?;
    let moved = sandbox.executions();

    writeln!(out, "A swap of 900 USDC, more than the service signs at once:")?;
    custody.swap(out, &sandbox, "900").await?;

    writeln!(out, "A swap of 100 USDC, with a service that signs another digest:")?;
    let mut custody = Custody::open(&sandbox, &account, Conduct::SignsAnotherDigest)?;
    custody.swap(out, &sandbox, "100").await?;

    let unmoved = if sandbox.executions() == moved { "Nothing" } else { "Something" };
    writeln!(out, "{unmoved} moved in the last two.")?;
    shared::print_balances(out, &sandbox, &[("owner", &account.address)])?;
    sandbox.shutdown().await;
    Ok(())
}

/// The flow over one key service, and what that service writes down.
struct Custody {
    countersign: Countersign,
    owner: String,
    log: UnboundedReceiver<String>,
}

impl Custody {
    /// Starts the service, and plugs it in.
    fn open(sandbox: &Sandbox, account: &Account, conduct: Conduct) -> Result<Self> {
        let limit = Lots::from_decimal("500", 6)?;
        let vault = Vault::open(account.private_key(), limit, conduct)?;
        let (service, log) = KeyService::start(vault);
        let signer = RemoteKey::new(account.address.parse()?, service);
        let countersign = Countersign::builder(shared::connect(sandbox)?, shared::trust(sandbox)?)
            .signer(signer)
            .chain("ethereum", shared::node(sandbox, "ethereum")?)
            .build();
        Ok(Self { countersign, owner: account.address.clone(), log })
    }

    /// Runs all steps of a swap in one call, and says how it ended.
    async fn swap(&mut self, out: &mut impl Write, sandbox: &Sandbox, amount: &str) -> Result<()> {
        let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
        let request = shared::to_sol(amount, USDC, &self.owner, &recipient)?;
        let ended = self.countersign.swap(&request, TrackOptions::default(), |_| {}).await;
        while let Ok(line) = self.log.try_recv() {
            writeln!(out, "  key service: {line}")?;
        }
        match ended {
            Ok(outcome) => writeln!(out, "  The swap is {}.", outcome.status.status)?,
            Err(error) => writeln!(out, "  No signature came out: {error}")?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn signs_declines_and_stops_a_forger() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let scenes: Vec<&str> = text.split("A swap of ").collect();
        let [_, honest, declined, forged] = scenes.as_slice() else { panic!("{text}") };
        assert!(honest.contains("The swap is Finished."), "{text}");
        assert!(honest.contains("SandboxEscrow.deposit on ethereum"), "{text}");
        assert!(honest.contains("99900 USDC on ethereum"), "{text}");
        assert!(declined.contains("the key backend declined: "), "{text}");
        assert!(forged.contains("expected a signature that recovers to 0x"), "{text}");
        assert!(forged.contains("Nothing moved in the last two."), "{text}");
        assert!(forged.contains("99900 USDC on ethereum"), "{text}");
    }
    #[tokio::test]
    async fn a_service_that_has_ended_is_an_error_and_moves_nothing() {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let account = shared::funded_account(&sandbox, "ethereum").unwrap();
        let signer = RemoteKey::new(account.address.parse().unwrap(), KeyService::ended());
        let api = shared::connect(&sandbox).unwrap();
        let countersign =
            Countersign::builder(api, shared::trust(&sandbox).unwrap()).signer(signer);
        let node = shared::node(&sandbox, "ethereum").unwrap();
        let countersign = countersign.chain("ethereum", node).build();
        let recipient = sandbox.new_recipient("solana").unwrap();
        let request = shared::to_sol("100", USDC, &account.address, &recipient).unwrap();
        let ended = countersign.swap(&request, TrackOptions::default(), |_| {}).await;
        let error = ended.unwrap_err().to_string();
        assert_eq!(error, "the key backend is not available: it has ended");
        assert_eq!(sandbox.executions(), []);
    }
}
