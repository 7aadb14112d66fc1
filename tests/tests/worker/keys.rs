use countersign::WorkError;
use countersign::journal::{Outcome, State, StoreError};
use countersign_tests::short_steps;
use futures::future::join_all;

use super::bed::{Bed, key};

#[tokio::test]
async fn one_key_is_one_swap() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let (worker, request) = (bed.worker(), bed.scene.request());
    let first = worker.swap(&key("one"), &request, |_| {}).await.unwrap();
    let second = worker.swap(&key("one"), &request, |_| {}).await.unwrap();
    assert_eq!((first.swap_id, first.digest), (second.swap_id, second.digest));
    assert_eq!(bed.scene.signatures.get(), 1);
    assert_eq!(bed.scene.sandbox.executions().len(), 3);
}

#[tokio::test]
async fn a_key_of_another_request_is_a_conflict() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let (worker, mut request) = (bed.worker(), bed.scene.request());
    // The same amount in other digits is the same request.
    worker.swap(&key("one"), &request, |_| {}).await.unwrap();
    request.amount = "100.00".to_owned();
    worker.swap(&key("one"), &request, |_| {}).await.unwrap();
    request.amount = "101".to_owned();
    let conflict = worker.swap(&key("one"), &request, |_| {}).await.unwrap_err();
    let taken = matches!(conflict, WorkError::Journal(StoreError::KeyTaken { .. }));
    assert!(taken, "{conflict}");
}

#[tokio::test]
async fn many_who_ask_at_once_get_one_swap() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let workers: Vec<_> = (0..10).map(|_| bed.worker()).collect();
    let (request, key) = (bed.scene.request(), key("one"));
    let asked = workers.iter().map(|worker| worker.swap(&key, &request, |_| {}));
    for done in join_all(asked).await {
        assert_eq!(done.unwrap().state, State::Ended(Outcome::Finished));
    }
    assert_eq!(bed.scene.signatures.get(), 1);
}

#[tokio::test]
async fn as_many_pass_as_fit_a_limit() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let config = || {
        bed.scene.config_with(|_, policy| {
            let lines = policy.lines().map(|line| match line.split_once(" = ") {
                Some(("per_day", _)) => "per_day = \"350\"",
                _ => line,
            });
            *policy = lines.collect::<Vec<_>>().join("\n");
        })
    };
    let workers: Vec<_> = (0..8).map(|_| bed.worker_over(bed.scene.api(), config())).collect();
    let request = bed.scene.request();
    let keys: Vec<_> = (0..8).map(|number| key(&format!("key-{number}"))).collect();
    let asked = workers.iter().zip(&keys);
    let asked = asked.map(|(worker, key)| worker.swap(key, &request, |_| {}));
    let states: Vec<_> =
        join_all(asked).await.into_iter().map(|done| done.unwrap().state).collect();
    let count = |outcome| states.iter().filter(|state| **state == State::Ended(outcome)).count();
    assert_eq!((count(Outcome::Finished), count(Outcome::Refused)), (3, 5), "{states:?}");
    assert_eq!(bed.scene.signatures.get(), 3);
}
