//! One nonce, one swap; one swap, one live approval.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use countersign::api_types::defi::Profile;
use countersign::approval::{
    AssetLimits, Claim, Code, EvmFacts, Ledger, LedgerError, MemoryLedger, ReserveError, SwapId,
    Taken, reserve,
};
use countersign::evm::verify;
use countersign::units::{U256, UnixSeconds};
use countersign::{Clock, Countersign, FlowError, Intent, Status, Step, SystemClock};
use countersign_sandbox::{SandboxConfig, Tamper};
use countersign_tests::{
    Relay, SHORT, Scene, after_signing, assert_refused, short_steps, until_reserved, until_verified,
};
use tokio::task::JoinSet;

/// One ledger for several flows, as a database would be.
#[derive(Clone, Default)]
struct Shared(Arc<MemoryLedger>);

#[async_trait]
impl Ledger for Shared {
    async fn record(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), LedgerError> {
        self.0.record(claim, limits, now).await
    }

    async fn release(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), LedgerError> {
        self.0.release(swap_id, now).await
    }

    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, LedgerError> {
        self.0.taken(resources).await
    }
}

/// Hands out the first intent's payload again, under the id of each later one.
fn repeating(scene: &Scene) -> Relay {
    let first: Mutex<Option<Intent>> = Mutex::default();
    Relay::new(scene.api()).intents(move |intent| {
        let mut first = first.lock().unwrap();
        let first = first.get_or_insert_with(|| intent.clone());
        intent.params_to_sign.clone_from(&first.params_to_sign);
        intent.secret_hash.clone_from(&first.secret_hash);
        intent.deadline = first.deadline;
    })
}

