//! A deposit that its chain does not have is sent again, whatever a node or the API says.

use std::sync::atomic::Ordering;

use countersign::Status;
use countersign::journal::{Outcome, State};
use countersign_tests::{SHORT, Scene, SetClock};

use crate::moody::{Behind, HOUR, Moods, assert_funded_once, brief, builder, run, usdc};
use crate::nonces::{journal, key};
use crate::says::Says;

/// Says something else until it is paid.
fn says_until_paid(scene: &Scene, told: Status) -> Says {
    Says::status(scene, move |seen| {
        if seen.status == Status::Created {
            seen.status = told.clone();
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_declined_is_sent_again_whatever_the_api_shows() {
    for shown in [Status::Created, Status::Deposited, Status::Failed] {
        let scene = usdc().await;
        let moods = Moods::default();
        moods.declines.store(2, Ordering::SeqCst);
        let says = says_until_paid(&scene, shown.clone());
        let (done, _store) = run(&scene, says, &moods).await;
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{shown}: {:?}", done.reason);
        assert_eq!(moods.sent.load(Ordering::SeqCst), 3, "{shown}");
        assert_funded_once(&scene);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_without_a_journal_sends_again_what_was_declined() {
    for shown in [Status::Created, Status::Approved, Status::Deposited] {
        let scene = usdc().await;
        let moods = Moods::default();
        moods.declines.store(2, Ordering::SeqCst);
        let says = says_until_paid(&scene, shown.clone());
        let flow = builder(&scene, says, scene.config(), &moods).build();
        let done = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
        assert_eq!(done.status.status, Status::Finished, "{shown}");
        assert_funded_once(&scene);
    }
}

/// What the API says of a deposit decides nothing while its chain can't tell.
#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_its_chain_does_not_show_is_not_ended_by_the_apis_word() {
    for (behind, said, at_last) in [
        (Behind::Forgets, Status::Failed, Some(Outcome::Disputed)),
        (Behind::Forgets, Status::Finished, Some(Outcome::Disputed)),
        (Behind::Fails, Status::Failed, None),
        (Behind::Fails, Status::Finished, None),
    ] {
        let scene = usdc().await;
        let (store, _folder) = journal().await;
        let (moods, clock) = (Moods::default(), SetClock::default());
        *moods.behind.lock().unwrap() = Some(behind);
        let told = said.clone();
        let says = Says::status(&scene, move |seen| {
            seen.status = told.clone();
            seen.deposit_tx = None;
        });
        let flow = builder(&scene, says, scene.config(), &moods).clock(clock.clone()).build();
        let worker = brief(flow, &store);
        let open = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
        assert!(!open.state.is_ended(), "{said}: {:?}", open.reason);
        clock.advance(2 * HOUR);
        let late = worker.resume_one(open.swap_id, |_| {}).await.unwrap();
        let ended = at_last.map(State::Ended);
        assert_eq!(late.state.is_ended().then_some(late.state), ended, "{said}: {:?}", late.reason);
    }
}
