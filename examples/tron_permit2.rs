//! A swap from Tron through Permit2, in one call:
//! `cargo run -p countersign-examples --example tron_permit2`.
//!
//! Everything is as on an EVM chain, but for addresses (base58check) and the chain id (its low 32
//! bits are hashed, as TIP-712 has it). `evm_permit2` goes through the steps one by one.

use std::error::Error;
use std::io::{self, Write};

use countersign::evm::LocalSigner;
use countersign::{Countersign, Event, TrackOptions};
use countersign_examples as shared;
use countersign_sandbox::{Sandbox, SandboxConfig};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "tron")?;
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    let request = shared::to_sol("100", "USDT@tron", &account.address, &recipient)?;
    let countersign = Countersign::builder(shared::connect(&sandbox)?, shared::trust(&sandbox)?)
        .signer(LocalSigner::from_hex(account.private_key())?)
        .chain("tron", shared::node(&sandbox, "tron")?)
        .build();

    let mut lines = Vec::new();
    let observe = |event: Event<'_>| lines.extend(tell(&event));
    let outcome = countersign.swap(&request, TrackOptions::default(), observe).await?;
    for line in lines {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "The swap is {}. What ran on the chains:", outcome.status.status)?;
    shared::print_executions(out, &sandbox)?;
    let holders = [("owner", account.address.as_str()), ("recipient", recipient.as_str())];
    shared::print_balances(out, &sandbox, &holders)?;
    sandbox.shutdown().await;
    Ok(())
}

fn tell(event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::Offered { summary } => format!("The API offers {summary}."),
        Event::Created { intent_id } => format!("It created intent {intent_id}."),
        Event::Verified { statement } => {
            format!("All is as agreed. A signature allows:\n{statement}")
        }
        Event::Signed { approval } => format!("Signed, usable until {}.", approval.valid_until),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn moves_the_tokens_and_says_so() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        for part in [
            "100 USDT on tron for at least",
            "The swap is Finished.",
            "SandboxEscrow.deposit on tron",
            "holds 0.666666666 SOL on solana",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
