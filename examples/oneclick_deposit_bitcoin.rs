//! A swap from Bitcoin over 1Click, paid for by a payment of our own:
//! `cargo run -p countersign-examples --example oneclick_deposit_bitcoin`.
//!
//! The coins are chosen from those that a view of the chain sees, what is left returns to the owner,
//! and the fee is bounded by policy. The payment has one output for the proven address, and nothing
//! else that is not ours.

use std::error::Error;
use std::io::{self, Write};

use countersign::Countersign;
use countersign::bitcoin::LocalCoinSigner;
use countersign::chain_rpc::Esplora;
use countersign::http_client::transport::{Auth, Limits};
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, SandboxConfig};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "bitcoin")?;
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    let request = shared::to_sol("0.005", "BTC@bitcoin", &account.address, &recipient)?;
    shared::swap_and_tell(out, &sandbox, (&flow(&sandbox, &account)?, &request)).await?;
    writeln!(out, "What the owner and the recipient hold:")?;
    let holders = [("owner", account.address.as_str()), ("recipient", recipient.as_str())];
    shared::print_balances(out, &sandbox, &holders)?;
    sandbox.shutdown().await;
    Ok(())
}

/// No keeper of refund recipes is needed: a payment locks nothing up.
fn flow(sandbox: &Sandbox, account: &Account) -> Result<Countersign> {
    let key = LocalCoinSigner::from_hex(account.private_key())?;
    let url = sandbox.esplora_url("bitcoin").ok_or("there is no bitcoin here")?;
    let chain = Esplora::connect(url.parse()?, Auth::None, Limits::default())?;
    Ok(Countersign::builder(shared::oneclick(sandbox)?, shared::trust(sandbox)?)
        .coin_signer(key.public_key(), key)?
        .bitcoin_chain("bitcoin", chain)
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn pays_exactly_what_was_quoted() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("The swap is Finished."), "{text}");
        assert!(text.contains("500000 of 500000 arrived, SUCCESS"), "{text}");
        assert!(text.contains("1.996 SOL on solana"), "{text}");
    }
}
