//! Coins that don't come back at once: the chain is silent or declines, the recipe is of another form,
//! or somebody takes them back by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{BitcoinChainView, BitcoinNetwork, ChainViewError, SeenCoins};
use countersign::chain_rpc::Esplora;
use countersign::journal::{Outcome, Payload, RefundStep, State, What};
use countersign::{Progress, Status, Worker, WorkerOptions};
use countersign_tests::{Funds, SetClock};

use super::bed::{Bed, key, options};
use super::liar::Liar;
use super::lies::{assert_taken_back, count, failing};
use super::places::{HOUR, brief, worker};
use super::rigged::Rigged;

/// A node that can be silent, and may pass on nothing.
struct Node {
    chain: Esplora,
    silent: Arc<AtomicBool>,
    says: Option<ChainViewError>,
}

#[async_trait]
impl BitcoinChainView for Node {
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        if self.silent.load(Ordering::SeqCst) {
            return Err(ChainViewError::Unavailable("silent".to_owned()));
        }
        self.chain.coins(network, scripts).await
    }

    async fn broadcast(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        match &self.says {
            Some(error) => Err(error.clone()),
            None => self.chain.broadcast(network, transaction).await,
        }
    }
}

/// A swap of coins that were locked up, of which the counterparty says something.
struct Locked {
    bed: Bed,
    before: Funds,
    clock: SetClock,
    silent: Arc<AtomicBool>,
    status: Status,
    open: Option<Progress>,
}

