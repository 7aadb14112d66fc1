//! A deposit that a person approves: its terms, whatever was drafted by then.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use countersign::approval::{Decision, ReviewRequest, Reviewer};
use countersign::journal::{Outcome, State, What};

use crate::bed::{By, Over, api};
use crate::moody::{Moods, assert_funded_once, builder, usdc};
use crate::nonces::{journal, key, worker};

/// Approves, after fees have moved.
#[derive(Clone)]
struct Slow {
    moods: Moods,
    shown: Arc<Mutex<Vec<[u8; 32]>>>,
}

#[async_trait]
impl Reviewer for Slow {
    async fn review(&self, request: &ReviewRequest<'_>) -> Decision {
        self.shown.lock().unwrap().push(request.digest);
        self.moods.dearer.store(1_000_000, Ordering::SeqCst);
        Decision::Approve { by: "Ada".to_owned() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_deposit_is_drafted_anew_and_is_the_one_that_was_approved() {
    let scene = usdc().await;
    let review = "review_above = { USDC = \"1\" }\n";
    let (store, _folder) = journal().await;
    let moods = Moods::default();
    let person = Slow { moods: moods.clone(), shown: Arc::default() };
    let config = scene.config_with(|_, policy| policy.insert_str(0, review));
    let api = api(&scene, Over::OneClick, By::Deposit);
    let flow = builder(&scene, api, config, &moods).reviewer(person.clone()).build();
    let worker = worker(flow, &store, "one");
    let done = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{:?}", done.reason);
    let history = store.load(done.swap_id).await.unwrap();
    let drafts: Vec<_> = history
        .links
        .iter()
        .filter_map(|link| match &link.entry.what {
            What::Judged(judged) => judged.digest,
            _ => None,
        })
        .collect();
    let [before, after] = drafts[..] else { panic!("{} drafts", drafts.len()) };
    assert_ne!(before, after);
    assert_eq!(done.digest, Some(*after.as_bytes()));
    let shown = person.shown.lock().unwrap().clone();
    let [shown] = shown[..] else { panic!("asked {} times", shown.len()) };
    let reviewed =
        |what: &What| matches!(what, What::Reviewed { digest, .. } if *digest.as_bytes() == shown);
    assert!(history.links.iter().any(|link| reviewed(&link.entry.what)));
    assert_funded_once(&scene);
}
