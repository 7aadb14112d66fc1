//! Prices of three APIs for the same swap, side by side, and which is the best:
//! `cargo run -p countersign-examples --example aurora_quote`.
//!
//! Aurora and 1Click sign a price as well, though nothing can be paid into it: it is proven by a
//! pinned key and compared with what was asked. Nothing is begun, and no key of ours is needed.

use std::error::Error;
use std::io::{self, Write};

use countersign::{Backing, Chooser, Order, Quoted, SwapApi, best};
use countersign_examples as shared;
use countersign_sandbox::{Sandbox, SandboxConfig};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let trust = shared::trust(&sandbox)?;
    let (registry, policy) = (trust.registry(), trust.policy()?);
    let owner = shared::funded_account(&sandbox, "ethereum")?.address;
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    let request = shared::to_sol("100", "USDC@ethereum", &owner, &recipient)?;
    let order = Order::new(&request, registry)?;

    writeln!(out, "Aurora alone:")?;
    let chooser = Chooser::new(registry).policy(&policy);
    let aurora = shared::aurora(&sandbox)?;
    tell(out, &order, &chooser.quote(&aurora, &order).await)?;

    writeln!(out, "All three, asked at once:")?;
    let (oneclick, defi) = (shared::oneclick(&sandbox)?, shared::connect(&sandbox)?);
    let apis: [&dyn SwapApi; 3] = [&defi, &oneclick, &aurora];
    let answers = chooser.quotes(&apis, &order).await;
    for quoted in &answers {
        tell(out, &order, quoted)?;
    }
    let choice = best(&answers).ok_or("nobody offers anything")?;
    writeln!(out, "The best is {}: {}.", choice.api, choice.reason)?;
    sandbox.shutdown().await;
    Ok(())
}

fn tell(out: &mut impl Write, order: &Order, quoted: &Quoted) -> io::Result<()> {
    let api = quoted.api;
    let priced = match &quoted.answer {
        Ok(priced) => priced,
        Err(failure) => return writeln!(out, "  {api}: {failure}"),
    };
    let decimals = order.destination.decimals;
    let [out_lots, least] = [priced.expected(), priced.least()].map(|it| it.to_decimal(decimals));
    let proven = match &priced.backing {
        Backing::Signed { key, .. } => format!("signed by the pinned key {}", hex::encode(key)),
        _ => "a promise only".to_owned(),
    };
    writeln!(out, "  {api}: {out_lots} SOL, at least {least}, {proven}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn three_prices_are_compared() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let (alone, all) = text.split_once("All three").unwrap();
        assert!(alone.contains("aurora: 0.665333332 SOL, at least 0.662006665, signed"), "{text}");
        assert!(all.contains("defi: 0.666666666 SOL, at least 0.663333332, a promise"), "{text}");
        assert!(all.contains("The best is defi: the highest minimum out."), "{text}");
    }
}
