//! The worker process: this program once more, which is told what to do.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use countersign::approval::SwapId;
use countersign::journal::{AuditKey, Label};
use countersign::{Event, Progress, WorkError, Worker};
use futures::{StreamExt as _, stream};

use crate::judge::AUDIT;
use crate::orders::{Job, Orders};
use crate::process::ORDERS;
use crate::site::Ask;

/// What a worker process does; without orders, nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn worker() {
    let Ok(path) = std::env::var(ORDERS) else { return };
    let orders: Orders = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let worker = Arc::new(orders.worker().await);
    orders.wait().await;
    say("began");
    let committing = orders.checkpoint_ms.map(|every| {
        let worker = Arc::clone(&worker);
        let (key, every) = (AuditKey::from_seed(&AUDIT).unwrap(), Duration::from_millis(every));
        tokio::spawn(async move { worker.keep_checkpoints(&key, every).await })
    });
    match &orders.job {
        Job::Swap(asks) => swap_all(&worker, asks, orders.at_once).await,
        Job::SwapAndWork(asks) => {
            let (helper, at_once) = (Arc::clone(&worker), orders.at_once);
            let helping = tokio::spawn(async move { helper.work(at_once, told).await });
            swap_all(&worker, asks, orders.at_once).await;
            worker.stop();
            helping.await.unwrap().unwrap();
        }
        Job::Resume => worker.resume(orders.at_once, told).await.unwrap(),
    }
    if let Some(committing) = committing {
        worker.stop();
        committing.await.unwrap();
    }
    say("done");
}

async fn swap_all(worker: &Arc<Worker>, asks: &[Ask], at_once: usize) {
    let swap = |ask: Ask| {
        let worker = Arc::clone(worker);
        let swapped = Box::pin(async move { swap(&worker, &ask).await });
        async move { tokio::spawn(swapped).await.unwrap() }
    };
    stream::iter(asks.to_vec()).map(swap).buffer_unordered(at_once).collect::<()>().await;
}

async fn swap(worker: &Worker, ask: &Ask) {
    let key = Label::new(&ask.key).unwrap();
    let acknowledge = |event: Event<'_>| match event {
        Event::Opened { swap_id } => say(&format!("opened {key} {swap_id}")),
        Event::Signed { .. } => say(&format!("signed {key}")),
        _ => {}
    };
    match Box::pin(worker.swap(&key, &ask.request(), acknowledge)).await {
        Ok(progress) => progressed(&progress),
        Err(error) => say(&format!("stopped {key} {}", error.code())),
    }
}

fn told(swap_id: SwapId, driven: &Result<Progress, WorkError>) {
    match driven {
        Ok(progress) => progressed(progress),
        Err(error) => say(&format!("stopped {swap_id} {}", error.code())),
    }
}

fn progressed(progress: &Progress) {
    let Progress { key, state, .. } = progress;
    say(&format!("{} {key} {state}", if state.is_ended() { "ended" } else { "left" }));
}

/// Tells whoever started the process.
fn say(what: &str) {
    println!("@ {what}");
    std::io::stdout().flush().unwrap();
}
