//! Swaps that do not go well, each of which has an end that says so.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign::Submission;
use countersign::approval::{
    ChainViewError, EvmChainView, EvmFacts, EvmFactsQuery, NonceQuery, NonceState,
    TypedDataStandard,
};
use countersign::chain_rpc::EvmRpc;
use countersign::http_client::Retry;
use countersign::journal::{Death, Outcome, State, What};
use countersign::units::U256;
use countersign::{
    ApiError, Clock, DefiApi, Intent, Offer, Order, Progress, Status, SwapApi, SwapStatus,
    TrackOptions, Worker, WorkerOptions,
};
use countersign_sandbox::{Fault, SandboxConfig};
use countersign_tests::{Fate, Relay, SHORT, SetClock, short_steps};

use super::bed::{Bed, key, options};

/// Whether the answer is lost that may have had an effect, or nothing arrived.
fn lost(retry: Retry) -> ApiError {
    ApiError { code: "io", retry, retry_after: None, message: "no answer".to_owned() }
}

async fn submitted_by(fate: impl Fn(u32) -> Fate + Send + Sync + 'static) -> (Bed, Progress) {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let api = Relay::new(bed.scene.api()).submissions(fate);
    let worker = bed.worker_over(api, bed.scene.config());
    let done = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    (bed, done)
}

#[tokio::test]
async fn an_approval_whose_answer_was_lost_is_looked_for_and_not_sent_again() {
    let (bed, done) = submitted_by(|_| Fate::AnswerLost(lost(Retry::AskFirst))).await;
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let names = bed.names(done.swap_id).await;
    assert_eq!(names.iter().filter(|name| **name == "submitted").count(), 1, "{names:?}");
}

#[tokio::test]
async fn an_approval_that_did_not_arrive_is_sent_again_byte_for_byte() {
    for retry in [Retry::Safe, Retry::AskFirst] {
        let first = move |before| match before {
            0 => Fate::Lost(lost(retry)),
            _ => Fate::Delivered,
        };
        let (bed, done) = submitted_by(first).await;
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
        assert_eq!(bed.scene.signatures.get(), 1);
        let names = bed.names(done.swap_id).await;
        assert_eq!(names.iter().filter(|name| **name == "submitted").count(), 2, "{names:?}");
    }
}

/// The sandbox's chain, two hours later: it tells of nonces as of then.
struct LaterChain {
    chain: EvmRpc,
    clock: SetClock,
}

#[async_trait]
impl EvmChainView for LaterChain {
    async fn facts(&self, query: &EvmFactsQuery) -> Result<EvmFacts, ChainViewError> {
        self.chain.facts(query).await
    }

    async fn nonce(&self, query: &NonceQuery) -> Result<NonceState, ChainViewError> {
        let state = self.chain.nonce(query).await?;
        let word = if state.used { U256::MAX } else { U256::ZERO };
        Ok(NonceState::new(word, query.nonce, Some(self.clock.now().to_seconds())))
    }
}

/// A worker that waits for an end no longer than so, and whose clock can be moved.
fn patient(bed: &Bed, api: impl SwapApi + 'static, clock: &SetClock, patience: Duration) -> Worker {
    let url = bed.scene.sandbox.rpc_url("ethereum").unwrap().parse().unwrap();
    let chain = EvmRpc::connect(url, TypedDataStandard::Eip712).unwrap();
    let flow = bed.scene.builder_over(api, bed.scene.config()).clock(clock.clone());
    let flow = flow.chain("ethereum", LaterChain { chain, clock: clock.clone() }).build();
    let track = TrackOptions { deadline: MOMENT, ..SHORT };
    let options = WorkerOptions { track, patience, grace: Duration::ZERO, ..options() };
    Worker::new(flow, Arc::clone(&bed.store), options)
}

const MOMENT: Duration = Duration::from_millis(400);
const HOUR: i64 = 3_600;

#[tokio::test]
async fn a_swap_that_is_declined_is_open_until_its_approval_is_dead() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let clock = SetClock::default();
    let declined = lost(Retry::Never);
    let api = Relay::new(bed.scene.api()).submissions(move |_| Fate::Lost(declined.clone()));
    let worker = patient(&bed, api, &clock, Duration::from_hours(24));
    let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    // Whoever declined it has it, and its permit can be used until its deadline.
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    assert!(open.next.is_some());
    clock.advance(2 * HOUR);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert!(done.reason.unwrap().contains("declined"));
    let names = bed.names(done.swap_id).await;
    assert_eq!(names[names.len() - 3..], ["dead", "ended", "released"], "{names:?}");
}

