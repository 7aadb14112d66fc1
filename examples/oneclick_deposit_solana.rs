//! A swap of a token on Solana over 1Click, paid for by a transfer of our own:
//! `cargo run -p countersign-examples --example oneclick_deposit_solana`.
//!
//! A token goes to the account that belongs to the proven address and its mint; where there is none
//! yet, the same transaction creates it, at our cost, which policy bounds.

use std::error::Error;
use std::io::{self, Write};

use countersign::chain_rpc::SolanaRpc;
use countersign::solana::LocalCosignSigner;
use countersign::units::Bps;
use countersign::{Countersign, SwapRequest};
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, SandboxConfig};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "solana")?;
    let recipient = sandbox.new_recipient("ethereum").ok_or("there is no ethereum here")?;
    let request = request(&account, &recipient)?;
    shared::swap_and_tell(out, &sandbox, (&flow(&sandbox, &account)?, &request)).await?;
    writeln!(out, "What the recipient holds:")?;
    shared::print_balances(out, &sandbox, &[("recipient", recipient.as_str())])?;
    sandbox.shutdown().await;
    Ok(())
}

fn flow(sandbox: &Sandbox, account: &Account) -> Result<Countersign> {
    let key = LocalCosignSigner::from_seed_hex(account.private_key())?;
    let url = sandbox.rpc_url("solana").ok_or("there is no solana here")?;
    Ok(Countersign::builder(shared::oneclick(sandbox)?, shared::trust(sandbox)?)
        .solana_key(key.address(), key)
        .solana_node("solana", SolanaRpc::connect(url.parse()?)?)
        .build())
}

fn request(account: &Account, recipient: &str) -> Result<SwapRequest> {
    Ok(SwapRequest {
        from: "USDC@solana".parse()?,
        to: "USDC@ethereum".parse()?,
        amount: "100".to_owned(),
        min_out: Some("99".to_owned()),
        slippage: Bps::new(50)?,
        owner: account.address.clone(),
        recipient: recipient.to_owned(),
        refund_address: account.address.clone(),
        coins: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn pays_a_token_into_an_account_that_it_creates() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("The swap is Finished."), "{text}");
        assert!(text.contains("100000000 of 100000000 arrived, SUCCESS"), "{text}");
        assert!(text.contains("holds 99.8 USDC on ethereum"), "{text}");
    }
}
