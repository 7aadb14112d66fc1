//! A sandbox, a journal, and workers whose first approval does not arrive.

use std::sync::Arc;
use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::approval::{IntentStandard, Registry, SwapId, TypedDataStandard};
use countersign::chain_rpc::{EvmRpc, SolanaRpc, TronRpc};
use countersign::http_client::oneclick::OneClickClient;
use countersign::http_client::transport::{Auth, Limits};
use countersign::journal::{Label, Outcome, SqliteStore, State, Store};
use countersign::near::LocalSecp256k1Signer;
use countersign::units::EvmAddress;
use countersign::{
    Config, Countersign, CountersignBuilder, Progress, QuotedApi, SwapApi, TrackOptions, Worker,
    WorkerOptions,
};
use countersign_sandbox::SandboxConfig;
use countersign_tests::{Scene, SetClock};
use tempfile::TempDir;

use crate::pool::{Pool, Pooling};
use crate::withheld::{Withheld, Withholding};

/// How far ahead the deadline of a deposit is: less than what a chain's clock may differ by.
const LIFETIME: Duration = Duration::from_mins(4);

pub(crate) struct Bed {
    pub(crate) scene: Scene,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) withheld: Withheld,
    /// The clock of all workers.
    pub(crate) clock: SetClock,
    /// What waits with the node, where that lets anything wait.
    pool: Option<Pool>,
    quoted: bool,
    by_intent: bool,
    _folder: TempDir,
}

impl Bed {
    /// A bed for swaps by an approval.
    pub(crate) async fn approvals(from: &str) -> Self {
        Self::new(from, false).await
    }

    /// A bed for swaps by a deposit of our own.
    pub(crate) async fn deposits(from: &str) -> Self {
        Self::new(from, true).await
    }

    /// The same over a node that lets transactions wait. Nothing of it is withheld.
    pub(crate) async fn pooled(from: &str) -> (Self, Pool) {
        let pool = Pool::default();
        (Self { pool: Some(pool.clone()), ..Self::new(from, true).await }, pool)
    }

    /// A bed for swaps by a signed intent.
    pub(crate) async fn intents(from: &str) -> Self {
        Self { by_intent: true, ..Self::new(from, true).await }
    }

