//! A swap whose process ends right after it signed, and the worker that carries it on:
//! `cargo run -p countersign-examples --example carry_on_after_a_crash`.
//!
//! The signature is in the journal before it is let out. Whoever takes the swap next finds it there
//! and submits those bytes; the key is not asked again.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use countersign::approval::SwapId;
use countersign::evm::LocalSigner;
use countersign::journal::{Label, SqliteStore};
use countersign::{Countersign, Event, SwapRequest, Worker, WorkerOptions};
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, SandboxConfig};
use tokio::sync::Notify;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "ethereum")?;
    let recipient = sandbox.new_recipient("solana").ok_or("there is no solana here")?;
    let request = shared::to_sol("100", "USDC@ethereum", &account.address, &recipient)?;
    let folder = tempfile::tempdir()?;
    let journal = folder.path().join("journal.db");

    begin(&sandbox, &account, &journal, &request).await?;
    writeln!(out, "The process ended as it signed. What ran on the chains:")?;
    shared::print_executions(out, &sandbox)?;

    let worker = Arc::new(worker(&sandbox, &account, &journal, "second").await?);
    let mut taken = Vec::new();
    worker.resume(8, |swap_id, _| taken.push(swap_id)).await?;
    for swap_id in taken {
        print_history(out, &worker, swap_id).await?;
    }
    writeln!(out, "What ran on the chains:")?;
    shared::print_executions(out, &sandbox)?;
    sandbox.shutdown().await;
    Ok(())
}

/// Runs a swap until it is signed, and ends there as a crash would: without a word to anybody.
async fn begin(
    sandbox: &Sandbox,
    account: &Account,
    journal: &Path,
    request: &SwapRequest,
) -> Result<()> {
    let worker = worker(sandbox, account, journal, "first").await?;
    let (key, signed) = (Label::new("order-7")?, Notify::new());
    let swap = worker.swap(&key, request, |event| {
        if matches!(event, Event::Signed { .. }) {
            signed.notify_one();
        }
    });
    tokio::select! {
        biased;
        () = signed.notified() => Ok(()),
        done = swap => Err(format!("it was faster than the crash: {done:?}").into()),
    }
}

async fn worker(
    sandbox: &Sandbox,
    account: &Account,
    journal: &Path,
    name: &str,
) -> Result<Worker> {
    let countersign = Countersign::builder(shared::connect(sandbox)?, shared::trust(sandbox)?)
        .signer(LocalSigner::from_hex(account.private_key())?)
        .chain("ethereum", shared::node(sandbox, "ethereum")?)
        .build();
    let store = Arc::new(SqliteStore::open(journal).await?);
    // Until then the swap belongs to the process that is gone.
    let lease = Duration::from_secs(2);
    let options = WorkerOptions { lease, ..WorkerOptions::new(Label::new(name)?) };
    Ok(Worker::new(countersign, store, options))
}

async fn print_history(out: &mut impl Write, worker: &Worker, swap_id: SwapId) -> Result<()> {
    let history = worker.store().load(swap_id).await?;
    writeln!(out, "Swap {swap_id} is {}:", history.state)?;
    for link in &history.links {
        writeln!(out, "  {:>2} {}", link.sequence, link.entry.what.name())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_example_runs() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(" is finished:"), "{text}");
        assert_eq!(text.matches(" signed\n").count(), 1, "{text}");
    }
}
