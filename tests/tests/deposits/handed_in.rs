//! A signed intent whose answer is lost: it is handed in again on the API's word that nothing of it
//! arrived, and never on silence.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign::api_types::defi::Status;
use countersign::approval::IntentStandard;
use countersign::http_client::Retry;
use countersign::journal::{Outcome, State, Store, What};
use countersign::{
    ApiError, Intent, Offer, Order, Progress, QuotedApi, Submission, SwapApi, SwapStatus, Takes,
    Worker,
};
use countersign_sandbox::{Fault, SandboxConfig};
use countersign_tests::{Scene, SetClock, short_steps};

use crate::bed::{By, Over, api, flow_of, scene};
use crate::moody::{HOUR, assert_funded_once, brief};
use crate::nonces::{journal, key, worker};

/// How often an API is asked in vain, and how long that takes: less than the quote lives.
const ROUNDS: u8 = 6;
const ROUND_SECONDS: i64 = 120;

const STANDARDS: [(Over, &str, IntentStandard); 3] = [
    (Over::OneClick, "USDC@ethereum", IntentStandard::Erc191),
    (Over::Aurora, "USDC@ethereum", IntentStandard::Erc191),
    (Over::OneClick, "USDC@solana", IntentStandard::Nep413),
];

/// What an API says when it is asked how far a swap is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    /// Nothing: it fails.
    Silent,
    /// That there is no such swap.
    KnowsNone,
    /// That it still waits, though it names what has paid in.
    NamesIt,
    /// What is so.
    Honest,
}

/// What was asked of an API, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Call {
    HandedIn,
    Silence,
    KnowsNone,
    Says(Status),
}

/// An API that may be silent about what it has, and keeps a log.
#[derive(Clone)]
struct Quiet {
    api: Arc<QuotedApi>,
    mood: Arc<Mutex<Mood>>,
    log: Arc<Mutex<Vec<Call>>>,
    /// Whether the process that hands an intent in learns of nothing that follows.
    ends_processes: Arc<AtomicBool>,
}

#[async_trait]
impl SwapApi for Quiet {
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

    async fn submit(&self, intent_id: &str, submission: &Submission) -> Result<(), ApiError> {
        self.log.lock().unwrap().push(Call::HandedIn);
        let answer = self.api.submit(intent_id, submission).await;
        if self.ends_processes.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        answer
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let mood = *self.mood.lock().unwrap();
        let (call, answer) = match mood {
            Mood::Silent => (Call::Silence, Err(error("unavailable", Retry::Safe))),
            Mood::KnowsNone => (Call::KnowsNone, Err(error("not_found", Retry::Never))),
            Mood::NamesIt => {
                let seen = self.api.status(intent_id).await?;
                let seen = SwapStatus { paid_in: seen.paid_in, ..SwapStatus::new(Status::Created) };
                (Call::Says(Status::Created), Ok(seen))
            }
            Mood::Honest => {
                let seen = self.api.status(intent_id).await?;
                (Call::Says(seen.status.clone()), Ok(seen))
            }
        };
        self.log.lock().unwrap().push(call);
        answer
    }
}

fn error(code: &'static str, retry: Retry) -> ApiError {
    ApiError { code, retry, retry_after: None, message: "the test says so".to_owned() }
}

/// An API that is silent at first, and a journal.
struct Bed {
    scene: Scene,
    api: Quiet,
    clock: SetClock,
    store: Arc<dyn Store>,
    _folder: tempfile::TempDir,
}

impl Bed {
    async fn new(
        fault: Option<Fault>,
        (over, from, standard): (Over, &str, IntentStandard),
    ) -> Self {
        let config = SandboxConfig { fault, ..short_steps() };
        let scene = scene(config, from, "USDC@base").await;
        let api = Quiet {
            api: Arc::new(api(&scene, over, By::Intent(standard))),
            mood: Arc::new(Mutex::new(Mood::Silent)),
            log: Arc::default(),
            ends_processes: Arc::default(),
        };
        let (store, folder) = journal().await;
        Self { scene, api, clock: SetClock::default(), store, _folder: folder }
    }

