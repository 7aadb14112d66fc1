//! The whole flow with every fact required, read from the sandbox's chains by JSON-RPC.

use countersign::api_types::defi::Profile;
use countersign::approval::{Code, Fact};
use countersign::http_client::transport::{Auth, Limits};
use countersign::{Config, Status, Step};
use countersign_chain_rpc::{EvmRpc, EvmRpcSettings, HttpRpc};
use countersign_tests::{SHORT, Scene, assert_refused, short_steps};

/// Networks, and a token of each.
const SOURCES: [(&str, &str); 2] = [("ethereum", "USDC@ethereum"), ("tron", "USDT@tron")];

async fn scene(from: &str) -> Scene {
    Scene::start_from(short_steps(), Profile::G1, from, "SOL@solana").await
}

/// The sandbox's own policy, which wants every fact.
fn strict(scene: &Scene) -> Config {
    let facts: Vec<_> = Fact::EVM.iter().map(|fact| format!("\"{fact}\"")).collect();
    let all = format!("require_facts = [{}]", facts.join(", "));
    let config = scene.config_with(|_, policy| {
        *policy = policy.replace("require_facts = []", &all);
    });
    assert_eq!(config.policy().unwrap().require_facts(), Fact::EVM);
    config
}

fn view(scene: &Scene, network: &str) -> EvmRpc {
    let settings = if network == "tron" { EvmRpcSettings::TRON } else { EvmRpcSettings::default() };
    let url = scene.sandbox.rpc_url(network).unwrap().parse().unwrap();
    EvmRpc::with_settings(HttpRpc::new(url, Auth::None, Limits::default()).unwrap(), settings)
}

#[tokio::test]
async fn a_swap_finishes_where_every_fact_is_required() {
    for (network, from) in SOURCES {
        let scene = scene(from).await;
        let view = view(&scene, network);
        let flow = scene.builder(strict(&scene)).chain(network, view).build();
        let accepted = flow.accept(flow.quote(&scene.request()).await.unwrap()).unwrap();
        let bound = flow.bind(flow.create(accepted).await.unwrap()).unwrap();
        let facts = flow.facts(&bound).await.unwrap();
        assert!(Fact::EVM.into_iter().all(|fact| facts.has(fact)), "{from}: {facts:?}");
        let outcome = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
        assert_eq!(outcome.status.status, Status::Finished, "{from}");
        assert_eq!(scene.signatures.get(), 1, "{from}");
    }
}

#[tokio::test]
async fn nothing_is_signed_without_the_facts() {
    for (_, from) in SOURCES {
        let scene = scene(from).await;
        let before = scene.funds();
        let flow = scene.builder(strict(&scene)).build();
        let swap = flow.swap(&scene.request(), SHORT, |_| {}).await;
        assert_refused(swap, Step::Verify, Code::Unavailable, from);
        scene.assert_untouched(&before, from);
    }
}
