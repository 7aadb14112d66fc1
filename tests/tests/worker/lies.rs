//! A counterparty whose word is not what happened: the chain decides, and limits count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{BitcoinChainView, BitcoinNetwork, ChainViewError, SeenCoins};
use countersign::chain_rpc::Esplora;
use countersign::http_client::Retry;
use countersign::journal::{Outcome, State};
use countersign::units::Lots;
use countersign::{Event, Progress, Status, TrackOptions, Worker, WorkerOptions};
use countersign_sandbox::SandboxConfig;
use countersign_tests::{Funds, SHORT, SetClock, short_steps};

use super::bed::{Bed, key, options};
use super::liar::{Busy, Calls, Liar, cut_off};
use super::places::{HOUR, brief, policy_with, worker};

pub(super) fn count(names: &[&str], name: &str) -> usize {
    names.iter().filter(|found| **found == name).count()
}

/// A worker of the bed that holds its lease whatever its clock does.
fn patient(bed: &Bed, api: Liar, clock: &SetClock) -> Worker {
    let options = WorkerOptions { lease: Duration::from_mins(30), ..options() };
    worker(bed, api, policy_with(bed, "per_day", "\"1.5\""), clock, options)
}

/// Has the cluster forget blockhashes as soon as something is said of the swap, and the clock move on.
fn aging(bed: &Bed, clock: &SetClock, seconds: i64) -> impl FnMut(Event<'_>) + Send {
    let mut left = Some(seconds);
    move |event| {
        if matches!(event, Event::Status(_)) {
            bed.scene.sandbox.expire_blockhashes();
            clock.advance(left.take().unwrap_or_default());
        }
    }
}

/// A little more than blockhashes live, by our own clock.
const OVER: i64 = 190;

#[tokio::test]
async fn a_transaction_that_is_called_off_after_it_ran_goes_on_counting() {
    for said in [Status::Expired, Status::Failed, Status::Refunded] {
        let (bed, clock) = (Bed::new(short_steps(), "SOL@solana").await, SetClock::default());
        let worker = patient(&bed, Liar::saying(&bed, said.clone()), &clock);
        let (request, old) = (bed.scene.request(), aging(&bed, &clock, OVER));
        let done = worker.swap(&key("one"), &request, old).await.unwrap();
        assert!(done.state.is_ended(), "{said}: {:?}", done.reason);
        let names = bed.names(done.swap_id).await;
        assert!(!names.contains(&"released"), "{said}: {names:?}");
        assert_ne!(bed.scene.sandbox.executions(), [], "{said}");
        // The day's limit has no room for a second one, whose quote is of now.
        clock.advance(-OVER);
        let next = worker.swap(&key("two"), &request, |_| {}).await.unwrap();
        assert_eq!(next.state, State::Ended(Outcome::Refused), "{said}: {:?}", next.reason);
        assert!(next.reason.as_ref().unwrap().contains("per_day"), "{said}: {:?}", next.reason);
        assert_eq!(bed.scene.signatures.get(), 1, "{said}");
    }
}

/// A node that is a few blocks behind says of a young blockhash what others say of an old one.
#[tokio::test]
async fn a_blockhash_that_a_node_does_not_know_ends_nothing_while_it_may_be_young() {
    let (bed, clock) = (Bed::new(short_steps(), "SOL@solana").await, SetClock::default());
    let of = |options| {
        worker(&bed, Liar::saying(&bed, Status::Failed), bed.scene.config(), &clock, options)
    };
    let request = bed.scene.request();
    let open = of(brief()).swap(&key("one"), &request, aging(&bed, &clock, 0)).await.unwrap();
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    // A cancel does not believe it either.
    clock.advance(OVER / 2);
    let open = of(brief()).cancel(open.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    assert!(!bed.names(open.swap_id).await.contains(&"dead"));
    clock.advance(OVER / 2);
    let done = of(brief()).resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    assert!(!done.released, "{done:?}");
}

#[tokio::test]
async fn a_refund_that_is_only_said_frees_no_limit() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let api = Liar::saying(&bed, Status::Refunded);
    let worker = bed.worker_over(api, policy_with(&bed, "per_day", "\"350\""));
    let mut states = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let done = worker.swap(&key(name), &bed.scene.request(), |_| {}).await.unwrap();
        assert!(!bed.names(done.swap_id).await.contains(&"released"), "{name}");
        states.push(done.state);
    }
    let [said, refused] = [Outcome::Refunded, Outcome::Refused].map(State::Ended);
    assert_eq!(states, [said, said, said, refused, refused]);
    assert_eq!(bed.scene.signatures.get(), 3);
}

