//! Quoted deposits that a worker funds on this chain: by a token, and by the chain's own coin.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, Bytes, U256};
use alloy::sol_types::SolCall;
use async_trait::async_trait;
use countersign::api_types::defi::Profile;
use countersign::approval::{CallChainView, Registry};
use countersign::http_client::oneclick::OneClickClient;
use countersign::journal::{Label, Outcome, SqliteStore, State, Store};
use countersign::{
    Config, Countersign, Progress, QuotedApi, SwapRequest, TrackOptions, Worker, WorkerOptions,
};
use countersign_chain_rpc::{EvmRpc, HttpRpc, JsonRpcTransport};
use countersign_sandbox::SandboxConfig;
use countersign_tests::{Counter, CountingSigner, ElsewhereApi, Scene, SeeDeposit, SetClock};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bindings::SandboxToken;
use crate::chain::{CHAIN_ID, Chain, MINTED, SECRET, our_address};

const ETHER: u64 = 1_000_000_000_000_000_000;
/// How long an end is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A sandbox that quotes, this chain, and a journal.
pub(crate) struct Desk {
    pub(crate) chain: Chain,
    scene: Scene,
    pub(crate) store: Arc<dyn Store>,
    clock: SetClock,
    /// How often the key signed, and the API was told of a transaction.
    signed: Counter,
    told: Counter,
    _folder: TempDir,
}

impl Desk {
    pub(crate) async fn open(from: &str) -> Option<Self> {
        let mut chain = Chain::start().await?;
        let config = SandboxConfig::default();
        let scene = Scene::start_from(config, Profile::G3, from, "USDC@base").await;
        // The API lists the token where the registry has it.
        let registry = Registry::from_toml(&scene.sandbox.registry_toml()).unwrap();
        let token = &registry.find("USDC", "ethereum").unwrap().1.address;
        chain.move_token(token.parse().unwrap()).await;
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        Some(Self {
            chain,
            scene,
            store: Arc::new(store),
            clock: SetClock::default(),
            signed: Counter::default(),
            told: Counter::default(),
            _folder: folder,
        })
    }

    /// A worker over the sandbox's quotes and this chain's node.
    pub(crate) fn worker(&self, patience: Duration) -> Worker {
        let sandbox = &self.scene.sandbox;
        let client = OneClickClient::builder(&sandbox.oneclick_url());
        let client = client.partner_key(sandbox.oneclick_key().into()).build().unwrap();
        let seen = Arrivals { rpc: self.chain.anvil.rpc(), token: self.chain.token };
        let api = ElsewhereApi::new(QuotedApi::oneclick(client), seen, &self.told);
        let flow = Countersign::builder(api, self.config())
            .clock(self.clock.clone())
            .evm_key(CountingSigner::new(SECRET, &self.signed))
            .evm_node("ethereum", EvmRpc::new(self.chain.anvil.rpc()));
        let track = TrackOptions {
            first_wait: Duration::from_millis(10),
            longest_wait: Duration::from_millis(100),
            deadline: patience,
        };
        let options = WorkerOptions { track, ..WorkerOptions::new(label("worker")) };
        Worker::new(flow.build(), Arc::clone(&self.store), options)
    }

    /// The sandbox's registry, where this chain stands for one of its own.
    fn config(&self) -> Config {
        let registry = Registry::from_toml(&self.scene.sandbox.registry_toml()).unwrap();
        let pinned = registry.network("ethereum").unwrap().permit2.as_ref().unwrap().chain_id;
        let [theirs, ours] = [pinned, CHAIN_ID].map(|id| format!("chain_id = {id}\n"));
        self.scene.config_with(|registry, _| *registry = registry.replace(&theirs, &ours))
    }

    fn request(&self, amount: &str) -> SwapRequest {
        let owner = self.chain.owner.to_string();
        let (amount, refund_address) = (amount.to_owned(), owner.clone());
        SwapRequest { amount, owner, refund_address, ..self.scene.request() }
    }

    pub(crate) async fn swap(&self, key: &str, amount: &str) -> Progress {
        self.swap_for(key, amount, PATIENCE).await
    }

    /// Swaps, and waits so long for the end.
    pub(crate) async fn swap_for(&self, key: &str, amount: &str, patience: Duration) -> Progress {
        let (worker, request) = (self.worker(patience), self.request(amount));
        Box::pin(worker.swap(&label(key), &request, |_| {})).await.unwrap()
    }

    async fn state(&self, key: &str) -> State {
        self.store.find(&label(key)).await.unwrap().unwrap().state
    }

    /// What an account holds of the token, and of the chain's own coin.
    pub(crate) async fn held(&self, account: Address) -> [U256; 2] {
        let coins = json!([account, "latest"]);
        let coins = self.chain.anvil.ask("eth_getBalance", coins).await.unwrap();
        [self.chain.balance(account).await, coins.as_str().unwrap().parse().unwrap()]
    }

    /// How many transactions of ours were mined.
    pub(crate) async fn sent(&self) -> u64 {
        self.chain
            .view()
            .account_nonce(CHAIN_ID, our_address(self.chain.owner))
            .await
            .unwrap()
            .mined
    }

    /// Has the node mine what it is sent, or keep it waiting.
    pub(crate) async fn mine(&self, at_once: bool) {
        self.chain.anvil.ask("evm_setAutomine", json!([at_once])).await.unwrap();
    }
}

