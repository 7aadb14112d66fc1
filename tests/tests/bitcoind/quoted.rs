//! Quoted deposits that a worker funds on this chain out of our coins.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bitcoin::{Address, Network, ScriptBuf};
use countersign::api_types::defi::Profile;
use countersign::http_client::oneclick::OneClickClient;
use countersign::journal::{Label, Outcome, SqliteStore, State, Store};
use countersign::{
    Countersign, Progress, QuotedApi, SwapRequest, TrackOptions, Worker, WorkerOptions,
};
use countersign_approval::{BitcoinChainView, SeenCoins};
use countersign_chain_rpc::CoreRpc;
use countersign_sandbox::SandboxConfig;
use countersign_tests::{Counter, CountingCoins, ElsewhereApi, Scene as Quotes, SeeDeposit};
use tempfile::TempDir;

use crate::keys::OURS;
use crate::scene::{COINS, REGTEST, Scene};

/// How long an end is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a block is found.
const BLOCK: Duration = Duration::from_millis(250);

/// A sandbox that quotes, this chain, and a journal.
pub(crate) struct Desk {
    pub(crate) chain: Scene,
    quotes: Quotes,
    pub(crate) store: Arc<dyn Store>,
    /// How often the key was opened, and the API told of a transaction.
    opened: Counter,
    told: Counter,
    _folder: TempDir,
}

impl Desk {
    pub(crate) async fn open() -> Option<Self> {
        let chain = Scene::start().await?;
        let config = SandboxConfig::default();
        let quotes = Quotes::start_from(config, Profile::G3, "BTC@bitcoin", "USDC@base").await;
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        Some(Self {
            chain,
            quotes,
            store: Arc::new(store),
            opened: Counter::default(),
            told: Counter::default(),
            _folder: folder,
        })
    }

    /// A worker over the sandbox's quotes and this chain's node.
    pub(crate) fn worker(&self, patience: Duration) -> Worker {
        let sandbox = &self.quotes.sandbox;
        let client = OneClickClient::builder(&sandbox.oneclick_url());
        let client = client.partner_key(sandbox.oneclick_key().into()).build().unwrap();
        let seen = Arrivals { view: self.chain.node.view() };
        let api = ElsewhereApi::new(QuotedApi::oneclick(client), seen, &self.told);
        let key = CountingCoins::new(&OURS.secret_hex(), &self.opened);
        let flow = Countersign::builder(api, self.quotes.config())
            .coin_signer(key.public_key(), key)
            .unwrap()
            .bitcoin_chain("bitcoin", self.chain.node.view());
        let track = TrackOptions {
            first_wait: Duration::from_millis(10),
            longest_wait: Duration::from_millis(100),
            deadline: patience,
        };
        let options = WorkerOptions { track, ..WorkerOptions::new(label("worker")) };
        Worker::new(flow.build(), Arc::clone(&self.store), options)
    }

    /// Swaps out of coins, or out of any of one kind, and waits so long for the end.
    pub(crate) async fn swap(
        &self,
        (amount, coins): (&str, Option<SeenCoins>),
        patience: Duration,
    ) -> Progress {
        let owner = OURS.address();
        let request = SwapRequest {
            amount: amount.to_owned(),
            refund_address: owner.clone(),
            owner,
            coins: coins.map(|seen| seen.coins.into_iter().map(|(coin, _)| coin).collect()),
            ..self.quotes.request()
        };
        let worker = self.worker(patience);
        Box::pin(worker.swap(&label("order"), &request, |_| {})).await.unwrap()
    }

    /// Finds blocks, as long as something else goes on.
    pub(crate) async fn while_mining<T>(&self, going: impl Future<Output = T>) -> T {
        let mining = async {
            loop {
                tokio::time::sleep(BLOCK).await;
                self.chain.mine(1).await;
            }
        };
        tokio::select! {
            done = going => done,
            () = mining => panic!("expected blocks to be found for ever"),
        }
    }
}

/// What is mined to addresses of this chain.
struct Arrivals {
    view: CoreRpc,
}

#[async_trait]
impl SeeDeposit for Arrivals {
    async fn has_arrived(&self, address: &str) -> bool {
        let script = script_of(address).to_bytes();
        let seen = self.view.coins(REGTEST, &[script]).await.unwrap();
        seen.coins.iter().any(|(_, confirmations)| *confirmations > 0)
    }
}

pub(crate) fn script_of(address: &str) -> ScriptBuf {
    let address: Address<_> = address.parse().unwrap();
    address.require_network(Network::Regtest).unwrap().script_pubkey()
}

fn label(name: &str) -> Label {
    Label::new(name).unwrap()
}

fn sum(seen: &SeenCoins) -> u64 {
    seen.coins.iter().map(|(coin, _)| coin.amount.value()).sum()
}

#[tokio::test]
async fn a_quoted_deposit_arrives_once_and_the_rest_comes_back() {
    let Some(desk) = Desk::open().await else { return };
    // More than any coin has, out of one of each kind.
    let coins = Some(desk.chain.our_coins().await);
    let ended = desk.while_mining(desk.swap(("0.45", coins), PATIENCE)).await;
    assert_eq!(ended.state, State::Ended(Outcome::Finished), "{ended:?}");
    let arrived = desk.chain.coins_at(&script_of(&ended.intent_id.unwrap())).await;
    let [(45_000_000, 1..)] = arrived[..] else { panic!("{arrived:?}") };
    let left = sum(&desk.chain.our_coins().await);
    let fee = COINS.iter().sum::<u64>() - 45_000_000 - left;
    assert!((100..2_000).contains(&fee), "{fee} sats");
    assert_eq!(desk.told.get(), 1);
}

#[tokio::test]
async fn a_deposit_that_another_process_carries_on_arrives_once() {
    let Some(desk) = Desk::open().await else { return };
    let left = desk.swap(("0.05", None), Duration::from_secs(1)).await;
    assert_eq!(left.state, State::Settling, "{left:?}");
    let signed = desk.opened.get();
    let payee = script_of(&left.intent_id.unwrap());
    assert_eq!(desk.chain.coins_at(&payee).await, []);
    // Another process carries it on: the same bytes, from the journal.
    let worker = Arc::new(desk.worker(PATIENCE));
    desk.while_mining(worker.resume(1, |_, _| {})).await.unwrap();
    let state = desk.store.find(&label("order")).await.unwrap().unwrap().state;
    assert_eq!(state, State::Ended(Outcome::Finished));
    let arrived = desk.chain.coins_at(&payee).await;
    let [(5_000_000, 1..)] = arrived[..] else { panic!("{arrived:?}") };
    assert_eq!(desk.opened.get(), signed);
}
