//! What is begun again over a flow that was chosen: the offer is taken once, and its floor stays.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign::approval::Code;
use countersign::journal::{Outcome, State, Store, What};
use countersign::units::Lots;
use countersign::{FlowError, Progress, Step, SwapRequest};
use countersign_tests::{Around, Scene, WatchedStore};
use tokio::sync::Notify;

use crate::choosing::{chosen, usdc};
use crate::nonces::{journal, key, worker};

/// Has the first swap wait for ever that is about to be in the journal.
#[derive(Clone, Default)]
struct Hung {
    is_hung: Arc<AtomicBool>,
    hangs: Arc<Notify>,
}

impl Around for Hung {
    async fn around<T: Send>(&self, call: &str, made: impl Future<Output = T> + Send) -> T {
        if call != "open" || self.is_hung.swap(true, Ordering::SeqCst) {
            return made.await;
        }
        self.hangs.notify_one();
        std::future::pending().await
    }
}

/// Begins a swap of which nothing gets into the journal, and begins it again by the same worker.
async fn begun_twice(
    scene: &Scene,
    request: &SwapRequest,
    floor: Option<u64>,
) -> (Progress, Option<Lots>) {
    let (store, _folder) = journal().await;
    let hung = Hung::default();
    let watched: Arc<dyn Store> = Arc::new(WatchedStore::new(Arc::clone(&store), &hung));
    let worker = worker(chosen(scene, request, floor).await, &watched, "one");
    let name = key("one");
    tokio::select! {
        ended = worker.swap(&name, request, |_| {}) => panic!("{ended:?}"),
        () = hung.hangs.notified() => {}
    }
    assert!(store.find(&name).await.unwrap().is_none());
    let ended = worker.swap(&name, request, |_| {}).await.unwrap();
    let history = store.load(ended.swap_id).await.unwrap();
    let quoted = history.links.iter().find_map(|link| match &link.entry.what {
        What::Quoted(offer) => Some(offer.floor),
        _ => None,
    });
    (ended, quoted.unwrap())
}

fn assert_below_floor(ended: &Progress, at: Step) {
    assert_eq!(ended.state, State::Ended(Outcome::Refused), "{:?}", ended.reason);
    let Some(FlowError::Refused { step, refusal }) = &ended.failure else {
        panic!("expected a refusal, found {:?}", ended.failure)
    };
    assert_eq!(*step, at);
    assert!(refusal.has(Code::Quote) && refusal.to_string().contains("664000000"), "{refusal}");
    assert!(ended.digest.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_try_is_held_to_the_floor_of_the_first() {
    let scene = usdc().await;
    let least = SwapRequest { min_out: Some("0.1".to_owned()), ..scene.request() };
    let any = SwapRequest { min_out: None, ..scene.request() };
    // What asks for nothing is held to all that was promised when it was chosen.
    for (request, floor) in [(&least, Some(664_000_000)), (&any, None)] {
        let (held, kept) = begun_twice(&scene, request, floor).await;
        assert_below_floor(&held, Step::Accept);
        assert_eq!(kept, Some(Lots::from(664_000_000)));
    }
    assert!(scene.sandbox.deposits().is_empty());
    let (free, kept) = begun_twice(&scene, &least, None).await;
    assert_eq!(free.state, State::Ended(Outcome::Finished), "{:?}", free.reason);
    assert_eq!(kept, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_swap_of_the_order_is_held_to_the_same_floor() {
    let scene = usdc().await;
    let (store, _folder) = journal().await;
    let request = SwapRequest { min_out: Some("0.1".to_owned()), ..scene.request() };
    let worker = worker(chosen(&scene, &request, Some(664_000_000)).await, &store, "one");
    for (name, at) in [("one", Step::Bind), ("two", Step::Accept)] {
        let ended = worker.swap(&key(name), &request, |_| {}).await.unwrap();
        assert_below_floor(&ended, at);
    }
    // Another order was not chosen for.
    let (amount, min_out) = ("10".to_owned(), Some("0.01".to_owned()));
    let other = SwapRequest { amount, min_out, ..request };
    let other = worker.swap(&key("three"), &other, |_| {}).await.unwrap();
    assert_eq!(other.state, State::Ended(Outcome::Finished), "{:?}", other.reason);
}
