//! The whole flow with every fact required, read from the sandbox's chains by JSON-RPC.

use countersign::api_types::defi::Profile;
use countersign::approval::{Code, Fact};
use countersign::{Countersign, Facts, Status, Step};
use countersign_tests::{SHORT, Scene, assert_refused, short_steps};

/// A token of each kind of network.
const SOURCES: [&str; 2] = ["USDC@ethereum", "USDT@tron"];

async fn scene(from: &str) -> Scene {
    Scene::start_from(short_steps(), Profile::G1, from, "SOL@solana").await
}

#[tokio::test]
async fn a_swap_finishes_where_every_fact_is_required() {
    for from in SOURCES {
        let scene = scene(from).await;
        let policy = scene.config().policy().unwrap();
        assert!(Fact::EVM.iter().all(|fact| policy.require_facts().contains(fact)));
        let flow = scene.countersign();
        let accepted = flow.accept(flow.quote(&scene.request()).await.unwrap()).unwrap();
        let mut bound = flow.bind(flow.create(accepted).await.unwrap()).unwrap();
        let facts = flow.facts(&mut bound).await.unwrap();
        let Facts::Evm(facts) = facts else { panic!("{facts:?}") };
        assert!(Fact::EVM.into_iter().all(|fact| facts.has(fact)), "{from}: {facts:?}");
        let outcome = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
        assert_eq!(outcome.status.status, Status::Finished, "{from}");
        assert_eq!(scene.signatures.get(), 1, "{from}");
    }
}

#[tokio::test]
async fn nothing_is_signed_without_the_facts() {
    for from in SOURCES {
        let scene = scene(from).await;
        let before = scene.funds();
        let builder = Countersign::builder(scene.api(), scene.config());
        let flow = builder.signer(scene.signer()).build();
        let swap = flow.swap(&scene.request(), SHORT, |_| {}).await;
        assert_refused(swap, Step::Verify, Code::Unavailable, from);
        scene.assert_untouched(&before, from);
    }
}
