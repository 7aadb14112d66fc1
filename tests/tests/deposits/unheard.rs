//! An API that says, after a deposit, that it knows none: its chain says how it goes on, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::http_client::Retry;
use countersign::journal::{Death, Outcome, State, Store, What};
use countersign::{
    ApiError, Countersign, Intent, Offer, Order, Progress, QuotedApi, Submission, SwapApi,
    SwapStatus, Takes, TrackOptions, Worker, WorkerOptions,
};
use countersign_sandbox::{Fault, SandboxConfig};
use countersign_tests::{SHORT, Scene, SetClock, short_steps};

use crate::bed::{By, Over, api, flow_of, scene};
use crate::cluster::Cluster;
use crate::moody::{HOUR, Moods, assert_funded_once, brief, builder, failures, usdc};
use crate::nonces::{journal, key};

/// An API that hears of no deposit, and says that there is none, until it remembers.
#[derive(Clone)]
pub(crate) struct Unheard {
    api: Arc<QuotedApi>,
    pub(crate) remembers: Arc<AtomicBool>,
    pub(crate) asked: Arc<AtomicUsize>,
}

impl Unheard {
    pub(crate) fn of(scene: &Scene) -> Self {
        let api = Arc::new(api(scene, Over::OneClick, By::Deposit));
        Self { api, remembers: Arc::default(), asked: Arc::default() }
    }
}

#[async_trait]
impl SwapApi for Unheard {
    fn name(&self) -> &'static str {
        self.api.name()
    }

    fn takes(&self) -> Takes {
        self.api.takes()
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.api.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.api.create(order, offer).await
    }

    async fn submit(&self, _: &str, _: &Submission) -> Result<(), ApiError> {
        Err(nothing())
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if !self.remembers.load(Ordering::SeqCst) {
            return Err(nothing());
        }
        self.api.status(intent_id).await
    }
}

/// What an answer of 404 is read as.
fn nothing() -> ApiError {
    let message = "Deposit address not found".to_owned();
    ApiError { code: "not_found", retry: Retry::Never, retry_after: None, message }
}

