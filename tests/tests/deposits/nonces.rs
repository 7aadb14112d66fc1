//! Nonces and coins of one account, for which many swaps ask at one moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{
    AccountNonce, BroadcastError, CallChainView, CallFacts, CallFactsQuery, CallState,
    ChainViewError, Fact, Registry,
};
use countersign::chain_rpc::EvmRpc;
use countersign::evm::{CallSigner, SignCall, SignerError, UncheckedSignature};
use countersign::journal::{Label, Outcome, SqliteStore, State, Store, What};
use countersign::units::EvmAddress;
use countersign::{
    Config, Countersign, FlowError, NonceError, Progress, SwapRequest, TrackOptions, Worker,
    WorkerOptions,
};
use countersign_tests::{CountingSigner, SHORT, Scene, short_steps};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::bed::{By, Over, api, evm_rpc, flow, flow_over, flow_with, scene};
use crate::blocked::allotted;

/// Counts an account's transactions as it is told to, and is a node for the rest.
pub(crate) struct Miscounting {
    pub(crate) node: EvmRpc,
    pub(crate) more: u64,
    /// Whether it takes transactions and tells nobody.
    pub(crate) swallows: bool,
}

#[async_trait]
impl CallChainView for Miscounting {
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError> {
        let counted = self.node.account_nonce(chain_id, owner).await?;
        Ok(AccountNonce { pending: counted.pending.saturating_add(self.more), ..counted })
    }

    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
        self.node.call_facts(query).await
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        if self.swallows {
            return Ok(());
        }
        self.node.broadcast(chain_id, transaction).await
    }

    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError> {
        self.node.call_state(chain_id, hash).await
    }
}

pub(crate) async fn journal() -> (Arc<dyn Store>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
    (Arc::new(store), folder)
}

pub(crate) fn worker(flow: Countersign, store: &Arc<dyn Store>, name: &str) -> Worker {
    let track = TrackOptions { deadline: Duration::from_mins(1), ..SHORT };
    let options =
        WorkerOptions { track, hold: Duration::from_mins(1), ..WorkerOptions::new(key(name)) };
    Worker::new(flow, Arc::clone(store), options)
}

pub(crate) fn key(name: &str) -> Label {
    Label::new(name).unwrap()
}

/// Runs many swaps at one moment, shared out to some workers.
async fn at_once(workers: &[Arc<Worker>], request: &SwapRequest, count: usize) -> Vec<Progress> {
    let mut running = JoinSet::new();
    for (worker, number) in workers.iter().cycle().zip(0..count) {
        let worker = Arc::clone(worker);
        let request = request.clone();
        let name = key(&format!("order-{number}"));
        running.spawn(async move { worker.swap(&name, &request, |_| {}).await.unwrap() });
    }
    running.join_all().await
}

/// Returns what all swaps reserved beside their deposit addresses, each name once.
async fn reserved(store: &Arc<dyn Store>, swaps: &[Progress]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for swap in swaps {
        let history = store.load(swap.swap_id).await.unwrap();
        let reserved = history.links.iter().filter_map(|link| match &link.entry.what {
            What::Reserved(reserved) => Some(reserved),
            _ => None,
        });
        for name in reserved.flat_map(|reserved| &reserved.resources) {
            let is_new = names.insert(name.as_str().to_owned());
            assert!(is_new, "{name:?} was reserved twice");
        }
    }
    names.into_iter().filter(|name| !name.starts_with("deposit:")).collect()
}

fn assert_finished(swaps: &[Progress]) {
    for swap in swaps {
        assert_eq!(swap.state, State::Ended(Outcome::Finished), "{:?}", swap.reason);
    }
}

