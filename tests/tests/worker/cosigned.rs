//! A transaction on Solana that we co-signed and pay the fee of: what became of it, the cluster alone says.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use countersign::approval::{Registry, SolanaTransferView as _, SwapId};
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

/// A swap that was signed and let out, and is open.
struct Cosigned {
    bed: Bed,
    clock: SetClock,
    cluster: Cluster,
    worker: Worker,
    swap_id: SwapId,
}

impl Cosigned {
    async fn let_out() -> Self {
        Self::let_out_on(bed().await).await
    }

    async fn let_out_on(bed: Bed) -> Self {
        let (cluster, clock) = (Cluster::of(&bed.scene), SetClock::default());
        let worker = worker(&bed, &cluster, &clock);
        let open = worker.swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
        assert_state(&open, State::Settling);
        assert_eq!(bed.scene.signatures.get(), 1);
        Self { bed, clock, cluster, worker, swap_id: open.swap_id }
    }

    /// Has the cluster run what was signed.
    async fn run(&self) {
        let (genesis, signed) = (genesis(&self.bed.scene), self.signed().await);
        self.cluster.send(genesis, &signed).await.unwrap();
    }

    /// Returns what was signed, as its cluster takes it.
    async fn signed(&self) -> Vec<u8> {
        let signed = self.whats().await.into_iter().find_map(|what| match what {
            What::Signed { approval: ApprovalBytes::Cosign { transaction, .. }, .. } => {
                Some(transaction)
            }
            _ => None,
        });
        hex::decode(signed.unwrap().as_str()).unwrap()
    }

    async fn deaths(&self) -> Vec<Death> {
        let whats = self.whats().await.into_iter();
        let dead =
            whats.filter_map(|what| if let What::Dead(death) = what { Some(death) } else { None });
        dead.collect()
    }

    async fn whats(&self) -> Vec<What> {
        let history = self.bed.store.load(self.swap_id).await.unwrap();
        history.links.into_iter().map(|link| link.entry.what).collect()
    }

    /// Ends the lives of all blockhashes, by the cluster and by our own clock.
    fn expire(&self) {
        self.bed.scene.sandbox.expire_blockhashes();
        self.clock.advance(OVER);
    }

    async fn resume(&self) -> Progress {
        self.worker.resume_one(self.swap_id, |_| {}).await.unwrap()
    }

    /// Begins another swap.
    async fn another(&self, name: &str) -> Progress {
        self.worker.swap(&key(name), &self.bed.scene.request(), |_| {}).await.unwrap()
    }
}

#[track_caller]
fn assert_state(swap: &Progress, state: State) {
    assert_eq!(swap.state, state, "{:?}", swap.reason);
}

#[track_caller]
fn assert_over_the_day(swap: &Progress) {
    assert_state(swap, State::Ended(Outcome::Refused));
    assert!(swap.reason.as_ref().unwrap().contains("per_day"), "{:?}", swap.reason);
}

#[tokio::test]
async fn what_never_ran_is_dead_once_the_height_of_its_blockhash_has_passed_and_frees_its_limits() {
    let bed = bed().await;
    let before = bed.scene.funds();
    let swap = Cosigned::let_out_on(bed).await;
    // Our own clock proves nothing.
    swap.clock.advance(OVER);
    assert_state(&swap.resume().await, State::Settling);
    swap.bed.scene.sandbox.expire_blockhashes();
    swap.clock.advance(1);
    let done = swap.resume().await;
    assert_state(&done, State::Ended(Outcome::Failed));
    assert!(done.released, "{done:?}");
    let names = swap.bed.names(done.swap_id).await;
    assert!(names.ends_with(&["dead", "ended", "released"]), "{names:?}");
    let deaths = swap.deaths().await;
    assert!(matches!(&deaths[..], [Death::BlockhashExpired { height: Some(_) }]), "{deaths:?}");
    swap.bed.scene.assert_unmoved(&before, "what never ran");
    // The day's limit has room for another one, and for no third. Quotes are of now.
    swap.clock.advance(-OVER - 1);
    assert_state(&swap.another("two").await, State::Settling);
    assert_over_the_day(&swap.another("three").await);
}

#[tokio::test]
async fn what_ran_is_used_and_goes_on_counting() {
    let swap = Cosigned::let_out().await;
    swap.run().await;
    swap.expire();
    let done = swap.resume().await;
    assert_state(&done, State::Ended(Outcome::Disputed));
    assert!(done.reason.as_ref().unwrap().contains("the chain has used it"), "{:?}", done.reason);
    assert!(!done.released, "{done:?}");
    swap.clock.advance(-OVER);
    assert_over_the_day(&swap.another("two").await);
}

/// Nodes behind one address are not equally far.
#[tokio::test]
async fn what_ran_is_not_dead_because_two_looks_miss_it() {
    let swap = Cosigned::let_out().await;
    swap.run().await;
    swap.cluster.lags.store(2, Ordering::SeqCst);
    swap.expire();
    let done = swap.resume().await;
    assert_eq!(swap.cluster.lags.load(Ordering::SeqCst), 0);
    assert_state(&done, State::Ended(Outcome::Disputed));
    assert!(!done.released, "{done:?}");
}

/// Who is told to stop between two looks has seen no proof yet.
#[tokio::test]
async fn a_worker_that_is_stopped_between_two_looks_leaves_the_swap_open() {
    let swap = Cosigned::let_out().await;
    let asked = &swap.cluster.asked;
    swap.expire();
    asked.store(0, Ordering::SeqCst);
    let stopping = async {
        while asked.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        swap.worker.stop();
    };
    let (open, ()) = tokio::join!(swap.resume(), stopping);
    assert_state(&open, State::Settling);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(swap.deaths().await.is_empty());
    swap.clock.advance(OVER);
    let next = worker(&swap.bed, &swap.cluster, &swap.clock);
    let done = next.resume_one(swap.swap_id, |_| {}).await.unwrap();
    assert_state(&done, State::Ended(Outcome::Failed));
    assert!(done.released, "{done:?}");
}

/// That the blockhash is not known any more is no answer where the cluster could tell more.
#[tokio::test]
async fn a_cluster_that_can_not_be_asked_ends_nothing_whatever_the_clock_says() {
    let swap = Cosigned::let_out().await;
    swap.cluster.is_away.store(true, Ordering::SeqCst);
    swap.expire();
    assert_state(&swap.resume().await, State::Settling);
    swap.clock.advance(OVER);
    let open = swap.worker.cancel(swap.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    assert!(swap.deaths().await.is_empty());
    swap.cluster.is_away.store(false, Ordering::SeqCst);
    swap.clock.advance(OVER);
    let done = swap.resume().await;
    assert_state(&done, State::Ended(Outcome::Failed));
    assert!(done.cancelled && done.released, "{done:?}");
}
