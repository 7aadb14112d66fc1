//! A transaction on Solana that we co-signed and pay the fee of: what became of it, the cluster alone says.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use countersign::approval::{Registry, SolanaTransferView as _};
use countersign::journal::{ApprovalBytes, Death, Outcome, State, What};
use countersign::units::SolanaHash;
use countersign::{Config, Progress, Status, Worker};
use countersign_sandbox::{SandboxConfig, Tamper};
use countersign_tests::{Scene, SetClock, short_steps};

use super::bed::{Bed, key};
use super::cluster::Cluster;
use super::liar::Liar;
use super::places::brief;

/// A little more than blockhashes live, by our own clock.
const OVER: i64 = 190;

/// A bed where who signs pays the fee, too: nobody else can give the transaction another name.
async fn bed() -> Bed {
    let config = SandboxConfig { tamper: Some(Tamper::SolUserPays), ..short_steps() };
    Bed::new(config, "SOL@solana").await
}

/// Lets the account pay for fees, and no more than one swap a day.
fn config(bed: &Bed) -> Config {
    bed.scene.config_with(|registry, policy| {
        let lines = registry.lines().map(|line| match line.split_once(" = ") {
            Some(("fee_payers", _)) => format!("fee_payers = [\"{}\"]", bed.scene.account.address),
            _ => line.to_owned(),
        });
        *registry = lines.collect::<Vec<_>>().join("\n");
        let lines = policy.lines().map(|line| match line.split_once(" = ") {
            Some(("max_fee_lamports", _)) => "max_fee_lamports = 1000000".to_owned(),
            Some(("per_day", _)) => "per_day = \"1.5\"".to_owned(),
            _ => line.to_owned(),
        });
        *policy = lines.collect::<Vec<_>>().join("\n");
    })
}

/// A worker that does not stay, over a counterparty that does nothing and says that it failed.
fn worker(bed: &Bed, cluster: &Cluster, clock: &SetClock) -> Worker {
    let api = Liar::saying(bed, Status::Failed).idle();
    let flow = bed.scene.builder_over(api, config(bed)).clock(clock.clone());
    let flow = flow.transfer_chain("solana", cluster.clone()).build();
    Worker::new(flow, Arc::clone(&bed.store), brief())
}

/// Returns the hash of the first block of a scene's cluster.
fn genesis(scene: &Scene) -> SolanaHash {
    let registry = Registry::from_toml(&scene.sandbox.registry_toml()).unwrap();
    registry.network("solana").unwrap().cosign.as_ref().unwrap().genesis_hash
}

/// Has a swap signed and let out.
async fn let_out(bed: &Bed, worker: &Worker) -> Progress {
    let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    assert_eq!(bed.scene.signatures.get(), 1);
    open
}

/// Returns what was signed, as its cluster takes it.
async fn signed(bed: &Bed, swap: &Progress) -> Vec<u8> {
    let history = bed.store.load(swap.swap_id).await.unwrap();
    let mut whats = history.links.into_iter().map(|link| link.entry.what);
    let signed = whats.find_map(|what| match what {
        What::Signed { approval: ApprovalBytes::Cosign { transaction, .. }, .. } => {
            Some(transaction)
        }
        _ => None,
    });
    hex::decode(signed.unwrap().as_str()).unwrap()
}

async fn deaths(bed: &Bed, swap: &Progress) -> Vec<Death> {
    let history = bed.store.load(swap.swap_id).await.unwrap();
    let whats = history.links.into_iter().map(|link| link.entry.what);
    let dead =
        whats.filter_map(|what| if let What::Dead(death) = what { Some(death) } else { None });
    dead.collect()
}

