//! Swaps of several APIs in one journal: each is driven by its own, and by nobody else.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::SwapId;
use countersign::journal::{Lease, Outcome, State, StoreError, Term};
use countersign::units::UnixMillis;
use countersign::{
    ApiError, Clock as _, DefiApi, Intent, Offer, Order, Submission, SwapApi, SwapStatus,
    SystemClock, Worker,
};
use countersign_tests::{SetClock, short_steps};

use super::bed::{Bed, key, options};
use super::places::{brief, policy_with, worker};

/// The DeFi API by another name, which counts the approvals that it is given.
#[derive(Clone)]
struct Named {
    name: &'static str,
    api: Arc<DefiApi>,
    given: Arc<AtomicUsize>,
}

impl Named {
    fn new(bed: &Bed, name: &'static str) -> Self {
        Self { name, api: Arc::new(bed.scene.api()), given: Arc::default() }
    }

    fn given(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl SwapApi for Named {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.api.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.api.create(order, offer).await
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        self.given.fetch_add(1, Ordering::SeqCst);
        self.api.submit(intent_id, approval).await
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        self.api.status(intent_id).await
    }
}

/// Begins a swap with an API, and leaves it open before anything is signed.
async fn begun(bed: &Bed, name: &str, api: &Named) -> SwapId {
    let paused = policy_with(bed, "paused", "true");
    let worker = worker(bed, api.clone(), paused, &SetClock::default(), brief());
    let open = worker.swap(&key(name), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(open.state, State::Verified, "{:?}", open.reason);
    tokio::time::sleep(Duration::from_millis(100)).await;
    open.swap_id
}

/// Takes a swap as another worker would, and gives it back.
async fn taken(bed: &Bed, swap_id: SwapId) -> Result<Lease, StoreError> {
    let (holder, now) = (key("another"), SystemClock.now());
    let until = UnixMillis::new(now.value().saturating_add(1_000));
    let lease = bed.store.lease(swap_id, &Term { holder: &holder, until }, now).await?;
    bed.store.give_back(lease.clone(), now).await?;
    Ok(lease)
}

#[tokio::test]
async fn each_swap_goes_on_with_its_own_api() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let [one, other] = ["one", "other"].map(|name| Named::new(&bed, name));
    for (name, api) in [("a", &one), ("b", &other), ("c", &other), ("d", &other)] {
        begun(&bed, name, api).await;
    }
    let worker = bed.worker_over(one.clone(), bed.scene.config()).also(other.clone());
    // A cancel finds it as well.
    let last = bed.store.find(&key("d")).await.unwrap().unwrap().swap_id;
    let cancelled = worker.cancel(last, |_| {}).await.unwrap();
    assert_eq!(cancelled.state, State::Ended(Outcome::Failed), "{:?}", cancelled.reason);
    let mut told = Vec::new();
    let tell = |_, driven: &Result<countersign::Progress, _>| {
        told.push(driven.as_ref().map(|progress| progress.state).map_err(ToString::to_string));
    };
    Arc::new(worker).resume(2, tell).await.unwrap();
    assert_eq!(told, vec![Ok(State::Ended(Outcome::Finished)); 3]);
    assert_eq!((one.given(), other.given()), (1, 2));
}

#[tokio::test]
async fn a_swap_of_an_api_that_is_not_known_is_told_once_and_left_to_others() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let [one, other] = ["one", "other"].map(|name| Named::new(&bed, name));
    let swap_id = begun(&bed, "a", &other).await;
    let before = taken(&bed, swap_id).await.unwrap();
    let worker: Arc<Worker> = Arc::new(bed.worker_over(one.clone(), bed.scene.config()));
    let told = Arc::new(Mutex::new(Vec::new()));
    let (working, hearing) = (Arc::clone(&worker), Arc::clone(&told));
    let work = tokio::spawn(async move {
        let tell = |swap_id, driven: &Result<countersign::Progress, countersign::WorkError>| {
            let error = driven.as_ref().unwrap_err();
            hearing.lock().unwrap().push((swap_id, error.code(), error.to_string()));
        };
        working.work(2, tell).await
    });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    // Nobody waits for it to be let go, and it was taken once in all that time.
    let after = taken(&bed, swap_id).await.unwrap();
    assert_eq!(after.token, before.token + 4);
    worker.stop();
    work.await.unwrap().unwrap();
    let expected = format!("swap {swap_id}: expected one of the API one, found one of other");
    assert_eq!(*told.lock().unwrap(), [(swap_id, "api", expected)]);
    // Whoever knows its API carries it on.
    let right = Worker::new(
        bed.scene.builder_over(other.clone(), bed.scene.config()).build(),
        Arc::clone(&bed.store),
        options(),
    );
    let done = right.resume_one(swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!((one.given(), other.given()), (0, 1));
}
