//! A swap from an EVM chain through Permit2, one step at a time:
//! `cargo run -p countersign-examples --example evm_permit2`.
//!
//! `Countersign::swap` runs all of these steps in one call. Each step takes what the one before
//! returned, so none can be left out or done twice.

use std::error::Error;
use std::io::{self, Write};

use countersign::evm::LocalSigner;
use countersign::{Countersign, Reserved, Signed, SwapRequest, TrackOptions};
use countersign_examples as shared;
use countersign_sandbox::{Sandbox, SandboxConfig};
use futures::StreamExt;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut impl Write) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "ethereum")?;
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    let request = shared::to_sol("100", "USDC@ethereum", &account.address, &recipient)?;
    let key = LocalSigner::from_hex(account.private_key())?;
    let countersign = Countersign::builder(shared::connect(&sandbox)?, shared::trust(&sandbox)?)
        .signer(key)
        .chain("ethereum", shared::node(&sandbox, "ethereum")?)
        .build();
    let holders = [("owner", account.address.as_str()), ("recipient", recipient.as_str())];

    writeln!(out, "Before:")?;
    shared::print_balances(out, &sandbox, &holders)?;
    let reserved = agree(out, &countersign, &request).await?;
    let signed = hand_over(out, &countersign, &reserved).await?;
    follow(out, &countersign, &signed).await?;
    writeln!(out, "What ran on the chains:")?;
    shared::print_executions(out, &sandbox)?;
    writeln!(out, "After:")?;
    shared::print_balances(out, &sandbox, &holders)?;
    sandbox.shutdown().await;
    Ok(())
}

/// From a request to the right to sign. Up to here there is no signature that could leak.
async fn agree(
    out: &mut impl Write,
    countersign: &Countersign,
    request: &SwapRequest,
) -> Result<Reserved> {
    let offered = countersign.quote(request).await?;
    writeln!(out, "quote    The API made offer {}.", offered.offer().id)?;

    let accepted = countersign.accept(offered)?;
    let (gives, gets) = (&accepted.terms().source, &accepted.terms().destination);
    let (gives, gets) = (gives.describe(), gets.describe());
    writeln!(out, "accept   It is what was asked for, within policy: {gives} for {gets} or more.")?;

    let created = countersign.create(accepted).await?;
    writeln!(out, "create   The API created intent {}.", created.intent().id)?;

    let bound = countersign.bind(created)?;
    let length = bound.payload().len();
    writeln!(out, "bind     It wants {length} bytes signed; its claims are in our terms now.")?;

    let verified = countersign.verify(bound).await?;
    writeln!(
        out,
        "verify   Every member is what was agreed, and the chain agrees. A signature would allow:"
    )?;
    writeln!(out, "{}", verified.statement())?;

    let reviewed = countersign.review(verified).await?;
    writeln!(out, "review   Policy lets this amount pass without a reviewer.")?;

    let reserved = countersign.reserve(reviewed).await?;
    let claim = reserved.evidence().claim();
    writeln!(out, "reserve  The ledger keeps {} for it.", claim.resources.join(", "))?;
    Ok(reserved)
}

/// Signs, and lets the signature out.
async fn hand_over(
    out: &mut impl Write,
    countersign: &Countersign,
    reserved: &Reserved,
) -> Result<Signed> {
    let signed = countersign.sign(reserved).await?;
    let digest = hex::encode(signed.evidence().digest());
    writeln!(
        out,
        "sign     The owner's key signed 0x{digest}; the signature recovers to the owner."
    )?;

    countersign.approve(&signed).await?;
    writeln!(out, "approve  The API took the approval.")?;
    Ok(signed)
}

async fn follow(out: &mut impl Write, countersign: &Countersign, signed: &Signed) -> Result<()> {
    let statuses = countersign.track(signed.intent_id(), TrackOptions::default());
    let mut statuses = std::pin::pin!(statuses);
    while let Some(seen) = statuses.next().await {
        writeln!(out, "track    The swap is {}.", seen?.status)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn moves_the_tokens_and_says_so() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let (before, after) = text.split_once("After:").unwrap();
        assert!(before.contains("holds 100000 USDC on ethereum"), "{text}");
        assert!(before.contains("holds nothing"), "{text}");
        assert!(before.contains("track    The swap is Finished."), "{text}");
        assert!(before.contains("SandboxEscrow.deposit on ethereum"), "{text}");
        assert!(after.contains("holds 99900 USDC on ethereum"), "{text}");
        assert!(after.contains("holds 0.666666666 SOL on solana"), "{text}");
    }
}
