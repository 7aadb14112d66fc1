//! What was right a while ago: time, policy and chain may have moved on before the signature.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use countersign::approval::{ChainViewError, Code, EvmChainView, EvmFacts, EvmFactsQuery};
use countersign::chain_rpc::EvmRpc;
use countersign::{Countersign, FlowError, Step};
use countersign_tests::{
    ConfigFiles, Scene, SetClock, assert_refused, until_reserved, until_verified,
};

/// A view of a chain on which the owner gets code of its own, once it is told to.
struct Delegated {
    node: EvmRpc,
    delegated: Arc<AtomicBool>,
}

#[async_trait]
impl EvmChainView for Delegated {
    async fn facts(&self, query: &EvmFactsQuery) -> Result<EvmFacts, ChainViewError> {
        let facts = self.node.facts(query).await?;
        let delegated = self.delegated.load(Ordering::SeqCst);
        let owner_code = facts.owner_code.map(|code| if delegated { vec![0xef] } else { code });
        Ok(EvmFacts { owner_code, ..facts })
    }
}

#[tokio::test]
async fn what_the_chain_says_is_read_again_after_a_long_review() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let (clock, delegated) = (SetClock::default(), Arc::new(AtomicBool::new(false)));
    let url = scene.sandbox.rpc_url("ethereum").unwrap().parse().unwrap();
    let standard = scene.config().registry().network("ethereum").unwrap().kind.standard().unwrap();
    let view = Delegated {
        node: EvmRpc::connect(url, standard).unwrap(),
        delegated: Arc::clone(&delegated),
    };
    let builder = Countersign::builder(scene.api(), scene.config()).signer(scene.signer());
    let countersign = builder.chain("ethereum", view).clock(clock.clone()).build();

    let verified = until_verified(&countersign, &scene.request()).await.unwrap();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    delegated.store(true, Ordering::SeqCst);
    clock.advance(60);
    let reviewed = countersign.review(verified).await.unwrap();
    let late = countersign.reserve(reviewed).await;
    assert_refused(late, Step::Verify, Code::Owner, "reserved late");
    assert_refused(countersign.sign(&reserved).await, Step::Verify, Code::Owner, "signed late");
    scene.assert_untouched(&before, "late");
    delegated.store(false, Ordering::SeqCst);
    let _signed = countersign.sign(&reserved).await.unwrap();
}

#[tokio::test]
async fn a_deadline_leaves_time_at_the_signature_too() {
    let scene = Scene::honest().await;
    let clock = SetClock::default();
    let config = scene.config_with(|_, policy| {
        let skew = "max_clock_skew_seconds = 86400\nmin_remaining_seconds = 120\n";
        policy.insert_str(0, skew);
    });
    let countersign = scene.builder(config).clock(clock.clone()).build();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    let permit = reserved.evidence().as_permit().unwrap();
    let left = permit.valid_until().abs_diff(countersign_now(&clock));
    clock.advance(i64::try_from(left).unwrap() - 119);
    let late = countersign.sign(&reserved).await;
    assert_refused(late, Step::Verify, Code::Deadline, "too late");
    assert_eq!(scene.signatures.get(), 0);
    clock.advance(-5);
    let _signed = countersign.sign(&reserved).await.unwrap();
}

fn countersign_now(clock: &SetClock) -> countersign::units::UnixSeconds {
    countersign::Clock::now(clock).to_seconds()
}

#[tokio::test]
async fn another_policy_means_another_beginning() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let (registry, policy) = (scene.sandbox.registry_toml(), scene.sandbox.policy_toml());
    let files = ConfigFiles::new(&registry, &policy);
    let countersign = scene.builder(files.read().unwrap()).build();
    let verified = until_verified(&countersign, &scene.request()).await.unwrap();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    files.set_policy(&format!("address_book = []\n{policy}"));
    let reviewed = countersign.review(verified).await.unwrap();
    let result = countersign.reserve(reviewed).await;
    assert!(matches!(result, Err(FlowError::PolicyChanged)), "{result:?}");
    let result = countersign.sign(&reserved).await;
    assert!(matches!(result, Err(FlowError::PolicyChanged)), "{result:?}");
    scene.assert_untouched(&before, "another policy");
    files.set_policy(&policy);
    let _signed = countersign.sign(&reserved).await.unwrap();
}
