//! A swap from Bitcoin, and then one that fails, whose coins we take back:
//! `cargo run -p countersign-examples --example bitcoin_htlc`.
//!
//! The coins go into a hash time-locked output. The resolver takes them with the secret, which it
//! shows by that; where it never does, they are ours again after the lock time, by a refund that
//! needs nobody else. What that takes is kept before anything is signed.

use std::error::Error;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::SwapId;
use countersign::bitcoin::{LocalCoinSigner, RefundRecipe};
use countersign::chain_rpc::Esplora;
use countersign::http_client::transport::{Auth, Limits};
use countersign::{
    Countersign, Event, FlowError, KeepRefund, KeepRefundError, SwapRequest, TrackOptions, refund,
};
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, SandboxConfig};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Keeps recipes in memory. A service writes them where they outlive it.
#[derive(Clone, Default)]
struct Drawer(Arc<Mutex<Vec<RefundRecipe>>>);

#[async_trait]
impl KeepRefund for Drawer {
    async fn keep(
        &self,
        _: SwapId,
        recipe: &RefundRecipe,
    ) -> std::result::Result<(), KeepRefundError> {
        let mut kept = self.0.lock().map_err(|error| KeepRefundError(error.to_string()))?;
        kept.push(recipe.clone());
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let honest = Sandbox::start(SandboxConfig::default()).await?;
    writeln!(out, "A swap of 0.005 BTC:")?;
    swap(out, &honest).await?;
    honest.shutdown().await;

    let config = SandboxConfig {
        resolver_fails: true,
        intent_lifetime: Duration::from_secs(3),
        refund_delay: Duration::from_secs(2),
        ..SandboxConfig::default()
    };
    let failing = Sandbox::start(config).await?;
    writeln!(out, "The same, with a resolver that never pays:")?;
    lose_and_refund(out, &failing).await?;
    failing.shutdown().await;
    Ok(())
}

async fn swap(out: &mut (impl Write + Send), sandbox: &Sandbox) -> Result<()> {
    let account = shared::funded_account(sandbox, "bitcoin")?;
    let countersign = flow(sandbox, &account, Drawer::default())?;
    let request = request(sandbox, &account)?;
    let mut page = String::new();
    let observe = |event: Event<'_>| {
        if let Event::Verified { statement } = event {
            page = statement.to_string();
        }
    };
    let outcome = countersign.swap(&request, TrackOptions::default(), observe).await?;
    writeln!(out, "{page}\nThe swap is {}. What ran on the chains:", outcome.status.status)?;
    shared::print_executions(out, sandbox)?;
    Ok(())
}

async fn lose_and_refund(out: &mut (impl Write + Send), sandbox: &Sandbox) -> Result<()> {
    let account = shared::funded_account(sandbox, "bitcoin")?;
    let drawer = Drawer::default();
    let countersign = flow(sandbox, &account, drawer.clone())?;
    let options = TrackOptions { deadline: Duration::from_secs(1), ..TrackOptions::default() };
    let ended = countersign.swap(&request(sandbox, &account)?, options, |_| {}).await;
    let Err(FlowError::AfterSigning { approval, source }) = ended else {
        return Err("the resolver was to fail".into());
    };
    writeln!(out, "  {source}")?;

    let kept = drawer.0.lock().map_err(|error| error.to_string())?.pop();
    let recipe = kept.ok_or("no recipe was kept")?;
    let key = LocalCoinSigner::from_hex(account.private_key())?;
    let (chain, policy) = (esplora(sandbox)?, shared::trust(sandbox)?.policy()?);
    let refunded = loop {
        match refund(&recipe, &chain, &key, &policy, 2).await {
            Ok(refunded) => break refunded,
            Err(early) => writeln!(out, "  {early}")?,
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    writeln!(out, "  refunded {} by {}, fee {}", refunded.amount, refunded.txid, refunded.fee)?;
    let last = countersign::follow(
        &shared::connect(sandbox)?,
        &approval.intent_id,
        TrackOptions::default(),
        &mut |_| {},
    )
    .await?;
    writeln!(out, "  The swap is {}.", last.status)?;
    Ok(())
}

fn flow(sandbox: &Sandbox, account: &Account, drawer: Drawer) -> Result<Countersign> {
    let key = LocalCoinSigner::from_hex(account.private_key())?;
    Ok(Countersign::builder(shared::connect(sandbox)?, shared::trust(sandbox)?)
        .coin_signer(key.public_key(), key)?
        .bitcoin_chain("bitcoin", esplora(sandbox)?)
        .refund_keeper(drawer)
        .build())
}

fn esplora(sandbox: &Sandbox) -> Result<Esplora> {
    let url = sandbox.esplora_url("bitcoin").ok_or("there is no bitcoin here")?;
    Ok(Esplora::connect(url.parse()?, Auth::None, Limits::default())?)
}

fn request(sandbox: &Sandbox, account: &Account) -> Result<SwapRequest> {
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    shared::to_sol("0.005", "BTC@bitcoin", &account.address, &recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn moves_the_coins_and_takes_them_back() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let (swapped, failed) = text.split_once("The same,").unwrap();
        assert!(swapped.contains("The swap is Finished."), "{text}");
        assert!(swapped.contains("HTLC claim on bitcoin"), "{text}");
        assert!(failed.contains("non-final"), "{text}");
        assert!(failed.contains("refunded 500000 sats"), "{text}");
        assert!(failed.contains("The swap is Refunded."), "{text}");
    }
}
