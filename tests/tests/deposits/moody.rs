//! A node that declines transactions, says other fees, or stands further back; and swaps by what it says.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{
    AccountNonce, BroadcastError, CallChainView, CallFacts, CallFactsQuery, CallState,
    ChainViewError,
};
use countersign::chain_rpc::EvmRpc;
use countersign::journal::{Store, What};
use countersign::units::EvmAddress;
use countersign::{
    Config, Countersign, CountersignBuilder, Progress, SwapApi, TrackOptions, Worker, WorkerOptions,
};
use countersign_tests::{SHORT, Scene, short_steps};

use crate::bed::{evm_rpc, scene};
use crate::nonces::{journal, key, worker};
use crate::says::Says;

/// In seconds, as clocks are moved.
pub(crate) const HOUR: i64 = 3_600;

/// What a node that stands further back says of a deposit that was mined.
#[derive(Clone, Copy)]
pub(crate) enum Behind {
    /// It does not know it.
    Forgets,
    /// It can't be asked.
    Fails,
}

/// What a node does with transactions, and how many it was sent.
#[derive(Clone, Default)]
pub(crate) struct Moods {
    /// How many it declines before it takes one.
    pub(crate) declines: Arc<AtomicU32>,
    pub(crate) sent: Arc<AtomicU32>,
    /// How much dearer a block is than its chain says.
    pub(crate) dearer: Arc<AtomicU64>,
    pub(crate) behind: Arc<Mutex<Option<Behind>>>,
}

/// A node that declines at first.
pub(crate) struct Moody {
    pub(crate) node: EvmRpc,
    pub(crate) moods: Moods,
}

#[async_trait]
impl CallChainView for Moody {
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError> {
        self.node.account_nonce(chain_id, owner).await
    }

    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
        let facts = self.node.call_facts(query).await?;
        let dearer = u128::from(self.moods.dearer.load(Ordering::SeqCst));
        Ok(CallFacts { base_fee: facts.base_fee.map(|fee| fee.saturating_add(dearer)), ..facts })
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        self.moods.sent.fetch_add(1, Ordering::SeqCst);
        let left = |left: u32| left.checked_sub(1);
        if self.moods.declines.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok() {
            return Err(BroadcastError::InsufficientFunds("for the moment".to_owned()));
        }
        self.node.broadcast(chain_id, transaction).await
    }

    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError> {
        let behind = *self.moods.behind.lock().unwrap();
        match behind {
            Some(Behind::Forgets) => Ok(CallState::Unknown),
            Some(Behind::Fails) => Err(ChainViewError::Unavailable("no answer".to_owned())),
            None => self.node.call_state(chain_id, hash).await,
        }
    }
}

pub(crate) fn builder(
    scene: &Scene,
    api: impl SwapApi + 'static,
    config: Config,
    moods: &Moods,
) -> CountersignBuilder {
    let node = Moody { node: evm_rpc(scene), moods: moods.clone() };
    let network = scene.account.network.as_str();
    Countersign::builder(api, config).evm_key(scene.signer()).call_chain(network, node)
}

pub(crate) async fn usdc() -> Scene {
    scene(short_steps(), "USDC@ethereum", "USDC@base").await
}

/// Runs a swap with what the API says of it, on a journal.
pub(crate) async fn run(scene: &Scene, api: Says, moods: &Moods) -> (Progress, Arc<dyn Store>) {
    let (store, _folder) = journal().await;
    let worker = worker(builder(scene, api, scene.config(), moods).build(), &store, "one");
    (worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap(), store)
}

/// Sets up a worker that stays with a swap for a moment.
pub(crate) fn brief(flow: Countersign, store: &Arc<dyn Store>) -> Worker {
    let track = TrackOptions { deadline: Duration::from_millis(400), ..SHORT };
    let options = WorkerOptions { track, ..WorkerOptions::new(key("brief")) };
    Worker::new(flow, Arc::clone(store), options)
}

pub(crate) async fn failures(store: &Arc<dyn Store>, swap: &Progress) -> Vec<String> {
    let history = store.load(swap.swap_id).await.unwrap();
    let failed = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Failed { step, code, .. } => Some(format!("{}:{}", step.as_str(), code.as_str())),
        _ => None,
    });
    failed.collect()
}

pub(crate) fn assert_funded_once(scene: &Scene) {
    let deposits = scene.sandbox.deposits();
    let [deposit] = &deposits[..] else { panic!("{} addresses", deposits.len()) };
    assert_eq!((deposit.received, deposit.transactions.len()), (deposit.expected, 1));
}