#[tokio::test]
async fn a_payload_is_good_for_one_swap() {
    let scene = Scene::honest().await.blind();
    let countersign = scene.builder_over(repeating(&scene), scene.config()).build();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    // Before the first is signed, after it is signed, and after it finished.
    let again = until_reserved(&countersign, &scene.request()).await;
    assert_refused(again, Step::Reserve, Code::Replay, "reserved");
    let signed = countersign.sign(&reserved).await.unwrap();
    let again = until_reserved(&countersign, &scene.request()).await;
    assert_refused(again, Step::Reserve, Code::Replay, "signed");
    countersign.approve(&signed).await.unwrap();
    let again = until_reserved(&countersign, &scene.request()).await;
    assert_refused(again, Step::Reserve, Code::Replay, "approved");
    assert_eq!(scene.signatures.get(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_swaps_at_once_with_one_payload_one_is_signed() {
    let scene = Scene::honest().await;
    let countersign = Arc::new(scene.builder_over(repeating(&scene), scene.config()).build());
    let mut swaps = JoinSet::new();
    for _ in 0..8 {
        let (countersign, request) = (Arc::clone(&countersign), scene.request());
        swaps.spawn(async move { until_signed(&countersign, &request).await });
    }
    let (signed, refused): (Vec<_>, Vec<_>) =
        swaps.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((signed.len(), refused.len(), scene.signatures.get()), (1, 7, 1));
    for result in refused {
        assert_refused(result, Step::Reserve, Code::Replay, "at once");
    }
}

async fn until_signed(
    countersign: &Countersign,
    request: &countersign::SwapRequest,
) -> Result<(), FlowError> {
    let reserved = until_reserved(countersign, request).await?;
    countersign.sign(&reserved).await.map(drop)
}

#[tokio::test]
async fn workers_with_one_ledger_share_what_was_used() {
    let scene = Scene::honest().await;
    let ledger = Shared::default();
    let api = Arc::new(repeating(&scene));
    let worker = || {
        let builder = scene.builder_over(Through(Arc::clone(&api)), scene.config());
        builder.ledger(ledger.clone()).build()
    };
    let _reserved = until_reserved(&worker(), &scene.request()).await.unwrap();
    let again = until_reserved(&worker(), &scene.request()).await;
    assert_refused(again, Step::Reserve, Code::Replay, "another worker");
    assert_eq!(scene.signatures.get(), 0);
}

/// One API for several flows.
struct Through(Arc<Relay>);

#[async_trait]
impl countersign::SwapApi for Through {
    async fn quote(
        &self,
        order: &countersign::Order,
    ) -> Result<countersign::Offer, countersign::ApiError> {
        self.0.quote(order).await
    }

    async fn create(
        &self,
        order: &countersign::Order,
        offer: &countersign::Offer,
    ) -> Result<Intent, countersign::ApiError> {
        self.0.create(order, offer).await
    }

    async fn submit(
        &self,
        intent_id: &str,
        approval: &countersign::Submission,
    ) -> Result<(), countersign::ApiError> {
        self.0.submit(intent_id, approval).await
    }

    async fn status(
        &self,
        intent_id: &str,
    ) -> Result<countersign::SwapStatus, countersign::ApiError> {
        self.0.status(intent_id).await
    }
}

#[tokio::test]
async fn a_nonce_of_before_a_restart_moves_nothing_twice() {
    let config = SandboxConfig { tamper: Some(Tamper::NonceAlreadyUsed), ..short_steps() };
    let scene = Scene::start(config, Profile::G2, "USDC@base").await;
    scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    let (funds, ran) = (scene.funds(), scene.sandbox.executions());
    // A ledger in memory forgets; the chain does not, and says so before the key is asked.
    let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
    assert_refused(result, Step::Verify, Code::Nonce, "the same nonce");
    assert_eq!(scene.signatures.get(), 1);
    // Without a view the chain is asked too late, and moves nothing all the same.
    let scene = scene.blind();
    let result = scene.countersign().swap(&scene.request(), SHORT, |_| {}).await;
    let (error, _) = after_signing(result, "the same nonce");
    assert!(matches!(error, FlowError::Api { step: Step::Approve, .. }), "{error:?}");
    assert_eq!((scene.funds(), scene.sandbox.executions()), (funds, ran));
}

#[tokio::test]
async fn a_swap_has_one_live_approval() {
    let scene = Scene::honest().await.blind();
    let ledger = Shared::default();
    let countersign = scene.builder(scene.config()).ledger(ledger.clone()).build();
    let verified = until_verified(&countersign, &scene.request()).await.unwrap();
    let permit = verified.evidence().as_permit().unwrap();
    let (payload, terms) = (permit.payload().clone(), permit.terms().clone());
    let reserved = countersign.reserve(countersign.review(verified).await.unwrap()).await.unwrap();

    // Whoever verifies the same payload again has evidence again, and no second reservation.
    let policy = scene.config().policy().unwrap();
    let now = SystemClock.now().to_seconds();
    let again = verify(payload, &Arc::new(terms), &EvmFacts::default(), now).unwrap();
    assert_eq!(*again.digest().as_bytes(), reserved.evidence().digest());
    let error = reserve(&ledger, again.claim(), &policy, now).await.unwrap_err();
    let ReserveError::Refused(refusal) = error else { panic!("{error}") };
    assert!(refusal.has(Code::Replay), "{refusal}");
    // Another nonce for the same swap doesn't help either.
    let other = Claim { resources: vec!["another nonce".to_owned()], ..again.claim() };
    let error = reserve(&ledger, other, &policy, now).await.unwrap_err();
    assert!(matches!(error, ReserveError::Refused(refusal) if refusal.has(Code::Replay)));
    let _signed = countersign.sign(&reserved).await.unwrap();
}

#[tokio::test]
async fn the_chain_has_used_a_nonce_only_after_its_swap() {
    let scene = Scene::honest().await;
    let countersign = scene.countersign();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    let nonce: U256 = reserved.evidence().as_permit().unwrap().permit().nonce();
    let used = || scene.sandbox.nonce_used(&scene.account.address, &nonce.to_string());
    let signed = countersign.sign(&reserved).await.unwrap();
    assert!(!used());
    countersign.approve(&signed).await.unwrap();
    assert!(used());
    let status = countersign.status(signed.intent_id()).await.unwrap().status;
    assert_ne!(status, Status::Created);
}
