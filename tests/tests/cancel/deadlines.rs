//! Permits whose deadline passes while they are cancelled, on chains that are not seen alike by each look.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{
    ChainViewError, EvmChainView, EvmFacts, EvmFactsQuery, NonceQuery, NonceState, Registry,
    SeenUse, UseQuery,
};
use countersign::chain_rpc::EvmRpc;
use countersign::journal::{Death, Outcome, State, What};
use countersign::units::{U256, UnixSeconds};
use countersign::{Clock, Progress, SwapApi, Worker};
use countersign_tests::SetClock;

use crate::bed::{Bed, options_staying};

const HOUR: i64 = 3_600;
/// How long a worker stays with what comes to its end.
const LONG: Duration = Duration::from_secs(20);

/// What one look sees.
#[derive(Clone, Copy)]
enum Sees {
    /// A block after the deadline, on a branch that does not have what the others have.
    LateAndUnused,
    /// A block after the deadline.
    Late,
    /// The block that there is.
    Now,
}

/// A chain that each look sees in its own way.
struct Looks {
    node: EvmRpc,
    clock: SetClock,
    count: Arc<AtomicU32>,
    sees: fn(u32) -> Sees,
}

#[async_trait]
impl EvmChainView for Looks {
    async fn facts(&self, query: &EvmFactsQuery) -> Result<EvmFacts, ChainViewError> {
        self.node.facts(query).await
    }

    async fn nonce(&self, query: &NonceQuery) -> Result<NonceState, ChainViewError> {
        let state = self.node.nonce(query).await?;
        let late = |used: bool, time: UnixSeconds| {
            let word = if used { U256::MAX } else { U256::ZERO };
            NonceState::new(word, query.nonce, Some(time))
        };
        let time = self.clock.now().to_seconds();
        Ok(match (self.sees)(self.count.fetch_add(1, Ordering::SeqCst)) {
            Sees::LateAndUnused => late(false, time),
            Sees::Late => late(state.used, time),
            Sees::Now => state,
        })
    }

    async fn seen_use(&self, query: &UseQuery) -> Result<SeenUse, ChainViewError> {
        self.node.seen_use(query).await
    }
}

/// Cancels a permit by a clock that is two hours ahead, and says how often the chain was looked at.
async fn cancelled(
    bed: &Bed,
    swap: &Progress,
    (sees, stays): (fn(u32) -> Sees, Duration),
) -> (Progress, u32) {
    let network = bed.scene.account.network.as_str();
    let registry = Registry::from_toml(&bed.scene.sandbox.registry_toml()).unwrap();
    let standard = registry.network(network).unwrap().kind.standard().unwrap();
    let url = bed.scene.sandbox.rpc_url(network).unwrap().parse().unwrap();
    let node = EvmRpc::connect(url, standard).unwrap();
    let (clock, count) = (SetClock::default(), Arc::new(AtomicU32::new(0)));
    clock.advance(2 * HOUR);
    let view = Looks { node, clock: clock.clone(), count: Arc::clone(&count), sees };
    let flow = bed.builder(bed.scene.config()).chain(network, view).clock(clock).build();
    let worker = Worker::new(flow, Arc::clone(&bed.store), options_staying(stays));
    let ended = worker.cancel(swap.swap_id, |_| {}).await.unwrap();
    (ended, count.load(Ordering::SeqCst))
}

async fn deaths(bed: &Bed, swap: &Progress) -> Vec<Death> {
    let history = bed.store.load(swap.swap_id).await.unwrap();
    let dead = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Dead(death) => Some(death.clone()),
        _ => None,
    });
    dead.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permit_past_its_deadline_is_dead_once_look_after_look_says_so() {
    for from in ["USDC@ethereum", "USDT@tron"] {
        let bed = Bed::approvals(from).await;
        let first = bed.let_out("one").await;
        let (ended, looks) = cancelled(&bed, &first, (|_| Sees::Late, LONG)).await;
        assert_eq!(ended.state, State::Ended(Outcome::Failed), "{from}: {ended:?}");
        assert!(ended.cancelled && ended.released, "{from}: {ended:?}");
        assert_eq!(deaths(&bed, &first).await, [Death::Deadline], "{from}");
        assert!(looks > 3, "{from}: {looks}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_is_undone_is_no_proof_that_a_permit_was_not_used() {
    for from in ["USDC@ethereum", "USDT@tron"] {
        // The branch is undone after one look, and after another.
        let undone: [fn(u32) -> Sees; 2] = [|look| first(look, 1), |look| first(look, 2)];
        for sees in undone {
            let bed = Bed::approvals(from).await;
            let swap = bed.let_out("one").await;
            let (intent_id, submission) = bed.withheld.submission();
            bed.scene.api().submit(&intent_id, &submission).await.unwrap();
            let (ended, _) = cancelled(&bed, &swap, (sees, LONG)).await;
            assert_eq!(ended.state, State::Ended(Outcome::Finished), "{from}: {ended:?}");
            assert!(!ended.cancelled && !ended.released, "{from}: {ended:?}");
        }
    }
}

/// Has the first looks see a branch on which nothing was used.
const fn first(look: u32, count: u32) -> Sees {
    if look < count { Sees::LateAndUnused } else { Sees::Late }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_a_later_look_does_not_see_ends_no_permit() {
    let bed = Bed::approvals("USDC@ethereum").await;
    let swap = bed.let_out("one").await;
    let sees = |look| if look < 3 { Sees::Late } else { Sees::Now };
    let (open, looks) = cancelled(&bed, &swap, (sees, Duration::from_secs(3))).await;
    assert!(looks > 3, "{looks}");
    assert!(!open.state.is_ended() && !open.released, "{open:?}");
    assert_eq!(deaths(&bed, &swap).await, []);
}
