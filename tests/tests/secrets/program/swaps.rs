//! Whole swaps, by each API and from each chain.

use countersign::journal::{Outcome, State, Store as _};
use countersign::units::Bps;
use countersign::{Clock as _, SwapApi, SwapRequest, SystemClock};

use super::notes::Notes;
use super::setting::{Setting, label};
use crate::orders::Site;

/// Signs for swaps that go well, and for checkpoints of their journal.
pub(crate) async fn run(setting: &Setting, notes: &mut Notes) {
    locked(setting, notes).await;
    let text = super::secrets::Secrets::in_folder(&setting.folder);
    setting.keystore.unlock(&text.secret("passphrase")).unwrap();
    for from in ["USDC@ethereum", "BTC@bitcoin", "USDC@solana", "USDT@tron"] {
        swap(setting, setting.defi(), from, notes).await;
    }
    swap(setting, setting.oneclick(), "USDC@ethereum", notes).await;
    swap(setting, setting.aurora(), "USDC@solana", notes).await;
    for keyring in [&setting.keyring, &setting.served] {
        for test in keyring.test().await {
            assert!(test.outcome.is_ok(), "{test:?}");
            notes.debug("test of a key", &test);
        }
    }
    setting.store.checkpoint(&setting.audit, SystemClock.now()).await.unwrap();
}

/// Swaps while the keystore is locked.
async fn locked(setting: &Setting, notes: &mut Notes) {
    let worker = setting.worker(setting.defi(), &setting.honest);
    let request = request(&setting.honest, "USDC@ethereum");
    let progress = worker.swap(&label("locked"), &request, |_| {}).await.unwrap();
    notes.debug("locked", &progress);
    notes.error("locked", progress.failure.as_ref().unwrap());
}

async fn swap(setting: &Setting, api: impl SwapApi + 'static, from: &str, notes: &mut Notes) {
    let key = format!("{}-{from}", api.name());
    let worker = setting.worker(api, &setting.honest);
    let mut events = Vec::new();
    let observe = |event: countersign::Event<'_>| events.push(format!("{event:?}"));
    let progress = worker.swap(&label(&key), &request(&setting.honest, from), observe).await;
    let progress = progress.unwrap();
    assert_eq!(progress.state, State::Ended(Outcome::Finished), "{key}: {progress:?}");
    notes.debug(&key, &progress);
    notes.debug("events", &events);
    notes.debug("worker", &worker);
    notes.done(key);
}

pub(crate) fn request(site: &Site, from: &str) -> SwapRequest {
    let (token, network) = from.split_once('@').unwrap();
    let owner = &site.owners[network];
    SwapRequest {
        from: from.parse().unwrap(),
        to: "USDC@base".parse().unwrap(),
        amount: if token == "BTC" { "0.005" } else { "100" }.to_owned(),
        min_out: None,
        slippage: Bps::new(50).unwrap(),
        owner: owner.clone(),
        recipient: site.recipient.clone(),
        refund_address: owner.clone(),
        coins: None,
    }
}
