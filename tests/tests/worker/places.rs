//! Workers of other settings, clocks and environments, and people and chains that are slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{
    ChainViewError, Decision, Environment, EvmChainView, EvmFacts, EvmFactsQuery, ReviewRequest,
    Reviewer, TypedDataStandard,
};
use countersign::chain_rpc::EvmRpc;
use countersign::journal::{Outcome, Page, State, Which};
use countersign::{
    Config, Event, Progress, Status, Step, SwapApi, TrackOptions, WorkError, Worker, WorkerOptions,
};
use countersign_sandbox::SandboxConfig;
use countersign_tests::{SHORT, SetClock, short_steps};

use super::bed::{Bed, key, options};
use super::counted::{Counted, Writes};
use super::liar::{Calls, Liar, cut_off};

pub(super) const HOUR: i64 = 3_600;

/// The sandbox's policy with another value of each setting of a name.
pub(super) fn policy_with(bed: &Bed, name: &str, value: &str) -> Config {
    bed.scene.config_with(|_, policy| {
        let lines = policy.lines().map(|line| match line.split_once(" = ") {
            Some((found, _)) if found == name => format!("{name} = {value}"),
            _ => line.to_owned(),
        });
        *policy = lines.collect::<Vec<_>>().join("\n");
    })
}

pub(super) fn worker(
    bed: &Bed,
    api: impl SwapApi + 'static,
    config: Config,
    clock: &SetClock,
    options: WorkerOptions,
) -> Worker {
    let flow = bed.scene.builder_over(api, config).clock(clock.clone()).build();
    Worker::new(flow, Arc::clone(&bed.store), options)
}

/// Options of a worker that does not wait for an end.
pub(super) fn brief() -> WorkerOptions {
    let track = TrackOptions { deadline: Duration::from_millis(400), ..SHORT };
    WorkerOptions { track, ..options() }
}

/// Leaves a swap that the chain has carried out, of which nothing was heard.
async fn left_open(bed: &Bed, clock: &SetClock) -> Progress {
    let api = Liar::saying(bed, Status::Approved);
    let worker = worker(bed, api, bed.scene.config(), clock, brief());
    let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    open
}

#[tokio::test]
async fn a_policy_that_was_tightened_hides_nothing_that_the_chain_says() {
    let (bed, clock) = (Bed::new(short_steps(), "USDC@ethereum").await, SetClock::default());
    let open = left_open(&bed, &clock).await;
    clock.advance(2 * HOUR);
    let tight = policy_with(&bed, "per_swap", "\"50\"");
    let worker = worker(&bed, Liar::saying(&bed, Status::Expired), tight, &clock, options());
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    assert!(done.reason.unwrap().contains("the chain has used it"));
    assert!(!bed.names(done.swap_id).await.contains(&"released"));
}

#[tokio::test]
async fn a_lease_of_a_clock_that_was_ahead_keeps_nobody_away() {
    let (bed, clock, calls) =
        (Bed::new(short_steps(), "USDC@ethereum").await, SetClock::default(), Calls::default());
    let silent = || Liar::saying(&bed, Status::Approved).silent_at("status").counted(&calls);
    let open = left_open(&bed, &clock).await;
    clock.advance(HOUR / 4);
    let ahead = worker(&bed, silent(), bed.scene.config(), &clock, options());
    cut_off(&bed, &ahead, &calls).await;
    let (right, mut told) = (Arc::new(bed.worker()), Vec::new());
    right.resume(4, |swap_id, driven| told.push((swap_id, driven.is_ok()))).await.unwrap();
    assert_eq!(told, [(open.swap_id, true)]);
    let done = right.progress(open.swap_id).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
}

#[tokio::test]
async fn one_hand_looks_after_all_that_is_open() {
    const SWAPS: usize = 5;
    // One after another they take longer than any lease lasts.
    let slow = SandboxConfig { step: Duration::from_millis(150), ..short_steps() };
    let bed = Bed::new(slow, "USDC@ethereum").await;
    let paused = policy_with(&bed, "paused", "true");
    let paused = worker(&bed, bed.scene.api(), paused, &SetClock::default(), brief());
    let (keys, request) = ((0..SWAPS).map(|number| key(&number.to_string())), bed.scene.request());
    let keys: Vec<_> = keys.collect();
    let opened = keys.iter().map(|key| paused.swap(key, &request, |_| {}));
    for open in futures::future::join_all(opened).await {
        assert_eq!(open.unwrap().state, State::Verified);
    }
    let lease = Duration::from_secs(1);
    let (options, clock) = (WorkerOptions { lease, ..options() }, SetClock::default());
    let worker = worker(&bed, bed.scene.api(), bed.scene.config(), &clock, options);
    let mut states = Vec::new();
    let told = |_, driven: &Result<Progress, WorkError>| {
        states.push(driven.as_ref().unwrap().state);
    };
    Arc::new(worker).resume(1, told).await.unwrap();
    assert_eq!(states, [State::Ended(Outcome::Finished); SWAPS]);
    let open = Page { which: Which::Open, after: None, most: 10 };
    assert_eq!(bed.store.list(open).await.unwrap().len(), 0);
}

#[tokio::test]
async fn an_owner_in_other_letters_is_the_same_owner() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let (worker, mut request) = (bed.worker(), bed.scene.request());
    let first = worker.swap(&key("one"), &request, |_| {}).await.unwrap();
    let lower = request.owner.to_lowercase();
    assert_ne!(request.owner, lower);
    request.owner.clone_from(&lower);
    request.refund_address = lower;
    let second = worker.swap(&key("one"), &request, |_| {}).await.unwrap();
    assert_eq!((first.swap_id, first.digest), (second.swap_id, second.digest));
    assert_eq!(bed.scene.signatures.get(), 1);
}