async fn deaths(store: &Arc<dyn Store>, swap: &Progress) -> Vec<Death> {
    let history = store.load(swap.swap_id).await.unwrap();
    let whats = history.links.into_iter().map(|link| link.entry.what);
    let dead =
        whats.filter_map(|what| if let What::Dead(death) = what { Some(death) } else { None });
    dead.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_the_api_forgets_stays_open_and_a_person_looks_in_the_end() {
    for (over, from) in [
        (Over::OneClick, "USDC@ethereum"),
        (Over::Aurora, "USDC@ethereum"),
        (Over::OneClick, "USDT@tron"),
        (Over::Aurora, "SOL@solana"),
    ] {
        let what = format!("{over:?}, {from}");
        let config = SandboxConfig { fault: Some(Fault::Forgets), ..short_steps() };
        let scene = scene(config, from, "USDC@base").await;
        let (store, _folder) = journal().await;
        let clock = SetClock::default();
        let api = api(&scene, over, By::Deposit);
        let flow = flow_of(&scene, api, scene.config()).clock(clock.clone()).build();
        let worker = brief(flow, &store);
        let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{what}: {:?}", open.reason);
        assert_funded_once(&scene);
        let failed = failures(&store, &open).await;
        assert!(failed.contains(&"track:not_found".to_owned()), "{what}: {failed:?}");
        // Long after its deadline it is still not the API's word that ends it.
        clock.advance(12 * HOUR);
        let open = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{what}: {:?}", open.reason);
        clock.advance(24 * HOUR);
        let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(Outcome::Disputed), "{what}: {:?}", done.reason);
        assert!(!done.released, "{what}: {done:?}");
        assert_funded_once(&scene);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_the_api_has_not_heard_of_is_sent_until_its_chain_has_it() {
    let scene = usdc().await;
    let (store, _folder) = journal().await;
    let (moods, api) = (Moods::default(), Unheard::of(&scene));
    moods.declines.store(3, Ordering::SeqCst);
    let flow = builder(&scene, api.clone(), scene.config(), &moods).build();
    let track = TrackOptions { deadline: Duration::from_secs(20), ..SHORT };
    let options = WorkerOptions { track, ..WorkerOptions::new(key("one")) };
    let worker = Worker::new(flow, Arc::clone(&store), options);
    // It remembers once its chain has the deposit.
    let remembering = async {
        while scene.sandbox.deposits().iter().all(|it| it.transactions.is_empty()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        api.remembers.store(true, Ordering::SeqCst);
    };
    let (name, request) = (key("order"), scene.request());
    let (done, ()) = tokio::join!(worker.swap(&name, &request, |_| {}), remembering);
    let done = done.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!(moods.sent.load(Ordering::SeqCst), 4);
    assert_funded_once(&scene);
}

fn on_solana(scene: &Scene, api: Unheard, cluster: &Cluster, clock: &SetClock) -> Countersign {
    let key = scene.cosigner();
    let builder = Countersign::builder(api, scene.config()).solana_key(key.address(), key);
    builder.transfer_chain("solana", cluster.clone()).clock(clock.clone()).build()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_nobody_has_heard_of_ends_when_its_chain_can_not_take_it_any_more() {
    let scene = scene(short_steps(), "SOL@solana", "USDC@base").await;
    let before = scene.funds();
    let (store, _folder) = journal().await;
    let (clock, api, cluster) = (SetClock::default(), Unheard::of(&scene), Cluster::of(&scene));
    cluster.swallows.store(true, Ordering::SeqCst);
    let worker = brief(on_solana(&scene, api.clone(), &cluster, &clock), &store);
    let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    // The same bytes go on being sent.
    for times in 2..4 {
        clock.advance(40);
        let open = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{:?}", open.reason);
        assert!(cluster.sent.load(Ordering::SeqCst) >= times, "sent {times} times");
    }
    assert!(api.asked.load(Ordering::SeqCst) > 0);
    scene.sandbox.expire_blockhashes();
    clock.advance(60);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert!(done.released, "{done:?}");
    let deaths = deaths(&store, &done).await;
    assert!(matches!(&deaths[..], [Death::BlockhashExpired { height: Some(_) }]), "{deaths:?}");
    scene.assert_unmoved(&before, "a deposit that nobody has heard of");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_its_chain_has_is_sent_once_and_not_freed_though_the_api_knows_none() {
    let scene = scene(short_steps(), "SOL@solana", "USDC@base").await;
    let (store, _folder) = journal().await;
    let (clock, api, cluster) = (SetClock::default(), Unheard::of(&scene), Cluster::of(&scene));
    let worker = brief(on_solana(&scene, api.clone(), &cluster, &clock), &store);
    let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    scene.sandbox.expire_blockhashes();
    clock.advance(60);
    let open = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    assert_eq!(cluster.sent.load(Ordering::SeqCst), 1);
    assert!(deaths(&store, &open).await.is_empty());
    api.remembers.store(true, Ordering::SeqCst);
    clock.advance(60);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_of_which_nobody_can_tell_what_became_is_disputed() {
    let scene = scene(short_steps(), "SOL@solana", "USDC@base").await;
    let (store, _folder) = journal().await;
    let (clock, api, cluster) = (SetClock::default(), Unheard::of(&scene), Cluster::of(&scene));
    cluster.swallows.store(true, Ordering::SeqCst);
    cluster.is_cut_off.store(true, Ordering::SeqCst);
    let worker = brief(on_solana(&scene, api.clone(), &cluster, &clock), &store);
    let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    // Nothing came, says the API long after the deadline; the node does not go back so far.
    api.remembers.store(true, Ordering::SeqCst);
    scene.sandbox.expire_blockhashes();
    clock.advance(2 * HOUR);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    assert!(!done.released && done.reason.unwrap().contains("can't be told"));
    let deaths = deaths(&store, &open).await;
    assert!(matches!(&deaths[..], [Death::BlockhashExpired { .. }]), "{deaths:?}");
}
