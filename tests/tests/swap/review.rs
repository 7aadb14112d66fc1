//! A person in between: asked above the threshold, shown what would be signed, and obeyed.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use countersign::approval::{Decision, ReviewRequest, Reviewer};
use countersign::{Config, FlowError, Status};
use countersign_tests::{SHORT, Scene};

/// A statement as text, and the digest that it is about.
type Shown = (String, [u8; 32]);

/// Answers always the same, and remembers what it was shown.
#[derive(Clone)]
struct Person {
    decision: Decision,
    shown: Arc<Mutex<Vec<Shown>>>,
}

impl Person {
    fn new(decision: Decision) -> Self {
        Self { decision, shown: Arc::default() }
    }

    fn shown(&self) -> Vec<Shown> {
        self.shown.lock().unwrap().clone()
    }
}

#[async_trait]
impl Reviewer for Person {
    async fn review(&self, request: &ReviewRequest<'_>) -> Decision {
        self.shown.lock().unwrap().push((request.statement.to_string(), request.digest));
        self.decision.clone()
    }
}

fn reviewed_above(scene: &Scene, threshold: &str) -> Config {
    let review = format!("review_above = {{ USDC = \"{threshold}\" }}\n");
    scene.config_with(|_, policy| policy.insert_str(0, &review))
}

#[tokio::test]
async fn what_a_reviewer_approves_is_signed_and_is_what_was_shown() {
    let scene = Scene::honest().await;
    let person = Person::new(Decision::Approve { by: "Ada".to_owned() });
    let config = reviewed_above(&scene, "99.999999");
    let countersign = scene.builder(config).reviewer(person.clone()).build();
    let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
    let shown = person.shown();
    let [(statement, digest)] = shown.as_slice() else { panic!("{shown:?}") };
    assert_eq!(*digest, outcome.digest);
    assert_eq!(*statement, outcome.statement.to_string());
    for says in [&scene.recipient, &scene.account.address, "100 USDC on ethereum"] {
        assert!(statement.contains(says), "{says}: {statement}");
    }
}

#[tokio::test]
async fn what_a_reviewer_denies_is_not_signed() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let (by, reason) = ("Ada".to_owned(), "not today".to_owned());
    let person = Person::new(Decision::Deny { by, reason });
    let config = reviewed_above(&scene, "50");
    let countersign = scene.builder(config).reviewer(person).build();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::NotApproved(why)) = result else { panic!("{result:?}") };
    assert!(why.contains("Ada") && why.contains("not today"), "{why}");
    scene.assert_untouched(&before, "denied");
}

#[tokio::test]
async fn without_a_reviewer_nothing_above_the_threshold_is_signed() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let countersign = scene.builder(reviewed_above(&scene, "99.999999")).build();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    assert!(matches!(result, Err(FlowError::NotApproved(_))), "{result:?}");
    scene.assert_untouched(&before, "no reviewer");

    // At the threshold nobody is asked.
    let countersign = scene.builder(reviewed_above(&scene, "100")).build();
    let outcome = countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
}

#[tokio::test]
async fn below_the_threshold_nobody_is_asked() {
    let scene = Scene::honest().await;
    let (by, reason) = ("Ada".to_owned(), "never".to_owned());
    let person = Person::new(Decision::Deny { by, reason });
    let config = reviewed_above(&scene, "100");
    let countersign = scene.builder(config).reviewer(person.clone()).build();
    countersign.swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert!(person.shown().is_empty());
}
