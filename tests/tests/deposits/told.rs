//! What the API says of a deposit is compared: with what was sent, quoted and asked for.

use std::sync::atomic::{AtomicU32, Ordering};

use countersign::journal::{Outcome, State, What};
use countersign::units::Lots;
use countersign::{FlowError, Offer, Status, SwapStatus};
use countersign_tests::SHORT;

use crate::moody::{Moods, builder, failures, run, usdc};
use crate::says::Says;

#[tokio::test(flavor = "multi_thread")]
async fn a_success_that_paid_out_too_little_is_none() {
    let scene = usdc().await;
    let little = |seen: &mut SwapStatus| {
        seen.amount_out = seen.amount_out.map(|_| Lots::from(1_u64));
    };
    let says = Says::status(&scene, little);
    let (done, _store) = run(&scene, says, &Moods::default()).await;
    assert_eq!(done.state, State::Ended(Outcome::Disputed), "{:?}", done.reason);
    let flow = builder(&scene, Says::status(&scene, little), scene.config(), &Moods::default());
    let error = flow.build().swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
    let FlowError::AfterSigning { source, .. } = error else { panic!("{error}") };
    assert!(matches!(*source, FlowError::Underpaid { .. }), "{source}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_of_somebody_else_is_noted_and_is_not_ours() {
    let scene = usdc().await;
    let asked = AtomicU32::new(0);
    let says = Says::status(&scene, move |seen| {
        if asked.fetch_add(1, Ordering::SeqCst) < 3 {
            seen.status = Status::Deposited;
            let other = format!("0x{}", "12".repeat(32));
            (seen.deposit_tx, seen.paid_in) = (Some(other.clone()), vec![other]);
        }
    });
    let (done, store) = run(&scene, says, &Moods::default()).await;
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let failed = failures(&store, &done).await;
    assert!(failed.contains(&"deposit:other_deposit".to_owned()), "{failed:?}");
    let history = store.load(done.swap_id).await.unwrap();
    for link in &history.links {
        if let What::Status { deposit_tx: Some(id), .. } = &link.entry.what {
            assert!(!id.as_str().contains("1212"), "{}", id.as_str());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_is_said_to_be_incomplete_ends_nothing() {
    let scene = usdc().await;
    let asked = AtomicU32::new(0);
    let says = Says::status(&scene, move |seen| {
        if asked.fetch_add(1, Ordering::SeqCst) < 5 {
            seen.status = Status::Incomplete;
        }
    });
    let (done, store) = run(&scene, says, &Moods::default()).await;
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let failed = failures(&store, &done).await;
    assert!(failed.contains(&"deposit:incomplete".to_owned()), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_quote_may_be_worse_than_the_first_but_not_than_what_was_asked_for() {
    let scene = usdc().await;
    for (least, finishes) in [("1", true), ("99999", false)] {
        let mut request = scene.request();
        request.min_out = Some(least.to_owned());
        // The quote without an address promises more than the one with it.
        let better = |offer: &mut Offer| {
            offer.min_out = offer.max_out.unwrap();
        };
        let flow =
            builder(&scene, Says::offer(&scene, better), scene.config(), &Moods::default()).build();
        let done = flow.swap(&request, SHORT, |_| {}).await;
        assert_eq!(done.is_ok(), finishes, "{least}: {done:?}");
    }
}
