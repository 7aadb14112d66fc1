//! Swaps whose process ended somewhere on the way, and what the next worker does.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign::Submission;
use countersign::approval::{Decision, ReviewRequest, Reviewer};
use countersign::bitcoin::{CoinKey, CoinSigner, KeyRequest, SignerError as CoinSignerError};
use countersign::evm::{PermitSigner, SignPermit, SignerError, UncheckedSignature};
use countersign::journal::{CoinRecord, Digest, Outcome, Page, Payload, State, What, Which};
use countersign::units::{EvmAddress, Lots};
use countersign::{ApiError, DefiApi, Event, Intent, Offer, Order, Progress, SwapApi, SwapStatus};
use countersign::{Worker, approval::SwapId};
use countersign_tests::{CountingSigner, short_steps};

use super::bed::{Bed, key, options};
use super::rigged::Rigged;

/// An API that never answers one of its calls, though it does what it is asked to.
struct Silent {
    api: DefiApi,
    call: &'static str,
}

impl Silent {
    async fn after<T>(&self, call: &str, answer: T) -> T {
        if call == self.call {
            std::future::pending::<()>().await;
        }
        answer
    }
}

#[async_trait]
impl SwapApi for Silent {
    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.api.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        let answer = self.api.create(order, offer).await;
        self.after("create", answer).await
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        if self.call == "submit before" {
            std::future::pending::<()>().await;
        }
        let answer = self.api.submit(intent_id, approval).await;
        self.after("submit", answer).await
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let answer = self.api.status(intent_id).await;
        self.after("status", answer).await
    }
}

/// Lets a worker run into something that never answers, and takes it away there.
async fn cut_off(bed: &Bed, worker: &Worker) {
    let request = bed.scene.request();
    let swap = async { worker.swap(&key("one"), &request, |_| {}).await };
    let cut = tokio::time::timeout(Duration::from_millis(700), swap).await;
    assert!(cut.is_err(), "it did not wait: {cut:?}");
}

/// Lets another worker carry on what is open, and returns where the one swap is.
async fn carried_on(bed: &Bed, worker: Worker) -> Progress {
    let worker = Arc::new(worker);
    worker.resume(4, |_: SwapId, _: &_| {}).await.unwrap();
    let page = Page { which: Which::All, after: None, most: 10 };
    let swaps = bed.store.list(page).await.unwrap();
    assert_eq!(swaps.len(), 1);
    worker.progress(swaps[0].swap_id).await.unwrap()
}

async fn cut_off_at(call: &'static str) -> (Bed, Progress) {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let api = Silent { api: bed.scene.api(), call };
    cut_off(&bed, &bed.worker_over(api, bed.scene.config())).await;
    let progress = carried_on(&bed, bed.worker()).await;
    (bed, progress)
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_given_up_with_what_the_list_says() {
    let (bed, done) = cut_off_at("create").await;
    assert_eq!(done.state, State::Ended(Outcome::Failed));
    let reason = done.reason.unwrap();
    assert!(reason.contains("of the 1 intents"), "{reason}");
    assert!(reason.contains(&bed.scene.sandbox.swaps()[0].intent_id), "{reason}");
    assert_eq!(bed.scene.signatures.get(), 0);
    assert_eq!(bed.scene.sandbox.executions(), []);
}

#[tokio::test]
async fn a_create_whose_coins_cant_be_read_is_given_up_all_the_same() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let api = Silent { api: bed.scene.api(), call: "create" };
    cut_off(&bed, &bed.worker_over(api, bed.scene.config())).await;
    let broken = CoinRecord {
        txid: Digest::NONE,
        vout: 0,
        amount: Lots::from(1),
        script_pubkey: Payload::new("no hex").unwrap(),
        public_key: None,
    };
    let store = Rigged::entry(&bed.store, move |what| {
        if let What::Requested(request) = what {
            request.coins = Some(vec![broken.clone()]);
        }
    });
    let worker = Worker::new(bed.scene.countersign(), Arc::new(store), options());
    let done = carried_on(&bed, worker).await;
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert!(done.reason.unwrap().contains("of the 1 intents"));
}

#[tokio::test]
async fn an_approval_that_may_have_arrived_is_not_signed_again() {
    for (call, submissions) in [("submit before", 2), ("submit", 1), ("status", 1)] {
        let (bed, done) = cut_off_at(call).await;
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{call}: {:?}", done.reason);
        assert_eq!(bed.scene.signatures.get(), 1, "{call}");
        let names = bed.names(done.swap_id).await;
        let count = |name: &str| names.iter().filter(|found| **found == name).count();
        assert_eq!((count("signed"), count("submitted")), (1, submissions), "{call}: {names:?}");
        assert_eq!(bed.scene.sandbox.executions().len(), 3, "{call}");
    }
}

