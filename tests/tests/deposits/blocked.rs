//! Nonces that should have been used by now: their account is kept, and it is said what frees it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{AssetLimits, Claim, Ledger, LedgerError, Standing, SwapId, Taken};
use countersign::evm::account_nonce_resource;
use countersign::journal::{Entry, JournalLedger, Note, Outcome, Store, SwapWriter, Term, What};
use countersign::units::{UnixMillis, UnixSeconds};
use countersign::{
    Clock, Countersign, FlowError, NonceError, Progress, SystemClock, TrackOptions, Worker,
    WorkerOptions,
};
use countersign_tests::{HeldNonces, SHORT, Scene, SetClock, short_steps};

use crate::bed::{By, Over, api, evm_rpc, flow_over, scene};
use crate::nonces::{Miscounting, chain_id, journal, key, next_nonce, owner};

/// Asks for a nonce as another process would, some time later.
pub(crate) async fn allotted(
    scene: &Scene,
    store: &Arc<dyn Store>,
    later: i64,
) -> Result<u64, FlowError> {
    allotted_by(scene, &JournalLedger::new(Arc::clone(store)), later).await
}

async fn allotted_by(scene: &Scene, ledger: &dyn Ledger, later: i64) -> Result<u64, FlowError> {
    let clock = SetClock::default();
    clock.advance(later);
    let api = api(scene, Over::OneClick, By::Deposit);
    let network = scene.account.network.as_str();
    let builder = Countersign::builder(api, scene.config()).clock(clock);
    let flow = builder.call_chain(network, evm_rpc(scene)).build();
    flow.allot_nonce(ledger, network, chain_id(scene), owner(scene)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_is_late_and_not_mined_blocks_its_account_and_is_named() {
    let scene = scene(short_steps(), "USDC@ethereum", "USDC@base").await;
    let (store, _folder) = journal().await;
    let node = Miscounting { node: evm_rpc(&scene), more: 0, swallows: true };
    let flow = flow_over(&scene, Over::OneClick, By::Deposit, node);
    let track = TrackOptions { deadline: Duration::from_millis(400), ..SHORT };
    let brief = WorkerOptions { track, ..WorkerOptions::new(key("brief")) };
    let worker = Worker::new(flow, Arc::clone(&store), brief);
    let first = allotted(&scene, &store, 0).await.unwrap();
    let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    // It may be mined yet: the next one comes after it.
    for later in [0, 1_200] {
        assert_eq!(allotted(&scene, &store, later).await.unwrap().checked_sub(1), Some(first));
    }
    let blocked = allotted(&scene, &store, 2_400).await;
    let Err(FlowError::Nonce(NonceError::Blocked { nonce, swap_id, .. })) = blocked else {
        panic!("{blocked:?}")
    };
    assert_eq!((nonce, swap_id), (first, open.swap_id));
}

/// Lets a deposit out that no node tells of, behind a nonce that is free again.
async fn let_out_behind_a_gap(scene: &Scene, store: &Arc<dyn Store>) -> (u64, Progress) {
    let free = next_nonce(scene).await;
    let held = HeldNonces::take(store, (chain_id(scene), owner(scene)), [free]).await;
    let node = Miscounting { node: evm_rpc(scene), more: 0, swallows: true };
    let flow = flow_over(scene, Over::OneClick, By::Deposit, node);
    let track = TrackOptions { deadline: Duration::from_millis(400), ..SHORT };
    let brief = WorkerOptions { track, ..WorkerOptions::new(key("brief")) };
    let worker = Worker::new(flow, Arc::clone(store), brief);
    let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert!(open.digest.is_some() && !open.state.is_ended(), "{:?}", open.reason);
    held.give_back().await;
    (free, open)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_deposit_behind_a_free_nonce_blocks_its_account_until_it_is_at_its_end() {
    let scene = scene(short_steps(), "USDC@ethereum", "USDC@base").await;
    let (store, _folder) = journal().await;
    let (free, open) = let_out_behind_a_gap(&scene, &store).await;
    // It is in time, so what lets it have its turn is welcome.
    for later in [0, 1_200] {
        assert_eq!(allotted(&scene, &store, later).await.unwrap(), free);
    }
    let blocked = allotted(&scene, &store, 2_400).await;
    let Err(FlowError::Nonce(NonceError::Blocked { nonce, swap_id, .. })) = blocked else {
        panic!("{blocked:?}")
    };
    assert_eq!((nonce, swap_id), (free + 1, open.swap_id));
    // Nobody could cancel it any more.
    end(&store, open.swap_id).await;
    assert_eq!(allotted(&scene, &store, 2_400).await.unwrap(), free);
}

/// Ends a swap, as a worker would that gave up on it.
async fn end(store: &Arc<dyn Store>, swap_id: SwapId) {
    let now = SystemClock.now();
    let until = UnixMillis::new(now.value().saturating_add(60_000));
    let holder = key("ending");
    let lease = store.lease(swap_id, &Term { holder: &holder, until }, now).await.unwrap();
    let (writer, _) = SwapWriter::resume(Arc::clone(store), lease, now).await.unwrap();
    let reason = Note::new("nobody knows");
    let ended = What::Ended { outcome: Outcome::Disputed, reason };
    writer.append(&[Entry::new(now, ended)], now).await.unwrap();
}

/// A ledger that says what it is told to of one nonce.
struct Told {
    taken: Taken,
    standing: Option<Standing>,
}

#[async_trait]
impl Ledger for Told {
    async fn record(&self, _: &Claim, _: AssetLimits, _: UnixSeconds) -> Result<(), LedgerError> {
        Err(LedgerError::Unavailable("it is read only"))
    }

    async fn release(&self, _: SwapId, _: UnixSeconds) -> Result<(), LedgerError> {
        Err(LedgerError::Unavailable("it is read only"))
    }

    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, LedgerError> {
        let asked = resources.contains(&self.taken.resource);
        Ok(asked.then(|| self.taken.clone()).into_iter().collect())
    }

    async fn standing(&self, _: &Taken) -> Result<Option<Standing>, LedgerError> {
        Ok(self.standing)
    }
}

/// Returns how far away a deadline may be, by policy.
fn longest(scene: &Scene) -> u64 {
    scene.config().policy().unwrap().max_deadline_seconds()
}

/// Says what allotting comes to, long after a nonce was taken of which so much is known: one so far
/// from the next.
async fn told(scene: &Scene, distance: u64, standing: Option<Standing>) -> Result<u64, NonceError> {
    let nonce = next_nonce(scene).await.saturating_add(distance);
    let resource = account_nonce_resource(chain_id(scene), owner(scene), nonce);
    let age = longest(scene).saturating_add(200);
    let now = SystemClock.now().to_seconds();
    let reserved_at = UnixSeconds::new(now.value().saturating_sub(age));
    let (swap_id, valid_until) = (SwapId::generate(), UnixSeconds::new(u64::MAX));
    let taken = Taken { resource, swap_id, reserved_at, valid_until };
    match allotted_by(scene, &Told { taken, standing }, 0).await {
        Ok(nonce) => Ok(nonce),
        Err(FlowError::Nonce(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_frees_an_account_follows_from_who_holds_it_up() {
    let scene = scene(short_steps(), "USDC@ethereum", "USDC@base").await;
    let next = next_nonce(&scene).await;
    let now = SystemClock.now().to_seconds();
    let ago = |seconds| Some(UnixSeconds::new(now.value() - seconds));
    let open =
        Standing { is_ended: false, deadline: ago(100), cancelled_at: None, is_replaced: false };
    let ended = Standing { is_ended: true, ..open };
    // Below the next free one, and above it.
    for (distance, free) in [(0, next + 1), (3, next)] {
        let nonce = next + distance;
        let first = nonce.min(free);
        let told = async |standing| told(&scene, distance, standing).await;
        let blocked = told(Some(open)).await;
        assert!(
            matches!(blocked, Err(NonceError::Blocked { nonce: it, .. }) if it == nonce),
            "{blocked:?}"
        );
        let in_time = Some(now.saturating_add(600));
        assert_eq!(told(Some(Standing { deadline: in_time, ..open })).await, Ok(free));
        // Of what has no history no swap can be cancelled.
        let owner = owner(&scene);
        let stranded = Err(NonceError::Stranded { owner, nonce, first });
        assert_eq!(told(None).await, stranded);
        let of_ended = if distance == 0 { stranded } else { Ok(free) };
        assert_eq!(told(Some(ended)).await, of_ended.clone());
        // A cancel is given its own time.
        let cancelled = |seconds| Some(Standing { cancelled_at: ago(seconds), ..open });
        assert_eq!(told(cancelled(10)).await, Ok(free));
        assert!(told(cancelled(longest(&scene) + 100)).await.is_err());
        // What it left behind at the end of its swap nobody sends any more.
        let left = cancelled(10).map(|open| Standing { is_ended: true, ..open });
        assert_eq!(told(left).await, of_ended);
    }
}