    fn flow(&self) -> countersign::Countersign {
        let flow = flow_of(&self.scene, self.api.clone(), self.scene.config());
        flow.clock(self.clock.clone()).build()
    }

    /// Returns a worker that stays with a swap for a moment.
    fn brief(&self) -> Worker {
        brief(self.flow(), &self.store)
    }

    fn set(&self, mood: Mood) {
        *self.api.mood.lock().unwrap() = mood;
    }

    fn log(&self) -> Vec<Call> {
        self.api.log.lock().unwrap().clone()
    }

    fn handed_in(&self) -> usize {
        self.log().iter().filter(|call| **call == Call::HandedIn).count()
    }

    /// Begins a swap whose intent is handed in, and whose answer is lost.
    async fn lost(&self) -> Progress {
        let request = self.scene.request();
        let open = self.brief().swap(&key("one"), &request, |_| {}).await.unwrap();
        assert_eq!(open.state, State::Submitted, "{:?}", open.reason);
        assert_eq!(self.handed_in(), 1);
        open
    }

    /// Asks for a long time, and requires that nothing is handed in meanwhile.
    async fn ask_in_vain(&self, swap: &Progress, mood: Mood) {
        self.set(mood);
        let before = self.handed_in();
        for round in 0..ROUNDS {
            let asked = self.log().len();
            self.clock.advance(ROUND_SECONDS);
            let open = self.brief().resume_one(swap.swap_id, |_| {}).await.unwrap();
            assert!(!open.state.is_ended(), "{round}: {:?}", open.reason);
            assert!(self.log().len() > asked, "{round}: nothing was asked");
            assert_eq!(self.handed_in(), before, "{round}: {:?}", self.log());
        }
    }