impl Locked {
    /// Leaves the coins in the output, which can be taken back by now.
    async fn new(status: Status) -> Self {
        let bed = Bed::new(failing(), "BTC@bitcoin").await;
        let (before, clock) = (bed.scene.funds(), SetClock::default());
        let mut locked = Self { bed, before, clock, silent: Arc::default(), status, open: None };
        let worker = locked.worker(None, brief());
        let open = worker.swap(&key("one"), &locked.bed.scene.request(), |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{:?}", open.reason);
        assert_eq!(locked.bed.scene.sandbox.executions().len(), 1);
        locked.open = Some(open);
        tokio::time::sleep(Duration::from_millis(4_500)).await;
        locked
    }

    fn worker(&self, says: Option<ChainViewError>, options: WorkerOptions) -> Worker {
        let node = Node { chain: self.bed.scene.esplora(), silent: Arc::clone(&self.silent), says };
        let api = Liar::saying(&self.bed, self.status.clone());
        let flow = self.bed.scene.builder_over(api, self.bed.scene.config());
        let flow = flow.clock(self.clock.clone()).bitcoin_chain("bitcoin", node).build();
        Worker::new(flow, Arc::clone(&self.bed.store), options)
    }

    /// Carries the swap on for a while, by a worker whose node says so to a refund.
    async fn carried_on(&self, says: Option<ChainViewError>, options: WorkerOptions) -> Progress {
        let swap_id = self.open.as_ref().unwrap().swap_id;
        self.worker(says, options).resume_one(swap_id, |_| {}).await.unwrap()
    }

    /// Takes the coins back as `countersign refund` does. Returns the transaction's id.
    async fn refund_by_hand(&self) -> String {
        let scene = &self.bed.scene;
        let recipe = &scene.recipes.all()[0];
        let policy = scene.config().policy().unwrap();
        let (chain, key) = (scene.esplora(), scene.coin_signer());
        // The sandbox's chain may come to the lock time a moment later than our clock.
        for _ in 0..40 {
            match countersign::refund(recipe, &chain, &key, &policy, 9).await {
                Err(error) if error.to_string().contains("non-final") => {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                refunded => return refunded.unwrap().txid,
            }
        }
        countersign::refund(recipe, &chain, &key, &policy, 9).await.unwrap().txid
    }

    /// The refunds that the journal knows, by their ids.
    async fn refunds(&self) -> Vec<(&'static str, String)> {
        let swap_id = self.open.as_ref().unwrap().swap_id;
        let history = self.bed.store.load(swap_id).await.unwrap();
        let refund = |what: &What| match what {
            What::Refund(RefundStep::Sent { txid, .. }) => Some(("sent", txid.as_str().to_owned())),
            What::Refund(RefundStep::Seen { txid, .. }) => Some(("seen", txid.as_str().to_owned())),
            _ => None,
        };
        history.links.iter().filter_map(|link| refund(&link.entry.what)).collect()
    }
}

#[tokio::test]
async fn a_refund_by_hand_ends_a_swap_as_refunded() {
    let locked = Locked::new(Status::Expired).await;
    let txid = locked.refund_by_hand().await;
    let done = locked.carried_on(None, options()).await;
    assert_eq!(done.state, State::Ended(Outcome::Refunded), "{:?}", done.reason);
    assert_eq!(locked.refunds().await, [("seen", txid)]);
    let names = locked.bed.names(done.swap_id).await;
    assert_eq!(names.last(), Some(&"released"), "{names:?}");
}

#[tokio::test]
async fn a_refund_by_hand_that_is_faster_than_ours_ends_a_swap_as_refunded() {
    let locked = Locked::new(Status::Expired).await;
    let away = ChainViewError::Unavailable("away".to_owned());
    let open = locked.carried_on(Some(away), brief()).await;
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    let txid = locked.refund_by_hand().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let done = locked.carried_on(None, options()).await;
    assert_eq!(done.state, State::Ended(Outcome::Refunded), "{:?}", done.reason);
    let refunds = locked.refunds().await;
    assert_eq!((refunds.len(), refunds[0].0), (2, "sent"), "{refunds:?}");
    assert_eq!(refunds[1], ("seen", txid));
}

#[tokio::test]
async fn why_coins_do_not_come_back_is_in_the_journal_once() {
    let locked = Locked::new(Status::Expired).await;
    let declined = ChainViewError::Declined("min relay fee not met".to_owned());
    let open = locked.carried_on(Some(declined), brief()).await;
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    assert!(open.reason.unwrap().contains("min relay fee not met"));
    let names = locked.bed.names(open.swap_id).await;
    assert_eq!(count(&names, "failed"), 1, "{names:?}");
    tokio::time::sleep(Duration::from_millis(100)).await;
    let done = locked.carried_on(None, options()).await;
    assert_taken_back(&locked.bed, &done, &locked.before).await;
}

#[tokio::test]
async fn coins_are_not_given_up_however_long_the_chain_is_silent() {
    for status in [Status::Failed, Status::Refunded, Status::Finished, Status::Approved] {
        let locked = Locked::new(status.clone()).await;
        locked.silent.store(true, Ordering::SeqCst);
        locked.clock.advance(90 * 24 * HOUR);
        let open = locked.carried_on(None, brief()).await;
        assert!(!open.state.is_ended(), "{status}: {:?}", open.reason);
        let names = locked.bed.names(open.swap_id).await;
        assert_eq!(count(&names, "failed"), 1, "{status}: {names:?}");
        locked.silent.store(false, Ordering::SeqCst);
        locked.clock.advance(1);
        let done = locked.carried_on(None, options()).await;
        assert_taken_back(&locked.bed, &done, &locked.before).await;
    }
}

#[tokio::test]
async fn a_recipe_of_another_form_is_no_lack_of_coins() {
    for status in [Status::Expired, Status::Refunded, Status::Finished] {
        let locked = Locked::new(status.clone()).await;
        let swap_id = locked.open.as_ref().unwrap().swap_id;
        let of = |options| {
            let store = Rigged::entry(&locked.bed.store, |what| {
                if let What::RefundKept { recipe } = what {
                    *recipe = Payload::new("{\"version\":9}").unwrap();
                }
            });
            let api = Liar::saying(&locked.bed, status.clone());
            let flow = locked.bed.scene.builder_over(api, locked.bed.scene.config());
            let flow = flow.clock(locked.clock.clone()).build();
            Worker::new(flow, Arc::new(store), options)
        };
        let open = of(brief()).resume_one(swap_id, |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{status}: {:?}", open.reason);
        assert!(open.reason.unwrap().contains("refund recipe"), "{status}");
        let names = locked.bed.names(swap_id).await;
        assert_eq!(count(&names, "failed"), 1, "{status}: {names:?}");
        locked.clock.advance(40 * 24 * HOUR);
        let done = of(options()).resume_one(swap_id, |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(Outcome::Disputed), "{status}: {:?}", done.reason);
        assert!(done.reason.unwrap().contains("refund recipe can't be read"), "{status}");
    }
}

#[tokio::test]
async fn coins_come_back_to_ourselves_whatever_became_of_the_recipe() {
    let locked = Locked::new(Status::Expired).await;
    let swap_id = locked.open.as_ref().unwrap().swap_id;
    let store = Rigged::entry(&locked.bed.store, |what| {
        if let What::RefundKept { recipe } = what {
            let mut changed: serde_json::Value = serde_json::from_str(recipe.as_str()).unwrap();
            changed["refund_script"] = format!("0014{}", "ab".repeat(20)).into();
            *recipe = Payload::new(changed.to_string()).unwrap();
        }
    });
    let api = Liar::saying(&locked.bed, Status::Expired);
    let flow = locked.bed.scene.builder_over(api, locked.bed.scene.config());
    let flow = flow.clock(locked.clock.clone()).build();
    let open = Worker::new(flow, Arc::new(store), brief()).resume_one(swap_id, |_| {}).await;
    let open = open.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    assert!(open.reason.unwrap().contains("a script of a key at hand"));
    assert_eq!(locked.refunds().await, []);
    let done = locked.carried_on(None, options()).await;
    assert_taken_back(&locked.bed, &done, &locked.before).await;
}

#[tokio::test]
async fn coins_that_nobody_can_look_for_are_a_persons_business() {
    let mut locked = Locked::new(Status::Expired).await;
    locked.bed.scene.sees_chain = false;
    let (bed, swap_id) = (&locked.bed, locked.open.as_ref().unwrap().swap_id);
    let of = |options| {
        let api = Liar::saying(bed, Status::Expired);
        worker(bed, api, bed.scene.config(), &locked.clock, options)
    };
    let open = of(brief()).resume_one(swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    locked.clock.advance(25 * HOUR);
    let done = of(options()).resume_one(swap_id, |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    assert!(done.reason.unwrap().contains("there is no view of the chain"));
}