/// What arrives on this chain, in its token or its own coin.
struct Arrivals {
    rpc: HttpRpc,
    token: Address,
}

#[async_trait]
impl SeeDeposit for Arrivals {
    async fn has_arrived(&self, address: &str) -> bool {
        let account: Address = address.parse().unwrap();
        let data = Bytes::from(SandboxToken::balanceOfCall { account }.abi_encode());
        let tokens = json!([{"to": self.token, "data": data}, "latest"]);
        for (method, params) in
            [("eth_call", tokens), ("eth_getBalance", json!([account, "latest"]))]
        {
            let question = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
            let answer = self.rpc.post(&question.to_string()).await.unwrap();
            let answer: Value = serde_json::from_str(&answer).unwrap();
            let held: U256 = answer["result"].as_str().unwrap().parse().unwrap();
            if !held.is_zero() {
                return true;
            }
        }
        false
    }
}

fn label(name: &str) -> Label {
    Label::new(name).unwrap()
}

#[tokio::test]
async fn a_quoted_deposit_of_a_token_arrives_once() {
    let Some(desk) = Desk::open("USDC@ethereum").await else { return };
    let ended = desk.swap("order", "0.5").await;
    assert_eq!(ended.state, State::Ended(Outcome::Finished), "{ended:?}");
    let address = ended.intent_id.unwrap().parse().unwrap();
    assert_eq!(desk.held(address).await, [U256::from(500_000), U256::ZERO]);
    assert_eq!(desk.chain.balance(desk.chain.owner).await, U256::from(MINTED - 500_000));
    assert_eq!((desk.sent().await, desk.signed.get(), desk.told.get()), (1, 1, 1));
}

#[tokio::test]
async fn a_quoted_deposit_of_the_chains_own_coin_arrives_once() {
    let Some(desk) = Desk::open("ETH@ethereum").await else { return };
    let before = desk.held(desk.chain.owner).await;
    let ended = desk.swap("order", "0.25").await;
    assert_eq!(ended.state, State::Ended(Outcome::Finished), "{ended:?}");
    let address = ended.intent_id.unwrap().parse().unwrap();
    assert_eq!(desk.held(address).await, [U256::ZERO, U256::from(ETHER / 4)]);
    let [tokens, coins] = desk.held(desk.chain.owner).await;
    let fee = before[1] - coins - U256::from(ETHER / 4);
    assert_eq!(tokens, before[0]);
    assert!(fee > U256::ZERO && fee < U256::from(ETHER / 1_000), "{fee}");
    assert_eq!((desk.sent().await, desk.signed.get()), (1, 1));
}

#[tokio::test]
async fn a_deposit_that_the_node_forgot_is_sent_again_and_arrives_once() {
    let Some(desk) = Desk::open("USDC@ethereum").await else { return };
    desk.mine(false).await;
    let left = desk.swap_for("order", "0.5", Duration::from_secs(1)).await;
    assert_eq!(left.state, State::Settling, "{left:?}");
    let address = left.intent_id.unwrap().parse().unwrap();
    desk.chain.anvil.ask("anvil_dropAllTransactions", json!([])).await.unwrap();
    desk.mine(true).await;
    assert_eq!(desk.held(address).await, [U256::ZERO, U256::ZERO]);
    // The node took it, so it is given time.
    desk.clock.advance(90);
    let worker = desk.worker(PATIENCE);
    Arc::new(worker).resume(1, |_, _| {}).await.unwrap();
    assert_eq!(desk.state("order").await, State::Ended(Outcome::Finished));
    assert_eq!(desk.held(address).await, [U256::from(500_000), U256::ZERO]);
    assert_eq!((desk.sent().await, desk.signed.get(), desk.told.get()), (1, 1, 2));
}

#[tokio::test]
async fn deposits_of_one_account_at_one_moment_all_arrive() {
    let Some(desk) = Desk::open("USDC@ethereum").await else { return };
    let keys: Vec<_> = (0..6).map(|number| format!("order-{number}")).collect();
    let swaps = keys.iter().map(|key| desk.swap(key, "0.1"));
    let ended = futures::future::join_all(swaps).await;
    for (place, ended) in ended.iter().enumerate() {
        assert_eq!(ended.state, State::Ended(Outcome::Finished), "{place}: {ended:?}");
        let address = ended.intent_id.as_ref().unwrap().parse().unwrap();
        assert_eq!(desk.held(address).await, [U256::from(100_000), U256::ZERO]);
    }
    assert_eq!(desk.chain.balance(desk.chain.owner).await, U256::from(MINTED - 600_000));
    assert_eq!((desk.sent().await, desk.signed.get()), (6, 6));
}

#[tokio::test]
async fn more_than_the_account_has_is_not_signed_for() {
    for (from, amount) in [("USDC@ethereum", "1.000001"), ("ETH@ethereum", "1")] {
        let Some(desk) = Desk::open(from).await else { return };
        let before = desk.held(desk.chain.owner).await;
        let swap = desk.swap("order", amount);
        let ended = tokio::time::timeout(Duration::from_secs(3), swap).await;
        let state = ended.map(|ended| ended.state);
        assert_ne!(state, Ok(State::Ended(Outcome::Finished)), "{from}");
        assert_eq!((desk.sent().await, desk.signed.get(), desk.told.get()), (0, 0, 0), "{from}");
        assert_eq!(desk.held(desk.chain.owner).await, before, "{from}");
    }
}