#[tokio::test]
async fn a_payment_that_is_only_said_is_disputed_in_the_end() {
    for from in ["USDC@ethereum", "BTC@bitcoin"] {
        let (bed, clock) = (Bed::new(short_steps(), from).await, SetClock::default());
        let before = bed.scene.funds();
        let api = Liar::saying(&bed, Status::Finished).idle();
        let worker = worker(&bed, api, bed.scene.config(), &clock, brief());
        let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
        // The approval can still be used.
        assert_eq!(open.state, State::Settling, "{from}: {:?}", open.reason);
        clock.advance(50 * HOUR);
        let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(Outcome::Disputed), "{from}: {:?}", done.reason);
        assert!(!bed.names(done.swap_id).await.contains(&"released"), "{from}");
        bed.scene.assert_unmoved(&before, from);
    }
}

#[tokio::test]
async fn a_transaction_without_a_form_is_written_down_once() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let calls = Calls::default();
    let api = Liar::saying(&bed, Status::Approved).of_deposit("0xab cd").counted(&calls);
    let track = TrackOptions { deadline: Duration::from_secs(2), ..SHORT };
    let options = WorkerOptions { track, ..options() };
    let worker = worker(&bed, api, bed.scene.config(), &SetClock::default(), options);
    let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    let names = bed.names(open.swap_id).await;
    assert_eq!(count(&names, "status"), 1, "{names:?}");
    assert!(calls.count("status") > 2, "it was asked {} times", calls.count("status"));
}

#[tokio::test]
async fn an_intent_is_asked_for_again_only_where_there_is_none() {
    let asked = [(Retry::Safe, Outcome::Finished, 2), (Retry::AskFirst, Outcome::Failed, 1)];
    for (retry, outcome, times) in asked {
        let bed = Bed::new(short_steps(), "USDC@ethereum").await;
        let calls = Calls::default();
        let worker = bed.worker_over(Busy::new(&bed, retry, &calls), bed.scene.config());
        let done = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(outcome), "{retry:?}: {:?}", done.reason);
        assert_eq!(calls.count("create"), times, "{retry:?}");
    }
}

#[tokio::test]
async fn an_approval_that_was_not_sent_is_sent_where_only_the_status_is_dark() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let (clock, calls, unsent) = (SetClock::default(), Calls::default(), Calls::default());
    let silent = Liar::dark(&bed, "unavailable").silent_at("submit").counted(&unsent);
    cut_off(&bed, &worker(&bed, silent, bed.scene.config(), &clock, options()), &unsent).await;
    assert_eq!(bed.scene.sandbox.executions(), []);
    clock.advance(10);
    let dark = Liar::dark(&bed, "unavailable").counted(&calls);
    let dark = worker(&bed, dark, bed.scene.config(), &clock, brief());
    let found = bed.store.find(&key("one")).await.unwrap().unwrap();
    let open = dark.resume_one(found.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    assert_eq!((calls.count("submit"), bed.scene.signatures.get()), (1, 1));
    assert_ne!(bed.scene.sandbox.executions(), []);
}

/// A sandbox that never pays, and whose coins can be taken back soon.
pub(super) fn failing() -> SandboxConfig {
    let (intent_lifetime, refund_delay) = (Duration::from_secs(3), Duration::from_secs(1));
    SandboxConfig { resolver_fails: true, intent_lifetime, refund_delay, ..short_steps() }
}

