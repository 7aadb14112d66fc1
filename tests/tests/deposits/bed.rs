//! A flow over 1Click or Aurora of a sandbox, whose keys are counted.

use countersign::api_types::defi::Profile;
use countersign::approval::{CallChainView, IntentStandard, Registry, TypedDataStandard};
use countersign::chain_rpc::{EvmRpc, SolanaRpc, TronRpc};
use countersign::http_client::aurora::AuroraClient;
use countersign::http_client::oneclick::OneClickClient;
use countersign::http_client::transport::{Auth, Limits};
use countersign::near::{LocalEd25519Signer, LocalSecp256k1Signer};
use countersign::{
    Config, Countersign, CountersignBuilder, FlowError, QuotedApi, SwapApi, SwapOutcome,
};
use countersign_sandbox::SandboxConfig;
use countersign_tests::{CountingIntents, SHORT, Scene};

/// How a swap is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Deposit,
    Intent(IntentStandard),
}

/// Who quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    OneClick,
    Aurora,
}

pub(crate) async fn scene(config: SandboxConfig, from: &str, to: &str) -> Scene {
    Scene::start_from(config, Profile::G1, from, to).await
}

pub(crate) fn api(scene: &Scene, over: Over, by: By) -> QuotedApi {
    let sandbox = &scene.sandbox;
    let api = match over {
        Over::OneClick => {
            let client = OneClickClient::builder(&sandbox.oneclick_url());
            QuotedApi::oneclick(client.partner_key(sandbox.oneclick_key().into()).build().unwrap())
        }
        Over::Aurora => {
            let client = AuroraClient::builder(&sandbox.aurora_url());
            QuotedApi::aurora(client.api_key(sandbox.aurora_key().into()).build().unwrap())
        }
    };
    match by {
        By::Deposit => api,
        By::Intent(standard) => api.by_intent(standard),
    }
}

/// Sets up a flow with the account's key and a node of its chain.
pub(crate) fn flow(scene: &Scene, over: Over, by: By) -> Countersign {
    flow_with(scene, over, by, scene.config())
}

/// Sets up the same flow by another policy.
pub(crate) fn flow_with(scene: &Scene, over: Over, by: By, config: Config) -> Countersign {
    flow_of(scene, api(scene, over, by), config).build()
}

/// Sets up the same flow over an API that was set up elsewhere.
pub(crate) fn flow_by(scene: &Scene, api: QuotedApi, config: Config) -> Countersign {
    flow_of(scene, api, config).build()
}

/// Sets up the same flow with another API.
pub(crate) fn flow_of(
    scene: &Scene,
    api: impl SwapApi + 'static,
    config: Config,
) -> CountersignBuilder {
    let builder = Countersign::builder(api, config);
    with_intents(with_node(with_key(builder, scene), scene), scene)
}

fn with_key(builder: CountersignBuilder, scene: &Scene) -> CountersignBuilder {
    match scene.account.network.as_str() {
        "bitcoin" => {
            let key = scene.coin_signer();
            builder.coin_signer(key.public_key(), key).unwrap()
        }
        "solana" => {
            let key = scene.cosigner();
            builder.solana_key(key.address(), key)
        }
        _ => builder.evm_key(scene.signer()),
    }
}

/// Connects to the node of the scene's EVM network.
pub(crate) fn evm_rpc(scene: &Scene) -> EvmRpc {
    let network = scene.account.network.as_str();
    let registry = Registry::from_toml(&scene.sandbox.registry_toml()).unwrap();
    let standard = registry.network(network).unwrap().kind.standard().unwrap();
    let url = scene.sandbox.rpc_url(network).unwrap().parse().unwrap();
    EvmRpc::connect(url, standard).unwrap()
}

/// Sets up a flow over another node of the account's EVM network.
pub(crate) fn flow_over(
    scene: &Scene,
    over: Over,
    by: By,
    node: impl CallChainView + 'static,
) -> Countersign {
    let builder = Countersign::builder(api(scene, over, by), scene.config());
    with_key(builder, scene).call_chain(scene.account.network.as_str(), node).build()
}

pub(crate) fn with_node(builder: CountersignBuilder, scene: &Scene) -> CountersignBuilder {
    let network = scene.account.network.as_str();
    let url = || scene.sandbox.rpc_url(network).unwrap().parse().unwrap();
    match network {
        "bitcoin" => builder.bitcoin_chain(network, scene.esplora()),
        "tron" => {
            let json_rpc = EvmRpc::connect(url(), TypedDataStandard::Tip712).unwrap();
            builder.tron_node(network, json_rpc, tron_api(scene))
        }
        "solana" => builder.solana_node(network, SolanaRpc::connect(url()).unwrap()),
        _ => builder.evm_node(network, evm_rpc(scene)),
    }
}

/// Connects to the API of Tron's node.
pub(crate) fn tron_api(scene: &Scene) -> TronRpc {
    let url = scene.sandbox.tron_url("tron").unwrap().parse().unwrap();
    TronRpc::connect(url, Auth::None, Limits::default()).unwrap()
}

pub(crate) fn with_intents(builder: CountersignBuilder, scene: &Scene) -> CountersignBuilder {
    let (key, counter) = (scene.account.private_key(), &scene.signatures);
    match scene.account.network.as_str() {
        "bitcoin" => builder,
        "solana" => {
            let key = LocalEd25519Signer::from_seed_hex(key).unwrap();
            builder.intent_signer(CountingIntents::new(key, counter))
        }
        _ => {
            let key = LocalSecp256k1Signer::from_hex(key).unwrap();
            builder.intent_signer(CountingIntents::new(key, counter))
        }
    }
}

pub(crate) async fn swap(scene: &Scene, over: Over, by: By) -> Result<SwapOutcome, FlowError> {
    flow(scene, over, by).swap(&scene.request(), SHORT, |_| {}).await
}