    /// Lets the API say what is so, and goes on to the end.
    async fn finish(&self, swap: &Progress) {
        self.set(Mood::Honest);
        self.clock.advance(ROUND_SECONDS);
        let worker = worker(self.flow(), &self.store, "last");
        let done = worker.resume_one(swap.swap_id, |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
        assert_funded_once(&self.scene);
        assert_eq!(self.scene.signatures.get(), 1);
    }

    /// Requires as many submissions, also in the journal, each but the first on the API's word.
    async fn assert_handed_in(&self, times: usize, swap: &Progress) {
        let log = self.log();
        assert_eq!(self.handed_in(), times, "{log:?}");
        for pair in log.windows(2).filter(|pair| pair.last() == Some(&Call::HandedIn)) {
            let word = [Call::KnowsNone, Call::Says(Status::Created)];
            assert!(pair.first().is_some_and(|before| word.contains(before)), "{log:?}");
        }
        let history = self.store.load(swap.swap_id).await.unwrap();
        let is_submission = |what: &What| matches!(what, What::Submitted { .. });
        let written = history.links.iter().filter(|link| is_submission(&link.entry.what)).count();
        assert_eq!(written, times);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_that_was_taken_is_not_handed_in_again_while_nobody_says_anything() {
    for from in STANDARDS {
        let bed = Bed::new(Some(Fault::SubmitLost), from).await;
        let open = bed.lost().await;
        bed.ask_in_vain(&open, Mood::Silent).await;
        bed.finish(&open).await;
        bed.assert_handed_in(1, &open).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_that_was_not_taken_is_handed_in_again_once_the_api_says_so() {
    for from in STANDARDS {
        let bed = Bed::new(Some(Fault::SubmitDeclinedFirst), from).await;
        let open = bed.lost().await;
        bed.ask_in_vain(&open, Mood::Silent).await;
        bed.finish(&open).await;
        bed.assert_handed_in(2, &open).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_there_is_no_such_swap_is_a_word_too() {
    for from in STANDARDS {
        let bed = Bed::new(Some(Fault::SubmitDeclinedFirst), from).await;
        let open = bed.lost().await;
        bed.ask_in_vain(&open, Mood::Silent).await;
        bed.set(Mood::KnowsNone);
        bed.clock.advance(ROUND_SECONDS);
        let open = bed.brief().resume_one(open.swap_id, |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{:?}", open.reason);
        assert_eq!(bed.handed_in(), 2);
        bed.finish(&open).await;
        bed.assert_handed_in(2, &open).await;
    }
}

/// Whatever word stands beside its name, and whatever is said later.
#[tokio::test(flavor = "multi_thread")]
async fn an_intent_that_a_status_has_named_is_not_handed_in_again() {
    for from in STANDARDS {
        let bed = Bed::new(Some(Fault::SubmitLost), from).await;
        let open = bed.lost().await;
        bed.ask_in_vain(&open, Mood::NamesIt).await;
        bed.finish(&open).await;
        bed.assert_handed_in(1, &open).await;
        let bed = Bed::new(Some(Fault::SubmitLost), from).await;
        let open = bed.lost().await;
        bed.set(Mood::NamesIt);
        bed.clock.advance(ROUND_SECONDS);
        let open = bed.brief().resume_one(open.swap_id, |_| {}).await.unwrap();
        bed.ask_in_vain(&open, Mood::KnowsNone).await;
        bed.finish(&open).await;
        bed.assert_handed_in(1, &open).await;
    }
}

/// One that was answered with another's name may have been taken: a status does not say which.
#[tokio::test(flavor = "multi_thread")]
async fn an_intent_that_was_answered_with_anothers_name_is_not_handed_in_again() {
    let [from, ..] = STANDARDS;
    let bed = Bed::new(Some(Fault::OtherIntentHash), from).await;
    let open = bed.lost().await;
    bed.ask_in_vain(&open, Mood::KnowsNone).await;
    bed.finish(&open).await;
    bed.assert_handed_in(1, &open).await;
}

/// A process that ends between the submission and its answer leaves what a lost answer leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_the_answer_is_a_lost_answer() {
    for (fault, times) in [(None, 1), (Some(Fault::SubmitDeclinedFirst), 2)] {
        for from in STANDARDS {
            let bed = Bed::new(fault, from).await;
            bed.api.ends_processes.store(true, Ordering::SeqCst);
            let (worker, request, name) = (bed.brief(), bed.scene.request(), key("one"));
            let handed_in = async {
                while bed.handed_in() == 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                // The API has it, or has declined it.
                tokio::time::sleep(Duration::from_millis(300)).await;
            };
            tokio::select! {
                ended = worker.swap(&name, &request, |_| {}) => panic!("{fault:?}: {ended:?}"),
                () = handed_in => {}
            }
            bed.api.ends_processes.store(false, Ordering::SeqCst);
            // The lease is over by then.
            bed.clock.advance(ROUND_SECONDS);
            let open = bed.brief().swap(&name, &request, |_| {}).await.unwrap();
            assert_eq!(open.state, State::Submitted, "{fault:?}: {:?}", open.reason);
            bed.ask_in_vain(&open, Mood::Silent).await;
            bed.finish(&open).await;
            bed.assert_handed_in(times, &open).await;
        }
    }
}

/// Long after all deadlines somebody has to look: silence has decided nothing until then.
#[tokio::test(flavor = "multi_thread")]
async fn an_intent_of_which_nothing_is_ever_said_is_disputed_and_was_handed_in_once() {
    let [from, ..] = STANDARDS;
    let bed = Bed::new(Some(Fault::SubmitLost), from).await;
    let open = bed.lost().await;
    bed.ask_in_vain(&open, Mood::Silent).await;
    // The intent lives for three days longer than the quote.
    bed.clock.advance(72 * HOUR);
    let open = bed.brief().resume_one(open.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    bed.clock.advance(26 * HOUR);
    let done = bed.brief().resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    assert!(!done.released, "{done:?}");
    bed.assert_handed_in(1, &open).await;
}
