//! A process that ends at any point of a cancel, and another one that goes on with it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use countersign::Worker;
use countersign::journal::{CancelKind, CancelStep, Outcome, State, What};
use countersign_tests::{Around, WatchedStore};
use futures::{StreamExt as _, stream};
use tokio::sync::Notify;

use crate::bed::{Bed, options};
use crate::gaps::hold;

/// How many crashes are tried at a time.
const AT_ONCE: usize = 6;

/// Ends a process at one of its writes: the call is made or not, and nothing follows.
#[derive(Clone)]
struct Trap {
    /// The how many-th call it is, and how many there were.
    at: u32,
    passed: Arc<AtomicU32>,
    /// Whether the call is made.
    after: bool,
    sprung: Arc<Notify>,
}

impl Trap {
    fn new(at: u32, after: bool) -> Self {
        Self { at, passed: Arc::default(), after, sprung: Arc::default() }
    }
}

impl Around for Trap {
    async fn around<T: Send>(&self, _: &str, made: impl Future<Output = T> + Send) -> T {
        if self.passed.fetch_add(1, Ordering::SeqCst) != self.at {
            return made.await;
        }
        if self.after {
            made.await;
        }
        self.sprung.notify_one();
        std::future::pending().await
    }
}

/// Cancels, and ends at a point; says whether it came there.
async fn crash(bed: &Bed, swap_id: countersign::approval::SwapId, trap: &Trap) -> bool {
    let store = Arc::new(WatchedStore::new(Arc::clone(&bed.store), trap));
    let worker = Worker::new(bed.flow(bed.scene.config()), store, options());
    tokio::select! {
        ended = worker.cancel(swap_id, |_| {}) => {
            // A host that is too slow loses its lease, which is no less of a crash.
            let lost = |error: &countersign::WorkError| error.is_lease_lost();
            ended.as_ref().map_or_else(lost, |progress| !progress.cancelled)
        }
        () = trap.sprung.notified() => true,
    }
}

/// What is cancelled: paid with what, by a deposit or not, and behind how many nonces of nobody.
type Cancelled = (&'static str, bool, u64);

async fn let_out(bed: &Bed, gap: u64) -> countersign::Progress {
    if gap == 0 {
        return bed.let_out("one").await;
    }
    let held = hold(bed, gap).await;
    let first = bed.let_out("one").await;
    held.give_back().await;
    first
}

async fn survive((from, quoted, gap): Cancelled, at: u32, after: bool) -> bool {
    let what = format!("{from}, {gap} at {at}, {}", if after { "after it" } else { "before it" });
    let bed = if quoted { Bed::deposits(from).await } else { Bed::approvals(from).await };
    if from.starts_with("BTC") && !quoted {
        bed.withheld.let_all_through();
    }
    let first = let_out(&bed, gap).await;
    let trap = Trap::new(at, after);
    let crashed = crash(&bed, first.swap_id, &trap).await;
    // The lease of the one that is gone has to run out. Whoever asks for the cancel again goes on.
    let progress = loop {
        match bed.worker().cancel(first.swap_id, |_| {}).await {
            Ok(progress) => break progress,
            Err(error) => assert!(error.is_lease_lost(), "{what}: {error}"),
        }
    };
    assert_eq!(progress.state, State::Ended(Outcome::Failed), "{what}: {progress:?}");
    let history = bed.store.load(first.swap_id).await.unwrap();
    let dead = history.links.iter().filter(|link| matches!(link.entry.what, What::Dead(_)));
    assert_eq!(dead.count(), 1, "{what}");
    // However often it was sent, and by whom: one transaction of ours was mined, and one for each gap.
    let ours = bed.scene.sandbox.executions();
    let sent = ours.iter().filter(|ran| ran.intent_id.is_none()).count();
    // On Bitcoin coins are spent once, whatever is sent.
    let expected = if from.starts_with("BTC") { 0 } else { gap.saturating_add(1) };
    assert_eq!(u64::try_from(sent).unwrap(), expected, "{what}: {ours:?}");
    // What was signed is sent again, and not signed again.
    let gaps = history.links.iter().filter(|link| {
        let kind = CancelKind::Gap;
        matches!(&link.entry.what, What::Cancel(CancelStep::Signed { kind: of, .. }) if *of == kind)
    });
    assert_eq!(u64::try_from(gaps.count()).unwrap(), gap, "{what}");
    crashed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_point_of_a_cancel_is_survived() {
    for cancelled in [
        ("USDC@ethereum", false, 0),
        ("ETH@ethereum", true, 0),
        ("ETH@ethereum", true, 2),
        ("BTC@bitcoin", true, 0),
    ] {
        let points = (0..12).flat_map(|at| [(at, false), (at, true)]);
        let tried = points.map(|(at, after)| survive(cancelled, at, after));
        let tried: Vec<bool> = stream::iter(tried).buffer_unordered(AT_ONCE).collect().await;
        let crashes = tried.into_iter().filter(|crashed| *crashed).count();
        assert!(crashes >= 10, "{cancelled:?}: {crashes} crashes");
    }
}