#[tokio::test]
async fn what_never_ran_is_dead_once_the_height_of_its_blockhash_has_passed_and_frees_its_limits() {
    let (bed, clock) = (bed().await, SetClock::default());
    let before = bed.scene.funds();
    let worker = worker(&bed, &Cluster::of(&bed.scene), &clock);
    let open = let_out(&bed, &worker).await;
    // Our own clock proves nothing.
    clock.advance(OVER);
    let open = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    bed.scene.sandbox.expire_blockhashes();
    clock.advance(1);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert!(done.released, "{done:?}");
    let names = bed.names(done.swap_id).await;
    assert!(names.ends_with(&["dead", "ended", "released"]), "{names:?}");
    let deaths = deaths(&bed, &done).await;
    assert!(matches!(&deaths[..], [Death::BlockhashExpired { height: Some(_) }]), "{deaths:?}");
    bed.scene.assert_unmoved(&before, "what never ran");
    // The day's limit has room for another one, and for no third. Quotes are of now.
    clock.advance(-OVER - 1);
    let next = worker.swap(&key("two"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(next.state, State::Settling, "{:?}", next.reason);
    let third = worker.swap(&key("three"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(third.state, State::Ended(Outcome::Refused), "{:?}", third.reason);
    assert!(third.reason.as_ref().unwrap().contains("per_day"), "{:?}", third.reason);
}

#[tokio::test]
async fn what_ran_is_used_and_goes_on_counting() {
    let (bed, clock) = (bed().await, SetClock::default());
    let cluster = Cluster::of(&bed.scene);
    let worker = worker(&bed, &cluster, &clock);
    let open = let_out(&bed, &worker).await;
    cluster.send(genesis(&bed.scene), &signed(&bed, &open).await).await.unwrap();
    bed.scene.sandbox.expire_blockhashes();
    clock.advance(OVER);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    assert!(done.reason.as_ref().unwrap().contains("the chain has used it"), "{:?}", done.reason);
    assert!(!done.released, "{done:?}");
    clock.advance(-OVER);
    let next = worker.swap(&key("two"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(next.state, State::Ended(Outcome::Refused), "{:?}", next.reason);
    assert!(next.reason.as_ref().unwrap().contains("per_day"), "{:?}", next.reason);
}

/// Nodes behind one address are not equally far.
#[tokio::test]
async fn what_ran_is_not_dead_because_two_looks_miss_it() {
    let (bed, clock) = (bed().await, SetClock::default());
    let cluster = Cluster::of(&bed.scene);
    let worker = worker(&bed, &cluster, &clock);
    let open = let_out(&bed, &worker).await;
    cluster.send(genesis(&bed.scene), &signed(&bed, &open).await).await.unwrap();
    bed.scene.sandbox.expire_blockhashes();
    cluster.lags.store(2, Ordering::SeqCst);
    clock.advance(OVER);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(cluster.lags.load(Ordering::SeqCst), 0);
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    assert!(!done.released, "{done:?}");
}

/// Who is told to stop between two looks has seen no proof yet.
#[tokio::test]
async fn a_worker_that_is_stopped_between_two_looks_leaves_the_swap_open() {
    let (bed, clock) = (bed().await, SetClock::default());
    let cluster = Cluster::of(&bed.scene);
    let stopped = worker(&bed, &cluster, &clock);
    let open = let_out(&bed, &stopped).await;
    bed.scene.sandbox.expire_blockhashes();
    clock.advance(OVER);
    cluster.asked.store(0, Ordering::SeqCst);
    let stopping = async {
        while cluster.asked.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        stopped.stop();
    };
    let (open, ()) = tokio::join!(stopped.resume_one(open.swap_id, |_| {}), stopping);
    let open = open.unwrap();
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    assert_eq!(cluster.asked.load(Ordering::SeqCst), 1);
    assert!(deaths(&bed, &open).await.is_empty());
    clock.advance(OVER);
    let done = worker(&bed, &cluster, &clock).resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert!(done.released, "{done:?}");
}

/// That the blockhash is not known any more is no answer where the cluster could tell more.
#[tokio::test]
async fn a_cluster_that_can_not_be_asked_ends_nothing_whatever_the_clock_says() {
    let (bed, clock) = (bed().await, SetClock::default());
    let cluster = Cluster::of(&bed.scene);
    let worker = worker(&bed, &cluster, &clock);
    let open = let_out(&bed, &worker).await;
    cluster.is_away.store(true, Ordering::SeqCst);
    bed.scene.sandbox.expire_blockhashes();
    clock.advance(OVER);
    let open = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(open.state, State::Settling, "{:?}", open.reason);
    clock.advance(OVER);
    let open = worker.cancel(open.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    assert!(deaths(&bed, &open).await.is_empty());
    cluster.is_away.store(false, Ordering::SeqCst);
    clock.advance(OVER);
    let done = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Failed), "{:?}", done.reason);
    assert!(done.cancelled && done.released, "{done:?}");
}