fn small(scene: &Scene, amount: &str) -> SwapRequest {
    SwapRequest { amount: amount.to_owned(), ..scene.request() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_deposits_at_once_use_each_nonce_once_and_leave_no_gap() {
    const COUNT: usize = 20;
    let scene = scene(short_steps(), "USDC@ethereum", "USDC@base").await;
    let (store, _folder) = journal().await;
    // As two processes would: each with keys and memory of its own.
    let workers = ["one", "two"]
        .map(|name| Arc::new(worker(flow(&scene, Over::OneClick, By::Deposit), &store, name)));
    let first = next_nonce(&scene).await;
    let swaps = at_once(&workers, &small(&scene, "10"), COUNT).await;
    assert_finished(&swaps);
    let nonces: BTreeSet<u64> = reserved(&store, &swaps)
        .await
        .iter()
        .map(|name| name.rsplit(':').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(nonces, (first..).take(COUNT).collect());
    let last = nonces.last().copied();
    assert_eq!(next_nonce(&scene).await.checked_sub(1), last);
    let deposits = scene.sandbox.deposits();
    assert_eq!(deposits.len(), COUNT);
    for deposit in deposits {
        assert_eq!((deposit.received, deposit.payouts), (deposit.expected, 1));
    }
}

pub(crate) async fn next_nonce(scene: &Scene) -> u64 {
    evm_rpc(scene).account_nonce(chain_id(scene), owner(scene)).await.unwrap().mined
}

pub(crate) fn owner(scene: &Scene) -> EvmAddress {
    scene.account.address.parse().unwrap()
}

pub(crate) fn chain_id(scene: &Scene) -> u64 {
    let registry = Registry::from_toml(&scene.sandbox.registry_toml()).unwrap();
    registry.network(&scene.account.network).unwrap().permit2.as_ref().unwrap().chain_id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_counts_what_is_not_there_gets_nothing_behind_a_gap() {
    let scene = scene(short_steps(), "USDC@ethereum", "USDC@base").await;
    let before = scene.funds();
    let node = Miscounting { node: evm_rpc(&scene), more: 1_000, swallows: false };
    let flow = flow_over(&scene, Over::OneClick, By::Deposit, node);
    let refused = flow.swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Nonce(NonceError::Waiting { most: 16, found: 1_000, .. })) = refused else {
        panic!("{refused:?}")
    };
    scene.assert_untouched(&before, "a node that lies");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_at_once_use_each_coin_once() {
    let scene = scene(short_steps(), "BTC@bitcoin", "USDC@ethereum").await;
    let (store, _folder) = journal().await;
    let workers = ["one", "two"]
        .map(|name| Arc::new(worker(flow(&scene, Over::OneClick, By::Deposit), &store, name)));
    let swaps = at_once(&workers, &small(&scene, "0.001"), 3).await;
    assert_finished(&swaps);
    let coins = reserved(&store, &swaps).await;
    assert!(coins.len() >= swaps.len(), "{coins:?}");
    for deposit in scene.sandbox.deposits() {
        assert_eq!((deposit.received, deposit.payouts), (deposit.expected, 1));
    }
}

/// A key whose backend is away.
pub(crate) struct Away(pub(crate) CountingSigner);

#[async_trait]
impl CallSigner for Away {
    fn account(&self) -> EvmAddress {
        self.0.account()
    }

    async fn sign_call(&self, _: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        Err(SignerError::Unavailable("no line".to_owned()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_that_was_never_let_out_is_used_again() {
    let scene = scene(short_steps(), "USDC@ethereum", "USDC@base").await;
    let (store, _folder) = journal().await;
    let (api, network) = (api(&scene, Over::OneClick, By::Deposit), scene.account.network.as_str());
    let flow = Countersign::builder(api, scene.config())
        .call_signer(Away(scene.signer()))
        .call_chain(network, evm_rpc(&scene))
        .build();
    let first = allotted(&scene, &store, 0).await.unwrap();
    let done = worker(flow, &store, "one").swap(&key("one"), &scene.request(), |_| {}).await;
    let done = done.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert_eq!(reserved(&store, &[done]).await.len(), 1);
    assert_eq!(allotted(&scene, &store, 0).await.unwrap(), first);
}

/// Adds facts that a payment on Bitcoin must be judged by.
fn requiring(scene: &Scene) -> Config {
    scene.config_with(|_, policy| {
        let all = "require_facts = [\"reserved\", \"mempool_conflict\", ";
        *policy = policy.replace("require_facts = [", all);
        assert!(policy.contains(all));
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_judged_by_what_others_reserved_and_by_what_waits() {
    let scene = scene(short_steps(), "BTC@bitcoin", "USDC@ethereum").await;
    let (store, _folder) = journal().await;
    let flow = flow_with(&scene, Over::OneClick, By::Deposit, requiring(&scene));
    let done = worker(flow, &store, "one").swap(&key("one"), &scene.request(), |_| {}).await;
    let done = done.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let history = store.load(done.swap_id).await.unwrap();
    let seen = history.links.iter().find_map(|link| match &link.entry.what {
        What::Judged(judged) if !judged.facts.is_empty() => Some(judged.facts.clone()),
        _ => None,
    });
    let seen = seen.unwrap();
    for fact in [Fact::Reserved, Fact::MempoolConflict] {
        assert_eq!(seen.iter().find(|it| it.fact == fact).unwrap().value.as_str(), "none");
    }
}
