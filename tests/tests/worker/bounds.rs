//! What may go on for long has a bound: what is written of it, and how often it is tried.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{ChainViewError, EvmChainView, EvmFacts, EvmFactsQuery};
use countersign::journal::{Outcome, State, Verdict, What};
use countersign::{Countersign, FlowError, Status, Worker};
use countersign_sandbox::{Account, SandboxConfig};
use countersign_tests::{ConfigFiles, SetClock, short_steps};

use super::bed::{Bed, key, options};
use super::liar::{Calls, Liar};
use super::lies::count;
use super::places::{HOUR, brief, worker};
use super::rigged::Rigged;

/// A node that is away, and says so in other words each time.
#[derive(Clone, Default)]
struct Away(Arc<AtomicU32>);

#[async_trait]
impl EvmChainView for Away {
    async fn facts(&self, _: &EvmFactsQuery) -> Result<EvmFacts, ChainViewError> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        Err(ChainViewError::Unavailable(format!("request {number}")))
    }
}

#[tokio::test]
async fn a_node_that_is_away_for_long_is_few_entries_and_an_end() {
    let (bed, clock) = (Bed::new(short_steps(), "USDC@ethereum").await, SetClock::default());
    let (node, timeless) = (Away::default(), |what: &mut What| {
        if let What::Created(intent) = what {
            intent.deadline = None;
        }
    });
    let of = || {
        let flow = bed.scene.builder(bed.scene.config()).clock(clock.clone());
        let flow = flow.chain("ethereum", node.clone()).build();
        let store = Rigged::entry(&bed.store, timeless);
        Worker::new(flow, Arc::new(store), brief())
    };
    let open = of().swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(open.state, State::Created, "{:?}", open.reason);
    // What is told is the last word; what is written, the first one.
    let asked = node.0.load(Ordering::SeqCst);
    assert!(asked > 3, "it was asked {asked} times");
    assert!(open.reason.unwrap().contains(&format!("request {}", asked - 1)));
    let names = bed.names(open.swap_id).await;
    assert_eq!(count(&names, "failed"), 1, "{names:?}");
    assert_eq!(count(&names, "judged"), 2, "{names:?}");
    clock.advance(25 * HOUR);
    let done = of().resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Expired), "{:?}", done.reason);
    assert!(done.reason.unwrap().contains("too long"));
    assert_eq!(bed.scene.signatures.get(), 0);
}

#[tokio::test]
async fn coins_are_not_approved_after_the_deadline() {
    let (intent_lifetime, refund_delay) = (Duration::from_mins(10), Duration::from_hours(5));
    let config = SandboxConfig { intent_lifetime, refund_delay, ..short_steps() };
    let (bed, clock, calls) =
        (Bed::new(config, "BTC@bitcoin").await, SetClock::default(), Calls::default());
    let of = || {
        let api = Liar::saying(&bed, Status::Created).idle().counted(&calls);
        worker(&bed, api, bed.scene.config(), &clock, brief())
    };
    let open = of().swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    clock.advance(9 * 60);
    let open = of().resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(calls.count("submit"), 2);
    for _ in 0..3 {
        clock.advance(HOUR);
        let open = of().resume_one(open.swap_id, |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{:?}", open.reason);
    }
    assert_eq!(calls.count("submit"), 2);
}

#[tokio::test]
async fn a_missing_allowance_is_a_refusal_that_says_what_is_wanted() {
    let mut bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let network = bed.scene.account.network.clone();
    let poor = |it: &Account| it.name == "no-allowance" && it.network == network;
    bed.scene.account = bed.scene.sandbox.accounts().into_iter().find(poor).unwrap();
    let done = bed.worker().swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Refused), "{:?}", done.reason);
    let reason = done.reason.unwrap();
    assert!(reason.contains("nothing was signed: give the allowance"), "{reason}");
    let Some(FlowError::Allowance(missing)) = done.failure else { panic!("{:?}", done.failure) };
    assert_eq!(missing.calls.len(), 1);
    assert_eq!(bed.scene.signatures.get(), 0);
    let history = bed.store.load(done.swap_id).await.unwrap();
    let found = history.links.iter().find_map(|link| match &link.entry.what {
        What::Judged(judgement) => match &judgement.verdict {
            Verdict::Refused { findings } => Some(findings.clone()),
            Verdict::Passed { .. } => None,
        },
        _ => None,
    });
    assert_eq!(found.unwrap()[0].code.as_str(), "allowance");
}

#[tokio::test]
async fn a_pause_while_it_is_reserved_keeps_it_from_being_signed() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let policy = bed.scene.sandbox.policy_toml();
    let files = Arc::new(ConfigFiles::new(&bed.scene.sandbox.registry_toml(), &policy));
    let paused = policy.replace("paused = false", "paused = true");
    assert_ne!(paused, policy);
    let flow: Countersign = bed.scene.builder(files.read().unwrap()).build();
    let store = Rigged::reserving(&bed.store, move || files.set_policy(&paused));
    let worker = Worker::new(flow, Arc::new(store), options());
    let done = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert!(done.reason.unwrap().contains("paused"));
    assert_eq!(bed.scene.signatures.get(), 0);
    let names = bed.names(done.swap_id).await;
    let last = ["reserved", "failed", "dead", "ended", "released"];
    assert_eq!(names[names.len() - 5..], last, "{names:?}");
}