/// A key that is asked and never answers.
struct NoAnswer(CountingSigner);

#[async_trait]
impl PermitSigner for NoAnswer {
    fn address(&self) -> EvmAddress {
        self.0.address()
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        let signature = self.0.sign_permit(request).await;
        std::future::pending::<()>().await;
        signature
    }
}

#[tokio::test]
async fn what_may_have_been_signed_is_not_signed_again() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let builder = countersign::Countersign::builder(bed.scene.api(), bed.scene.config());
    let builder = bed.scene.with_view(builder.signer(NoAnswer(bed.scene.signer())));
    cut_off(&bed, &bed.worker_of(builder)).await;
    let done = carried_on(&bed, bed.worker()).await;
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert!(done.reason.unwrap().contains("nothing was let out"));
    assert_eq!(bed.scene.signatures.get(), 1);
    let names = bed.names(done.swap_id).await;
    assert_eq!(names[names.len() - 4..], ["reserved", "dead", "ended", "released"], "{names:?}");
    assert_eq!(bed.scene.sandbox.executions(), []);
}

/// A person who approves, or never answers.
struct Person {
    answers: bool,
}

#[async_trait]
impl Reviewer for Person {
    async fn review(&self, _: &ReviewRequest<'_>) -> Decision {
        if !self.answers {
            std::future::pending::<()>().await;
        }
        Decision::Approve { by: "Ada".to_owned() }
    }
}

#[tokio::test]
async fn what_was_judged_and_not_signed_is_judged_again_and_signed() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let reviewed = |answers| {
        let review = "review_above = { USDC = \"1\" }\n";
        let config = bed.scene.config_with(|_, policy| policy.insert_str(0, review));
        bed.worker_of(bed.scene.builder(config).reviewer(Person { answers }))
    };
    cut_off(&bed, &reviewed(false)).await;
    let done = carried_on(&bed, reviewed(true)).await;
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!(bed.scene.signatures.get(), 1);
    let names = bed.names(done.swap_id).await;
    assert_eq!(names.iter().filter(|name| **name == "created").count(), 1, "{names:?}");
    assert!(names.contains(&"reviewed"), "{names:?}");
}

#[tokio::test]
async fn a_worker_drives_what_others_left_until_it_is_told_to_stop() {
    let bed = Bed::new(short_steps(), "SOL@solana").await;
    let api = Silent { api: bed.scene.api(), call: "submit" };
    cut_off(&bed, &bed.worker_over(api, bed.scene.config())).await;
    let worker = Arc::new(bed.worker());
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let work = worker.work(4, move |_, driven| {
        let state = driven.as_ref().map(|progress| progress.state).ok();
        told.send(state).unwrap();
    });
    let stop = async {
        let state = heard.recv().await.unwrap();
        worker.stop();
        state
    };
    let (done, state) = tokio::join!(work, stop);
    done.unwrap();
    assert_eq!(state, Some(State::Ended(Outcome::Finished)));
    assert_eq!(bed.scene.signatures.get(), 1);
}

/// A key for coins that is asked and never answers.
struct NoCoinAnswer;

#[async_trait]
impl CoinSigner for NoCoinAnswer {
    async fn open(&self, _: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, CoinSignerError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_coin_that_nobody_can_have_signed_for_is_free_again() {
    let bed = Bed::new(short_steps(), "BTC@bitcoin").await;
    let builder = countersign::Countersign::builder(bed.scene.api(), bed.scene.config());
    let public_key = bed.scene.coin_signer().public_key();
    let builder = builder.coin_signer(public_key, NoCoinAnswer).unwrap();
    cut_off(&bed, &bed.worker_of(bed.scene.with_view(builder))).await;
    let done = carried_on(&bed, bed.worker()).await;
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    let again = bed.worker().swap(&key("two"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(again.state, State::Ended(Outcome::Finished), "{:?}", again.reason);
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_signs_nothing_more() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let worker = bed.worker();
    let stop = |event: Event<'_>| {
        if matches!(event, Event::Verified { .. }) {
            worker.stop();
        }
    };
    let open = worker.swap(&key("one"), &bed.scene.request(), stop).await.unwrap();
    assert_eq!(open.state, State::Verified, "{:?}", open.reason);
    assert_eq!(bed.scene.signatures.get(), 0);
    let done = carried_on(&bed, bed.worker()).await;
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    assert_eq!(bed.scene.signatures.get(), 1);
}
