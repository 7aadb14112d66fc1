//! What is different on Tron: a transaction names a block, and ends by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{
    BroadcastError, CallOutcome, ChainViewError, Code, SeenTronCall, TronCallFacts,
    TronCallFactsQuery, TronCallView, TronMoment,
};
use countersign::chain_rpc::TronRpc;
use countersign::journal::{Death, Outcome, State, Store, What};
use countersign::units::{Lots, UnixMillis};
use countersign::{
    ApiError, Countersign, FlowError, Intent, Offer, Order, QuotedApi, Submission, SwapApi,
    SwapStatus, Takes, TrackOptions, Worker, WorkerOptions,
};
use countersign_tests::{SHORT, Scene, SetClock, short_steps};

use crate::bed::{By, Over, api, scene, tron_api};
use crate::nonces::{journal, key};
use crate::unheard::Unheard;

/// Changes what facts say.
type Lie = fn(&mut TronCallFacts);

/// A worker that does not stay for long with a swap.
fn staying(flow: Countersign, store: &Arc<dyn Store>, name: &str) -> Worker {
    let track = TrackOptions { deadline: Duration::from_millis(500), ..SHORT };
    let options =
        WorkerOptions { track, hold: Duration::from_mins(1), ..WorkerOptions::new(key(name)) };
    Worker::new(flow, Arc::clone(store), options)
}

/// A node of Tron that lies, loses what it is sent, or is ahead of its time.
#[derive(Clone)]
struct Rigged {
    node: Arc<TronRpc>,
    lie: Option<Lie>,
    swallows: bool,
    /// Whether all that was sent is over by the chain's time.
    is_later: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
}

impl Rigged {
    fn new(scene: &Scene) -> Self {
        Self {
            node: Arc::new(tron_api(scene)),
            lie: None,
            swallows: false,
            is_later: Arc::default(),
            sent: Arc::default(),
        }
    }

    fn flow(&self, scene: &Scene, clock: SetClock) -> Countersign {
        self.flow_over(scene, Untold(api(scene, Over::OneClick, By::Deposit)), clock)
    }

    fn flow_over(
        &self,
        scene: &Scene,
        api: impl SwapApi + 'static,
        clock: SetClock,
    ) -> Countersign {
        let builder = Countersign::builder(api, scene.config()).tron_key(scene.signer());
        builder.tron_call_chain("tron", self.clone()).clock(clock).build()
    }
}

/// An API that nobody tells of deposits: it has to see them.
struct Untold(QuotedApi);

#[async_trait]
impl SwapApi for Untold {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn takes(&self) -> Takes {
        self.0.takes()
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.0.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.0.create(order, offer).await
    }

    async fn submit(&self, _: &str, _: &Submission) -> Result<(), ApiError> {
        Ok(())
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        self.0.status(intent_id).await
    }
}

#[async_trait]
impl TronCallView for Rigged {
    async fn tron_call_facts(
        &self,
        query: &TronCallFactsQuery,
    ) -> Result<TronCallFacts, ChainViewError> {
        let mut facts = self.node.tron_call_facts(query).await?;
        if let Some(lie) = self.lie {
            lie(&mut facts);
        }
        Ok(facts)
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        if self.swallows {
            return Ok(());
        }
        self.node.broadcast(chain_id, transaction).await
    }