/// Asserts that coins came back by our own transaction, but for fees.
pub(super) async fn assert_taken_back(bed: &Bed, done: &Progress, before: &Funds) {
    assert_eq!(done.state, State::Ended(Outcome::Refunded), "{:?}", done.reason);
    let names = bed.names(done.swap_id).await;
    assert_eq!(count(&names, "refund"), 2, "{names:?}");
    assert_eq!(names.last(), Some(&"released"), "{names:?}");
    let held = |funds: &Funds| funds.held(&bed.scene.account.address, "BTC");
    let lost = held(before).checked_sub(held(&bed.scene.funds())).unwrap();
    assert!(lost < Lots::from(40_000), "{lost} are gone");
}

async fn taken_back_from(bed: Bed, api: Liar, options: WorkerOptions) {
    let before = bed.scene.funds();
    let worker = worker(&bed, api, bed.scene.config(), &SetClock::default(), options);
    let done = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_taken_back(&bed, &done, &before).await;
}

#[tokio::test]
async fn coins_that_are_said_to_be_paid_for_are_taken_back() {
    let bed = Bed::new(failing(), "BTC@bitcoin").await;
    let api = Liar::saying(&bed, Status::Finished);
    taken_back_from(bed, api, options()).await;
}

#[tokio::test]
async fn coins_of_a_swap_that_is_forgotten_are_taken_back() {
    let bed = Bed::new(failing(), "BTC@bitcoin").await;
    let api = Liar::dark(&bed, "not_found");
    // It is forgotten for long before the lock time comes.
    let patience = Duration::from_secs(1);
    taken_back_from(bed, api, WorkerOptions { patience, ..options() }).await;
}

/// Whatever is said of a swap whose lock time is over by our clock alone: its coins come back when the
/// chain lets them go.
async fn coins_come_back_though_it_says(status: Status) {
    let bed = Bed::new(failing(), "BTC@bitcoin").await;
    let (before, clock) = (bed.scene.funds(), SetClock::default());
    let of = |options| {
        worker(&bed, Liar::saying(&bed, status.clone()), bed.scene.config(), &clock, options)
    };
    let open = of(brief()).swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    clock.advance(HOUR);
    let open = of(brief()).resume_one(open.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    clock.advance(1);
    let done = of(options()).resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_taken_back(&bed, &done, &before).await;
}

#[tokio::test]
async fn coins_that_are_said_to_be_back_are_taken_back_when_the_chain_lets_them_go() {
    coins_come_back_though_it_says(Status::Refunded).await;
}

#[tokio::test]
async fn coins_of_a_swap_that_nobody_knows_of_are_taken_back() {
    coins_come_back_though_it_says(Status::Created).await;
}

#[tokio::test]
async fn coins_of_a_swap_that_never_goes_on_are_taken_back() {
    coins_come_back_though_it_says(Status::Approved).await;
}

/// A node that can be away.
struct Node {
    chain: Esplora,
    away: Arc<AtomicBool>,
}

#[async_trait]
impl BitcoinChainView for Node {
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(ChainViewError::Unavailable("away".to_owned()));
        }
        self.chain.coins(network, scripts).await
    }

    async fn broadcast(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        self.chain.broadcast(network, transaction).await
    }
}

#[tokio::test]
async fn coins_are_not_given_up_while_the_chain_is_away() {
    let bed = Bed::new(failing(), "BTC@bitcoin").await;
    let (before, away) = (bed.scene.funds(), Arc::new(AtomicBool::new(false)));
    let of = |options| {
        let node = Node { chain: bed.scene.esplora(), away: Arc::clone(&away) };
        let api = Liar::saying(&bed, Status::Finished);
        let flow = bed.scene.builder_over(api, bed.scene.config()).bitcoin_chain("bitcoin", node);
        Worker::new(flow.build(), Arc::clone(&bed.store), options)
    };
    let leave = |event: Event<'_>| {
        if matches!(event, Event::Signed { .. }) {
            away.store(true, Ordering::SeqCst);
        }
    };
    let open = of(brief()).swap(&key("one"), &bed.scene.request(), leave).await.unwrap();
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    away.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let done = of(options()).resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_taken_back(&bed, &done, &before).await;
}
