//! Deposits that are late: not sent any more, not sent at all, or quoted for another time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use countersign::evm::{CallSigner, SignCall, SignerError, UncheckedSignature};
use countersign::journal::{Death, Outcome, State, What};
use countersign::units::EvmAddress;
use countersign::{Countersign, FlowError, Worker, WorkerOptions};
use countersign_tests::{CountingSigner, SHORT, SetClock};

use crate::bed::{By, Over, api, evm_rpc};
use crate::moody::{HOUR, Moods, Moody, brief, builder, usdc};
use crate::nonces::{journal, key};

#[tokio::test(flavor = "multi_thread")]
async fn what_can_still_be_mined_after_its_deadline_stays_open_and_is_not_sent_again() {
    let scene = usdc().await;
    let (store, _folder) = journal().await;
    let (moods, clock) = (Moods::default(), SetClock::default());
    moods.declines.store(u32::MAX, Ordering::SeqCst);
    let api = api(&scene, Over::OneClick, By::Deposit);
    let flow = builder(&scene, api, scene.config(), &moods).clock(clock.clone()).build();
    let worker = brief(flow, &store);
    let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{:?}", open.reason);
    let sent = moods.sent.load(Ordering::SeqCst);
    assert!(sent > 0);
    for hours in [2, 24, 720] {
        clock.advance(HOUR.saturating_mul(hours));
        let late = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
        assert!(!late.state.is_ended(), "{:?}", late.reason);
        let reason = late.reason.unwrap_or_default();
        assert!(reason.contains("cancelled"), "{reason}");
        assert_eq!(moods.sent.load(Ordering::SeqCst), sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_for_the_first_time_after_the_deadline() {
    let scene = usdc().await;
    let (moods, clock) = (Moods::default(), SetClock::default());
    let api = api(&scene, Over::OneClick, By::Deposit);
    let flow = builder(&scene, api, scene.config(), &moods).clock(clock.clone()).build();
    let accepted = flow.accept(flow.quote(&scene.request()).await.unwrap()).unwrap();
    let bound = flow.bind(flow.create(accepted).await.unwrap()).unwrap();
    let verified = flow.verify(bound).await.unwrap();
    let reserved = flow.reserve(flow.review(verified).await.unwrap()).await.unwrap();
    let signed = flow.sign(&reserved).await.unwrap();
    clock.advance(HOUR);
    let late = flow.approve(&signed).await;
    assert!(matches!(late, Err(FlowError::TooLate { .. })), "{late:?}");
    assert_eq!(moods.sent.load(Ordering::SeqCst), 0);
}

/// A key that takes six minutes to answer.
struct Dozing {
    key: CountingSigner,
    clock: SetClock,
}

#[async_trait]
impl CallSigner for Dozing {
    fn account(&self) -> EvmAddress {
        self.key.account()
    }

    async fn sign_call(&self, call: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        let signed = self.key.sign_call(call).await;
        self.clock.advance(360);
        signed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_too_late_is_never_let_out_and_what_it_took_is_free() {
    let scene = usdc().await;
    let (store, _folder) = journal().await;
    let (moods, clock) = (Moods::default(), SetClock::default());
    let node = Moody { node: evm_rpc(&scene), moods: moods.clone() };
    let network = scene.account.network.as_str();
    let key_at_hand = Dozing { key: scene.signer(), clock: clock.clone() };
    let api = api(&scene, Over::OneClick, By::Deposit).lifetime(Duration::from_mins(5));
    let flow = Countersign::builder(api, scene.config())
        .call_signer(key_at_hand)
        .call_chain(network, node)
        .clock(clock)
        .build();
    let options = WorkerOptions { lease: Duration::from_mins(9), ..WorkerOptions::new(key("one")) };
    let worker = Worker::new(flow, Arc::clone(&store), options);
    let done = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Expired), "{:?}", done.reason);
    assert_eq!(moods.sent.load(Ordering::SeqCst), 0);
    let history = store.load(done.swap_id).await.unwrap();
    let dead = |what: &What| matches!(what, What::Dead(Death::NeverLetOut));
    assert!(history.links.iter().any(|link| dead(&link.entry.what)));
    let reserved = history.links.iter().find_map(|link| match &link.entry.what {
        What::Reserved(reserved) => Some(&reserved.resources),
        _ => None,
    });
    let names: Vec<_> = reserved.unwrap().iter().map(|name| name.as_str().to_owned()).collect();
    assert_eq!(store.taken(&names).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_of_later_than_now_is_refused() {
    let scene = usdc().await;
    let (moods, clock) = (Moods::default(), SetClock::default());
    let api = api(&scene, Over::OneClick, By::Deposit);
    let flow = builder(&scene, api, scene.config(), &moods).clock(clock.clone()).build();
    clock.advance(-HOUR);
    let refused = flow.swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Refused { refusal, .. }) = refused else { panic!("{refused:?}") };
    assert!(refusal.to_string().contains("timestamp"), "{refusal}");
}