    async fn tron_call_state(
        &self,
        chain_id: u64,
        id: [u8; 32],
    ) -> Result<SeenTronCall, ChainViewError> {
        let seen = self.node.tron_call_state(chain_id, id).await?;
        if !self.is_later.load(Ordering::SeqCst) {
            return Ok(seen);
        }
        let TronMoment { number, time } = seen.solid;
        let time = UnixMillis::new(time.value().saturating_add(3_600_000));
        Ok(SeenTronCall { solid: TronMoment { number, time }, ..seen })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_chain_says_against_a_deposit_refuses_it() {
    let lies: [(Lie, Code); 6] = [
        (|facts| facts.call.balance = Some(Lots::from(99_999_999)), Code::Amount),
        (|facts| facts.call.native_balance = Some(Lots::from(1)), Code::Fee),
        (|facts| facts.call.owner_code = Some(vec![1]), Code::Owner),
        (
            |facts| facts.call.block_time = Some(countersign::units::UnixSeconds::new(1)),
            Code::Clock,
        ),
        (
            |facts| facts.call.simulation = Some(CallOutcome::Returned(vec![0; 32])),
            Code::Simulation,
        ),
        (|facts| facts.call.simulation = None, Code::Unavailable),
    ];
    for (place, (lie, code)) in lies.into_iter().enumerate() {
        let scene = scene(short_steps(), "USDT@tron", "USDC@base").await;
        let before = scene.funds();
        let rigged = Rigged { lie: Some(lie), ..Rigged::new(&scene) };
        let flow = rigged.flow(&scene, SetClock::default());
        let error = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
        let FlowError::Refused { refusal, .. } = &error else { panic!("{place}: {error}") };
        let told = refusal.violations().iter().any(|violation| violation.code == code);
        assert!(told, "{place}: {refusal}");
        scene.assert_untouched(&before, "a lie about a deposit on Tron");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn energy_that_costs_more_than_policy_allows_is_not_burnt() {
    let scene = scene(short_steps(), "USDT@tron", "USDC@base").await;
    let before = scene.funds();
    let lie: Lie = |facts| facts.call.base_fee = Some(1_000_000);
    let rigged = Rigged { lie: Some(lie), ..Rigged::new(&scene) };
    let flow = rigged.flow(&scene, SetClock::default());
    let error = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
    assert!(matches!(error, FlowError::Draft(_)), "{error}");
    scene.assert_untouched(&before, "energy that costs too much");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_of_another_fork_moves_nothing() {
    let scene = scene(short_steps(), "USDT@tron", "USDC@base").await;
    let before = scene.funds();
    let lie: Lie = |facts| {
        let reference = facts.reference.as_mut().unwrap();
        reference.id[12] ^= 1;
    };
    let rigged = Rigged { lie: Some(lie), ..Rigged::new(&scene) };
    let flow = rigged.flow(&scene, SetClock::default());
    let error = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("Tapos check error"), "{error}");
    scene.assert_unmoved(&before, "a block of another fork");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_mined_is_dead_once_the_chain_is_past_its_expiration_and_frees_its_limits() {
    let scene = scene(short_steps(), "USDT@tron", "USDC@base").await;
    let before = scene.funds();
    let rigged = Rigged { swallows: true, ..Rigged::new(&scene) };
    let (store, _folder) = journal().await;
    let clock = SetClock::default();
    let first = staying(rigged.flow(&scene, clock.clone()), &store, "one");
    let let_out = first.swap(&key("order"), &scene.request(), |_| {}).await.unwrap();
    assert!(rigged.sent.load(Ordering::SeqCst) > 0);
    assert!(!let_out.state.is_ended(), "{let_out:?}");

    // Our clock alone proves nothing.
    clock.advance(2 * 3_600);
    let second = staying(rigged.flow(&scene, clock.clone()), &store, "two");
    let waiting = second.resume_one(let_out.swap_id, |_| {}).await.unwrap();
    assert!(!waiting.state.is_ended(), "{waiting:?}");

    rigged.is_later.store(true, Ordering::SeqCst);
    clock.advance(3_600);
    let third = staying(rigged.flow(&scene, clock), &store, "three");
    let progress = third.resume_one(let_out.swap_id, |_| {}).await.unwrap();
    assert_eq!(progress.state, State::Ended(Outcome::Expired), "{:?}", progress.reason);
    let history = store.load(progress.swap_id).await.unwrap();
    let names: Vec<_> = history.links.iter().map(|link| link.entry.what.name()).collect();
    assert!(names.ends_with(&["dead", "ended", "released"]), "{names:?}");
    let dead = |what: &What| matches!(what, What::Dead(Death::Deadline));
    assert!(history.links.iter().any(|link| dead(&link.entry.what)));
    scene.assert_unmoved(&before, "a deposit that was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_mined_is_sent_until_its_chain_ends_it_though_the_api_knows_of_nothing() {
    let scene = scene(short_steps(), "TRX@tron", "USDC@base").await;
    let before = scene.funds();
    let rigged = Rigged { swallows: true, ..Rigged::new(&scene) };
    let ((store, _folder), clock) = (journal().await, SetClock::default());
    let flow = rigged.flow_over(&scene, Unheard::of(&scene), clock.clone());
    let worker = staying(flow, &store, "one");
    let open = worker.swap(&key("order"), &scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{open:?}");
    let first = rigged.sent.load(Ordering::SeqCst);
    clock.advance(60);
    let open = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{open:?}");
    assert!(rigged.sent.load(Ordering::SeqCst) > first);

    // Over by the chain's time, and not by ours yet.
    rigged.is_later.store(true, Ordering::SeqCst);
    clock.advance(60);
    let open = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{open:?}");
    clock.advance(3_600);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Expired), "{:?}", done.reason);
    assert!(done.released, "{done:?}");
    scene.assert_unmoved(&before, "a deposit that nobody has heard of");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_is_cancelled_is_waited_out() {
    let scene = scene(short_steps(), "TRX@tron", "USDC@base").await;
    let before = scene.funds();
    let rigged = Rigged { swallows: true, ..Rigged::new(&scene) };
    let (store, _folder) = journal().await;
    let clock = SetClock::default();
    let worker = staying(rigged.flow(&scene, clock.clone()), &store, "one");
    let let_out = worker.swap(&key("order"), &scene.request(), |_| {}).await.unwrap();

    // Nobody holds the lease any more.
    clock.advance(60);
    let waiting = worker.cancel(let_out.swap_id, |_| {}).await.unwrap();
    assert!(!waiting.state.is_ended(), "{waiting:?}");
    rigged.is_later.store(true, Ordering::SeqCst);
    // By our own clock it may still be mined, so its limits are not free yet.
    clock.advance(60);
    let waiting = worker.resume_one(let_out.swap_id, |_| {}).await.unwrap();
    assert!(!waiting.state.is_ended(), "{waiting:?}");
    clock.advance(3_600);
    let progress = worker.resume_one(let_out.swap_id, |_| {}).await.unwrap();
    assert_eq!(progress.state, State::Ended(Outcome::Failed), "{:?}", progress.reason);
    assert!(progress.cancelled, "{progress:?}");
    scene.assert_unmoved(&before, "a deposit that was cancelled");
}
