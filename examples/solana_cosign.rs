//! A swap of SOL, and what is read of the transaction before our signature stands in it:
//! `cargo run -p countersign-examples --example solana_cosign`.
//!
//! The API builds the transaction, a sponsor pays its fee, and we sign beside it. Each instruction
//! is decoded, the transaction is run on our own node without being sent, and what that would do to
//! our accounts is compared with what was agreed.

use std::error::Error;
use std::io::{self, Write};

use countersign::chain_rpc::SolanaRpc;
use countersign::solana::LocalCosignSigner;
use countersign::{Countersign, Event, SwapRequest, TrackOptions};
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, SandboxConfig, Tamper};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let honest = Sandbox::start(SandboxConfig::default()).await?;
    writeln!(out, "A swap of 1 SOL. A signature allows:")?;
    swap(out, &honest).await?;
    honest.shutdown().await;

    let lie = Tamper::SolSetAuthority;
    let config = SandboxConfig { tamper: Some(lie), ..SandboxConfig::default() };
    let hostile = Sandbox::start(config).await?;
    writeln!(out, "The same, with a counterparty that lies ({lie}):")?;
    refuse(out, &hostile).await?;
    hostile.shutdown().await;
    Ok(())
}

async fn swap(out: &mut (impl Write + Send), sandbox: &Sandbox) -> Result<()> {
    let account = shared::funded_account(sandbox, "solana")?;
    let countersign = flow(sandbox, &account)?;
    let mut page = String::new();
    let observe = |event: Event<'_>| {
        if let Event::Verified { statement } = event {
            page = statement.to_string();
        }
    };
    let request = request(sandbox, &account)?;
    let outcome = countersign.swap(&request, TrackOptions::default(), observe).await?;
    writeln!(out, "{page}\nThe swap is {}. What ran on the chains:", outcome.status.status)?;
    shared::print_executions(out, sandbox)?;
    Ok(())
}

async fn refuse(out: &mut (impl Write + Send), sandbox: &Sandbox) -> Result<()> {
    let account = shared::funded_account(sandbox, "solana")?;
    let request = request(sandbox, &account)?;
    let result = flow(sandbox, &account)?.swap(&request, TrackOptions::default(), |_| {}).await;
    shared::print_refusal(out, result)?;
    writeln!(out, "  Nothing was signed, and {} calls ran.", sandbox.executions().len())?;
    Ok(())
}

fn flow(sandbox: &Sandbox, account: &Account) -> Result<Countersign> {
    let key = LocalCosignSigner::from_seed_hex(account.private_key())?;
    let url = sandbox.rpc_url("solana").ok_or("there is no solana here")?;
    Ok(Countersign::builder(shared::connect(sandbox)?, shared::trust(sandbox)?)
        .solana_signer(key.address(), key)
        .solana_chain("solana", SolanaRpc::connect(url.parse()?)?)
        .build())
}

fn request(sandbox: &Sandbox, account: &Account) -> Result<SwapRequest> {
    let recipient = sandbox.new_recipient("ethereum").ok_or("there is no ethereum here")?;
    let to_sol = shared::to_sol("1", "SOL@solana", &account.address, &recipient)?;
    Ok(SwapRequest { to: "USDC@ethereum".parse()?, ..to_sol })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn moves_the_lamports_and_refuses_the_lie() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let (swapped, refused) = text.split_once("The same,").unwrap();
        assert!(swapped.contains("The swap is Finished."), "{text}");
        assert!(refused.contains("token_authority"), "{text}");
        assert!(refused.contains("Nothing was signed, and 0 calls ran."), "{text}");
    }
}
