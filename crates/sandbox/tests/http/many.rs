//! Many swaps out of Bitcoin at once: each has coins of its own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bitcoin::OutPoint;
use countersign_approval::{BitcoinChainView, BitcoinNetwork};
use countersign_chain_rpc::Esplora;
use countersign_http_client::transport::{Auth, Limits};
use countersign_sandbox::{HtlcTemplate, SandboxConfig};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::bitcoin::{Finish, Swap, psbt, public_key, quick, sign};
use crate::client::{Dialect, Wish, wait_for};

const AMOUNT: &str = "0.005";

async fn create(swap: &Swap) -> crate::client::Answer {
    let wish = Wish { amount: AMOUNT, ..swap.wish() };
    let quote = wish.quote(&swap.sandbox).await.json();
    let mut body = wish.create_body(quote["id"].as_str().unwrap());
    body["from"]["public_key"] = json!(public_key(&swap.user).to_string());
    wish.create_by(&swap.sandbox, body).await
}

async fn open(swap: &Swap) -> Value {
    let created = create(swap).await;
    assert_eq!(created.status, 200, "{created:?}");
    created.json()
}

fn coins(intent: &Value) -> Vec<OutPoint> {
    psbt(intent).unsigned_tx.input.iter().map(|input| input.previous_output).collect()
}

async fn run(swap: &Swap) {
    let intent = open(swap).await;
    let signed = sign(&swap.user, psbt(&intent), Finish::Final);
    let approved = swap.approve(&intent, &signed).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    wait_for(&swap.sandbox, &intent, "Finished").await;
}

#[tokio::test]
async fn open_intents_never_share_a_coin_and_give_them_back_when_they_end() {
    let config =
        SandboxConfig { intent_lifetime: Duration::from_secs(3), ..quick(HtlcTemplate::P2wshV1) };
    let swap = Swap::new(config, Dialect::G2, "default").await;
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        let intent = open(&swap).await;
        assert!(coins(&intent).into_iter().all(|coin| seen.insert(coin)), "{seen:?}");
    }
    assert_eq!(seen.len(), 6, "the account has six coins");
    let refused = create(&swap).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(refused.body.contains("Invalid balance"), "{refused:?}");
    // Once they have expired their coins are free, and once a swap is done its change is.
    tokio::time::sleep(Duration::from_millis(4_100)).await;
    for _ in 0..4 {
        run(&swap).await;
    }
    let again = coins(&open(&swap).await);
    let (old, change): (Vec<_>, Vec<_>) = again.into_iter().partition(|coin| seen.contains(coin));
    assert_eq!((old.len(), change.len()), (1, 1), "the largest coin, and all the others in one");
}

#[tokio::test]
async fn thirty_two_at_a_time_finish_and_each_runs_once() {
    const WORKERS: usize = 32;
    let more = SandboxConfig { coins: 4 * WORKERS, ..quick(HtlcTemplate::P2wshV1) };
    let swap = Arc::new(Swap::new(more, Dialect::G2, "default").await);
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let swap = Arc::clone(&swap);
        workers.spawn(async move {
            for _ in 0..2 {
                run(&swap).await;
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        done.unwrap();
    }
    let swaps = swap.sandbox.swaps();
    assert_eq!(swaps.len(), 2 * WORKERS);
    for told in swaps {
        let ran = (told.deposits, told.payouts, told.claims, told.refused_approvals);
        assert_eq!((told.status.as_str(), ran), ("Finished", (1, 1, 1, 0)), "{told:?}");
    }
}

/// Starts workers that swap one after the other, without end.
fn crowd(swap: &Arc<Swap>, workers: usize) -> JoinSet<()> {
    let mut crowd = JoinSet::new();
    for _ in 0..workers {
        let swap = Arc::clone(swap);
        crowd.spawn(async move {
            loop {
                run(&swap).await;
            }
        });
    }
    crowd
}

#[tokio::test]
async fn a_client_sees_its_coins_while_others_swap() {
    let more = SandboxConfig { coins: 400, ..quick(HtlcTemplate::P2wshV1) };
    let swap = Arc::new(Swap::new(more, Dialect::G2, "default").await);
    let _crowd = crowd(&swap, 8);
    let url = swap.sandbox.esplora_url("bitcoin").unwrap();
    let view = Esplora::connect(url.parse().unwrap(), Auth::None, Limits::default()).unwrap();
    for _ in 0..12 {
        let intent = open(&swap).await;
        let spent = psbt(&intent).inputs[0].witness_utxo.clone().unwrap();
        let scripts = [spent.script_pubkey.to_bytes()];
        // It reads them as of one tip, and asks again but a few times if that moves.
        let seen = view.coins(BitcoinNetwork::Regtest, &scripts).await.unwrap();
        let seen: BTreeSet<_> = seen.coins.iter().map(|(coin, _)| coin.id.to_string()).collect();
        for coin in coins(&intent) {
            assert!(seen.contains(&coin.to_string()), "{coin} of {}", seen.len());
        }
    }
    assert!(swap.sandbox.swaps().iter().any(|told| told.claims == 1), "nobody else swapped");
}

#[tokio::test]
async fn accounts_begin_as_rich_as_configured() {
    let config = SandboxConfig { coins: 1_000, wealth: 20, ..SandboxConfig::default() };
    let sandbox = countersign_sandbox::Sandbox::start(config).await.unwrap();
    let held = |network: &str, token: &str| {
        let named = |account: &countersign_sandbox::Account| {
            account.name == "default" && account.network == network
        };
        let account = sandbox.accounts().into_iter().find(named).unwrap();
        crate::client::balance(&sandbox, &account.address, token)
    };
    assert_eq!(held("ethereum", "USDC"), "2000000000000");
    assert_eq!(held("solana", "SOL"), "20000000000000");
    assert_eq!(held("bitcoin", "BTC"), "1333000000");
    let too_rich = SandboxConfig { wealth: u64::MAX, ..SandboxConfig::default() };
    assert!(countersign_sandbox::Sandbox::start(too_rich).await.is_err());
}