    async fn new(from: &str, quoted: bool) -> Self {
        let to = if from.ends_with("base") { "USDC@ethereum" } else { "USDC@base" };
        let config = SandboxConfig { step: Duration::from_millis(2), ..SandboxConfig::default() };
        let scene = Scene::start_from(config, Profile::G3, from, to).await;
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("journal.db")).await.unwrap();
        let (store, withheld) = (Arc::new(store), Withheld::default());
        let clock = SetClock::default();
        Self {
            scene,
            store,
            withheld,
            clock,
            pool: None,
            quoted,
            by_intent: false,
            _folder: folder,
        }
    }

    /// A worker whose approvals don't arrive.
    pub(crate) fn worker(&self) -> Worker {
        self.worker_by(self.scene.config())
    }

    /// The same by another policy.
    pub(crate) fn worker_by(&self, config: Config) -> Worker {
        self.worker_staying(config, Duration::from_secs(20))
    }

    /// The same that stays with a swap for so long.
    pub(crate) fn worker_staying(&self, config: Config, deadline: Duration) -> Worker {
        Worker::new(self.flow(config), Arc::clone(&self.store), options_staying(deadline))
    }

    /// A flow whose first approval does not arrive.
    pub(crate) fn flow(&self, config: Config) -> Countersign {
        self.builder(config).clock(self.clock.clone()).build()
    }

    /// The same, before it is built.
    pub(crate) fn builder(&self, config: Config) -> CountersignBuilder {
        if self.quoted {
            self.with_chains(Countersign::builder(self.over(self.oneclick()), config))
        } else {
            self.with_chains(Countersign::builder(self.over(self.scene.api()), config))
        }
    }

    fn over<T>(&self, inner: T) -> Withholding<T> {
        Withholding { inner, withheld: self.withheld.clone() }
    }

    fn oneclick(&self) -> impl SwapApi + use<> {
        let sandbox = &self.scene.sandbox;
        let client = OneClickClient::builder(&sandbox.oneclick_url());
        let client = client.partner_key(sandbox.oneclick_key().into()).build().unwrap();
        let api = QuotedApi::oneclick(client).lifetime(LIFETIME);
        if self.by_intent { api.by_intent(IntentStandard::Erc191) } else { api }
    }

    fn with_chains(&self, builder: CountersignBuilder) -> CountersignBuilder {
        let scene = &self.scene;
        let network = scene.account.network.as_str();
        let url = || scene.sandbox.rpc_url(network).unwrap().parse().unwrap();
        match network {
            "bitcoin" => {
                let key = scene.coin_signer();
                let builder = builder.coin_signer(key.public_key(), key).unwrap();
                let builder = builder.refund_keeper(scene.recipes.clone());
                builder.bitcoin_chain(network, self.over(scene.esplora()))
            }
            "solana" => {
                let key = scene.cosigner();
                let node = || SolanaRpc::connect(url()).unwrap();
                let builder = builder.solana_key(key.address(), key).solana_chain(network, node());
                builder.transfer_chain(network, self.over(node()))
            }
            "tron" => {
                let json_rpc = EvmRpc::connect(url(), TypedDataStandard::Tip712).unwrap();
                let api = scene.sandbox.tron_url(network).unwrap().parse().unwrap();
                let api = TronRpc::connect(api, Auth::None, Limits::default()).unwrap();
                builder.tron_key(scene.signer()).tron_node(network, json_rpc, api)
            }
            _ => {
                let registry = Registry::from_toml(&scene.sandbox.registry_toml()).unwrap();
                let standard = registry.network(network).unwrap().kind.standard().unwrap();
                let node = || EvmRpc::connect(url(), standard).unwrap();
                let intents = LocalSecp256k1Signer::from_hex(scene.account.private_key()).unwrap();
                let builder = builder.intent_signer(intents);
                let builder = builder.evm_key(scene.signer()).chain(network, node());
                match &self.pool {
                    Some(pool) => {
                        let (pool, (_, owner)) = (pool.clone(), self.evm_account());
                        builder.call_chain(network, Pooling { node: node(), owner, pool })
                    }
                    None if self.quoted => builder.call_chain(network, self.over(node())),
                    None => builder.call_chain(network, node()),
                }
            }
        }
    }

    /// The chain and the account that swaps are paid from, where it is an EVM chain.
    pub(crate) fn evm_account(&self) -> (u64, EvmAddress) {
        let registry = Registry::from_toml(&self.scene.sandbox.registry_toml()).unwrap();
        let network = registry.network(&self.scene.account.network).unwrap();
        (network.permit2.as_ref().unwrap().chain_id, self.scene.account.address.parse().unwrap())
    }

    /// A node of that chain, from which nothing is withheld.
    pub(crate) fn evm_node(&self) -> EvmRpc {
        let url = self.scene.sandbox.rpc_url(&self.scene.account.network).unwrap();
        EvmRpc::connect(url.parse().unwrap(), TypedDataStandard::Eip712).unwrap()
    }

    /// Runs a swap until its approval was let out.
    pub(crate) async fn let_out(&self, key: &str) -> Progress {
        let worker = self.worker_staying(self.scene.config(), Duration::from_millis(300));
        let request = self.scene.request();
        let progress = worker.swap(&label(key), &request, |_| {}).await.unwrap();
        assert!(progress.digest.is_some(), "{progress:?}");
        assert!(!progress.state.is_ended(), "{progress:?}");
        // Nobody waits for its turn here.
        progress
    }

    /// Cancels a swap, and requires that it is dead by that.
    pub(crate) async fn cancelled(&self, swap_id: SwapId) -> Progress {
        let progress = self.worker().cancel(swap_id, |_| {}).await.unwrap();
        assert_eq!(progress.state, State::Ended(Outcome::Failed), "{progress:?}");
        assert!(progress.cancelled && progress.released, "{progress:?}");
        progress
    }

    /// The names of what happened in a swap.
    pub(crate) async fn names(&self, swap_id: SwapId) -> Vec<&'static str> {
        let history = self.store.load(swap_id).await.unwrap();
        history.links.iter().map(|link| link.entry.what.name()).collect()
    }
}

pub(crate) fn label(name: &str) -> Label {
    Label::new(name).unwrap()
}

pub(crate) fn options() -> WorkerOptions {
    options_staying(Duration::from_secs(20))
}

pub(crate) fn options_staying(deadline: Duration) -> WorkerOptions {
    let track = TrackOptions {
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(40),
        deadline,
    };
    WorkerOptions { lease: Duration::from_secs(2), track, ..WorkerOptions::new(label("worker")) }
}
