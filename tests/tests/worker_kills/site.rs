//! What a worker process needs to know of a sandbox, which is in another process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign::api_types::defi::Profile;
use countersign::approval::{Decision, IntentStandard, Registry, ReviewRequest, Reviewer};
use countersign::chain_rpc::{Esplora, EvmRpc, SolanaRpc, TronRpc};
use countersign::http_client::DefiClient;
use countersign::http_client::oneclick::OneClickClient;
use countersign::http_client::transport::{Auth, Limits};
use countersign::units::Bps;
use countersign::{
    Config, Countersign, CountersignBuilder, DefiApi, QuotedApi, SwapApi, SwapRequest,
};
use countersign_sandbox::{Account, Sandbox};
use countersign_tests::{FaultCalls, FaultCoins, FaultTransfers, FaultTron, Faults, SignatureFile};
use serde::{Deserialize, Serialize};

/// Where a sandbox is, and who may act there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Site {
    url: String,
    api_key: String,
    oneclick: (String, String),
    pub(crate) registry: String,
    pub(crate) policy: String,
    payers: Vec<Payer>,
    nodes: BTreeMap<String, String>,
    esplora: String,
    tron: String,
}

/// An account of the sandbox. Its key was made at start and is worth nothing elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Payer {
    network: String,
    address: String,
    private_key: String,
}

/// How swaps are paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum By {
    /// By approvals, over the DeFi API.
    #[default]
    Approval,
    /// By transactions of our own, over 1Click.
    Deposit,
    /// By intents that a key of an EVM signs as messages, over 1Click.
    Message,
    /// By intents that a key of Ed25519 signs as NEP-413 has it, over 1Click.
    Payload,
}

/// A swap that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) key: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) amount: String,
    pub(crate) owner: String,
    pub(crate) recipient: String,
}

impl Ask {
    pub(crate) fn request(&self) -> SwapRequest {
        SwapRequest {
            from: self.from.parse().unwrap(),
            to: self.to.parse().unwrap(),
            amount: self.amount.clone(),
            min_out: None,
            slippage: Bps::new(50).unwrap(),
            owner: self.owner.clone(),
            recipient: self.recipient.clone(),
            refund_address: self.owner.clone(),
            coins: None,
        }
    }
}

impl Site {
    /// Describes a sandbox, whose policy is widened: each swap here is one of very many.
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let registry = Registry::from_toml(&sandbox.registry_toml()).unwrap();
        let names = registry.networks().map(|(name, _)| name.to_owned());
        let nodes = names.filter_map(|name| Some((name.clone(), sandbox.rpc_url(&name)?)));
        let policy = sandbox.policy_toml();
        let widened = policy
            .lines()
            .map(|line| if line.starts_with("per_day") { "per_day = \"100000000\"" } else { line });
        Self {
            url: sandbox.url().to_owned(),
            api_key: sandbox.api_key().to_owned(),
            oneclick: (sandbox.oneclick_url(), sandbox.oneclick_key()),
            registry: sandbox.registry_toml(),
            policy: widened.collect::<Vec<_>>().join("\n"),
            payers: sandbox.accounts().iter().map(Payer::of).collect(),
            nodes: nodes.collect(),
            esplora: sandbox.esplora_url("bitcoin").unwrap(),
            tron: sandbox.tron_url("tron").unwrap(),
        }
    }

    /// Returns a client of the API that swaps are paid for over.
    pub(crate) fn api(&self, by: By) -> Arc<dyn SwapApi> {
        match by {
            By::Approval => Arc::new(self.defi()),
            By::Deposit => Arc::new(self.quoted()),
            By::Message => Arc::new(self.quoted().by_intent(IntentStandard::Erc191)),
            By::Payload => Arc::new(self.quoted().by_intent(IntentStandard::Nep413)),
        }
    }

    fn quoted(&self) -> QuotedApi {
        let (url, key) = self.oneclick.clone();
        let client = OneClickClient::builder(&url).partner_key(key.into());
        QuotedApi::oneclick(client.build().unwrap())
    }

    fn defi(&self) -> DefiApi {
        let client = DefiClient::builder(&self.url).api_key(self.api_key.clone().into());
        let client = client
            .profile(Profile::G3)
            .attempt_deadline(Duration::from_secs(10))
            .total_deadline(Duration::from_secs(20));
        DefiApi::new(client.build().unwrap())
    }

    /// Begins a flow that has all keys, which write down what they sign, and sees all chains.
    pub(crate) fn flow(
        &self,
        api: impl SwapApi + 'static,
        signatures: &SignatureFile,
        faults: &Faults,
    ) -> CountersignBuilder {
        let config = Config::from_toml(&self.registry, &self.policy).unwrap();
        let builder =
            Countersign::builder(api, config).reviewer(Nodding).refund_keeper(signatures.clone());
        let builder = self.payers.iter().fold(builder, |builder, it| it.sign(builder, signatures));
        self.see(builder, faults)
    }

    fn see(&self, builder: CountersignBuilder, faults: &Faults) -> CountersignBuilder {
        let registry = Registry::from_toml(&self.registry).unwrap();
        let evm = registry.networks().filter_map(|(name, network)| {
            let (url, standard) = (self.nodes.get(name)?, network.kind.standard()?);
            Some((name, move || EvmRpc::connect(url.parse().unwrap(), standard).unwrap()))
        });
        let builder = evm.fold(builder, |builder, (name, node)| {
            let calls = FaultCalls::new(node(), faults.clone());
            builder.chain(name, node()).call_chain(name, calls)
        });
        let solana = self.nodes.get("solana").unwrap();
        let solana = || SolanaRpc::connect(solana.parse().unwrap()).unwrap();
        let transfers = FaultTransfers::new(solana(), faults.clone());
        let esplora = self.esplora.parse().unwrap();
        let coins = Esplora::connect(esplora, Auth::None, Limits::default()).unwrap();
        let tron = self.tron.parse().unwrap();
        let tron = TronRpc::connect(tron, Auth::None, Limits::default()).unwrap();
        builder
            .tron_call_chain("tron", FaultTron::new(tron, faults.clone()))
            .solana_chain("solana", solana())
            .transfer_chain("solana", transfers)
            .bitcoin_chain("bitcoin", FaultCoins::new(coins, faults.clone()))
    }
}

impl Payer {
    fn of(account: &Account) -> Self {
        Self {
            network: account.network.clone(),
            address: account.address.clone(),
            private_key: account.private_key().to_owned(),
        }
    }

    fn sign(&self, builder: CountersignBuilder, to: &SignatureFile) -> CountersignBuilder {
        match self.network.as_str() {
            "bitcoin" => {
                let (public_key, key) = to.coins(&self.private_key);
                builder.coin_signer(public_key, key).unwrap()
            }
            "solana" => {
                let account = self.address.parse().unwrap();
                let builder = builder.solana_key(account, to.cosigns(&self.private_key));
                builder.intent_signer(to.payloads(&self.private_key))
            }
            _ => {
                let builder = builder.evm_key(to.permits(&self.private_key));
                builder.intent_signer(to.messages(&self.private_key))
            }
        }
    }
}

/// Approves whatever policy wants reviewed.
struct Nodding;

#[async_trait]
impl Reviewer for Nodding {
    async fn review(&self, _: &ReviewRequest<'_>) -> Decision {
        Decision::Approve { by: "a test".to_owned() }
    }
}