#[tokio::test]
async fn a_worker_of_another_environment_leaves_a_swap_alone() {
    let (bed, clock) = (Bed::new(short_steps(), "USDC@ethereum").await, SetClock::default());
    let open = left_open(&bed, &clock).await;
    let before = bed.store.find(&open.key).await.unwrap().unwrap().head;
    let testnet = bed.scene.config_with(|registry, _| {
        let named = registry.replace("environment = \"sandbox\"", "environment = \"testnet\"");
        *registry = named.replace("\"regtest\"", "\"signet\"");
    });
    let hold = Duration::from_millis(50);
    let options = WorkerOptions { hold, ..options() };
    let other = worker(&bed, bed.scene.api(), testnet, &clock, options);
    clock.advance(1);
    let error = other.resume_one(open.swap_id, |_| {}).await.unwrap_err();
    let WorkError::Environment { swap_id, expected, found } = error else { panic!("{error}") };
    assert_eq!((swap_id, expected), (open.swap_id, Environment::Testnet));
    assert_eq!(found, Environment::Sandbox);
    assert_eq!(bed.store.find(&open.key).await.unwrap().unwrap().head, before);
    clock.advance(1);
    let right = worker(&bed, bed.scene.api(), bed.scene.config(), &clock, brief());
    let done = right.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
}

/// A person who approves, and takes a while to.
#[derive(Clone, Default)]
struct Person {
    asked: Arc<AtomicU32>,
    clock: SetClock,
    seconds: i64,
}

#[async_trait]
impl Reviewer for Person {
    async fn review(&self, _: &ReviewRequest<'_>) -> Decision {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.clock.advance(self.seconds);
        Decision::Approve { by: "Ada".to_owned() }
    }
}

const REVIEW: &str = "review_above = { USDC = \"1\" }\n";

#[tokio::test]
async fn a_person_is_asked_once_for_what_can_be_signed_later() {
    let (bed, person) = (Bed::new(short_steps(), "USDC@ethereum").await, Person::default());
    let reviewed = |paused: &str| {
        let config = bed.scene.config_with(|_, policy| {
            *policy = format!("{REVIEW}{}", policy.replace("paused = false", paused));
        });
        let flow = bed.scene.builder(config).reviewer(person.clone());
        Worker::new(flow.build(), Arc::clone(&bed.store), brief())
    };
    let mut judged = 0;
    let count = |event: Event<'_>| {
        judged += u32::from(matches!(event, Event::Began(Step::Verify)));
    };
    let request = bed.scene.request();
    let open = reviewed("paused = true").swap(&key("one"), &request, count).await.unwrap();
    assert_eq!(open.state, State::Reviewed, "{:?}", open.reason);
    assert!(judged > 1, "it was judged {judged} times");
    tokio::time::sleep(SHORT.longest_wait * 2).await;
    let done = reviewed("paused = false").resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!(person.asked.load(Ordering::SeqCst), 1);
}

/// A node that is away when it is asked for the first and the third time.
struct Away {
    chain: EvmRpc,
    asked: AtomicU32,
}

#[async_trait]
impl EvmChainView for Away {
    async fn facts(&self, query: &EvmFactsQuery) -> Result<EvmFacts, ChainViewError> {
        match self.asked.fetch_add(1, Ordering::SeqCst) {
            0 | 2 => Err(ChainViewError::Unavailable("away".to_owned())),
            _ => self.chain.facts(query).await,
        }
    }
}

#[tokio::test]
async fn a_node_that_is_away_before_and_after_a_review_is_waited_for() {
    let (bed, clock) = (Bed::new(short_steps(), "USDC@ethereum").await, SetClock::default());
    let config = bed.scene.config_with(|_, policy| policy.insert_str(0, REVIEW));
    let url = bed.scene.sandbox.rpc_url("ethereum").unwrap().parse().unwrap();
    let chain = EvmRpc::connect(url, TypedDataStandard::Eip712).unwrap();
    // The review takes longer than facts hold.
    let person = Person { clock: clock.clone(), seconds: 40, ..Person::default() };
    let flow = bed.scene.builder(config).clock(clock).reviewer(person.clone());
    let flow = flow.chain("ethereum", Away { chain, asked: AtomicU32::new(0) }).build();
    let options = WorkerOptions { lease: Duration::from_mins(5), ..options() };
    let worker = Worker::new(flow, Arc::clone(&bed.store), options);
    let done = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!(person.asked.load(Ordering::SeqCst), 1);
    let names = bed.names(done.swap_id).await;
    assert_eq!(names.iter().filter(|name| **name == "failed").count(), 2, "{names:?}");
}

#[tokio::test]
async fn a_swap_of_slow_steps_is_written_five_times() {
    let slow = SandboxConfig { step: Duration::from_millis(300), ..SandboxConfig::default() };
    let (bed, writes) = (Bed::new(slow, "USDC@ethereum").await, Writes::default());
    let store = Arc::new(Counted::new(Arc::clone(&bed.store), &writes));
    let options = WorkerOptions { lease: Duration::from_secs(20), ..options() };
    let worker = Worker::new(bed.scene.countersign(), store, options);
    let done = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let names = bed.names(done.swap_id).await;
    assert!(writes.get() <= 5, "{} writes of {names:?}", writes.get());
}
