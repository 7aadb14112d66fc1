//! A swap from an EVM chain over 1Click, paid for by an ERC-20 transfer of our own:
//! `cargo run -p countersign-examples --example oneclick_deposit_evm`.
//!
//! 1Click names an address, and swaps what arrives there. Nobody asks us for an approval, so the
//! address is all that matters: the quote that names it is proven by a pinned key and compared with
//! what we asked, and the one transaction that pays into it is built, read back and bounded by
//! policy before it is signed.

use std::error::Error;
use std::io::{self, Write};

use countersign::evm::LocalSigner;
use countersign::{Countersign, FlowError, SwapRequest, TrackOptions};
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, SandboxConfig, Tamper};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let honest = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&honest, "ethereum")?;
    let request = request(&honest, &account)?;
    shared::swap_and_tell(out, &flow(&honest, &account)?, &request).await?;
    writeln!(out, "What arrived:")?;
    shared::print_deposits(out, &honest)?;
    honest.shutdown().await;

    let lie = Tamper::QuoteDepositAddress;
    let hostile =
        Sandbox::start(SandboxConfig { tamper: Some(lie), ..SandboxConfig::default() }).await?;
    writeln!(out, "The same, with a counterparty that lies ({lie}):")?;
    refuse(out, &hostile).await?;
    hostile.shutdown().await;
    Ok(())
}

async fn refuse(out: &mut (impl Write + Send), sandbox: &Sandbox) -> Result<()> {
    let account = shared::funded_account(sandbox, "ethereum")?;
    let request = request(sandbox, &account)?;
    let result = flow(sandbox, &account)?.swap(&request, TrackOptions::default(), |_| {}).await;
    let Err(FlowError::Refused { refusal, .. }) = result else {
        return Err("a lie was to be refused".into());
    };
    for violation in refusal.violations() {
        writeln!(out, "  {}: {violation}", violation.code)?;
    }
    shared::print_deposits(out, sandbox)?;
    Ok(())
}

/// The key signs transactions; the node says what they are made by, judges and sends them.
fn flow(sandbox: &Sandbox, account: &Account) -> Result<Countersign> {
    let key = LocalSigner::from_hex(account.private_key())?;
    Ok(Countersign::builder(shared::oneclick(sandbox)?, shared::trust(sandbox)?)
        .evm_key(key)
        .evm_node("ethereum", shared::node(sandbox, "ethereum")?)
        .build())
}

fn request(sandbox: &Sandbox, account: &Account) -> Result<SwapRequest> {
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    shared::to_sol("100", "USDC@ethereum", &account.address, &recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn pays_once_into_a_proven_address_and_never_into_another() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let (honest, lied) = text.split_once("The same,").unwrap();
        assert!(honest.contains("The swap is Finished."), "{text}");
        assert!(honest.contains("100000000 of 100000000 arrived, SUCCESS"), "{text}");
        assert!(lied.contains("quote_signature: "), "{text}");
        assert!(lied.contains(": 0 of 100000000 arrived, PENDING_DEPOSIT"), "{text}");
    }
}