#[tokio::test]
async fn a_permit_that_nobody_used_ends_with_its_deadline() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let clock = SetClock::default();
    let api = Relay::new(bed.scene.api()).submissions(|_| Fate::Lost(lost(Retry::AskFirst)));
    let worker = patient(&bed, api, &clock, Duration::from_hours(24));
    let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    clock.advance(2 * HOUR);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Expired), "{:?}", done.reason);
    let history = bed.store.load(done.swap_id).await.unwrap();
    let dead =
        |link: &&countersign::journal::Link| matches!(link.entry.what, What::Dead(Death::Deadline));
    assert_eq!(history.links.iter().filter(dead).count(), 1);
}

#[tokio::test]
async fn a_clock_of_ours_that_is_ahead_ends_no_permit() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let clock = SetClock::default();
    let declined = lost(Retry::Never);
    let api = Relay::new(bed.scene.api()).submissions(move |_| Fate::Lost(declined.clone()));
    let flow = bed.scene.builder_over(api, bed.scene.config()).clock(clock.clone()).build();
    let track = TrackOptions { deadline: MOMENT, ..SHORT };
    let worker = Worker::new(flow, Arc::clone(&bed.store), WorkerOptions { track, ..options() });
    let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    clock.advance(2 * HOUR);
    let open = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    // The chain's own time says that it can be used.
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
}

/// An API that has always given a swap up, though the chain has carried it out.
struct Denying(DefiApi);

#[async_trait]
impl SwapApi for Denying {
    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.0.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.0.create(order, offer).await
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        self.0.submit(intent_id, approval).await?;
        // Until the deposit is on the chain.
        while self.0.status(intent_id).await?.deposit_tx.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    async fn status(&self, _: &str) -> Result<SwapStatus, ApiError> {
        Ok(SwapStatus::new(Status::Expired))
    }
}

#[tokio::test]
async fn a_swap_that_the_chain_carried_out_is_not_taken_for_expired() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let worker = bed.worker_over(Denying(bed.scene.api()), bed.scene.config());
    let done = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    let names = bed.names(done.swap_id).await;
    assert!(!names.contains(&"released"), "{names:?}");
}

#[tokio::test]
async fn a_swap_that_the_api_forgets_is_disputed_in_the_end() {
    let config = SandboxConfig { fault: Some(Fault::Forgets), ..short_steps() };
    let bed = Bed::new(config, "USDC@ethereum").await;
    let clock = SetClock::default();
    let worker = patient(&bed, bed.scene.api(), &clock, Duration::from_hours(1));
    let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert!(matches!(open.state, State::Submitted | State::Settling), "{:?}", open.state);
    clock.advance(2 * HOUR);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    assert!(done.reason.unwrap().contains("does not know"));
}

#[tokio::test]
async fn an_answer_that_breaks_costs_nothing() {
    for fault in [Fault::SubmitLost, Fault::SubmitDeclinedFirst, Fault::StatusLost] {
        let bed =
            Bed::new(SandboxConfig { fault: Some(fault), ..short_steps() }, "SOL@solana").await;
        let done = bed.worker().swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{fault}: {:?}", done.reason);
        assert_eq!(bed.scene.signatures.get(), 1, "{fault}");
    }
}

#[tokio::test]
async fn what_is_paused_is_not_signed_and_goes_on_later() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let paused = bed.scene.config_with(|_, policy| {
        *policy = policy.replace("paused = false", "paused = true");
    });
    let flow = bed.scene.builder(paused).build();
    let track = TrackOptions { deadline: MOMENT, ..SHORT };
    let worker = Worker::new(flow, Arc::clone(&bed.store), WorkerOptions { track, ..options() });
    let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(open.state, State::Verified, "{:?}", open.reason);
    assert!(open.failure.unwrap().to_string().contains("paused"));
    assert_eq!(bed.scene.signatures.get(), 0);
    tokio::time::sleep(MOMENT).await;
    let done = bed.worker().resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!(bed.scene.signatures.get(), 1);
}
