//! A step belongs to the flow that made it.

use countersign::approval::{EvmFacts, MemoryLedger};
use countersign::{Countersign, Facts, FlowError};
use countersign_tests::{Scene, until_reserved, until_verified};

/// A flow with another ledger, and so with limits of its own.
fn other(scene: &Scene) -> Countersign {
    scene.builder(scene.config()).ledger(MemoryLedger::new()).build()
}

#[tokio::test]
async fn another_flow_does_not_carry_a_step_on() {
    let scene = Scene::honest().await;
    let (ours, theirs) = (scene.countersign(), other(&scene));
    let request = scene.request();

    let offered = theirs.quote(&request).await.unwrap();
    assert!(matches!(ours.accept(offered), Err(FlowError::OtherFlow)));
    let accepted = theirs.accept(theirs.quote(&request).await.unwrap()).unwrap();
    let created = theirs.create(accepted).await.unwrap();
    let bound = theirs.bind(created).unwrap();
    assert!(matches!(
        ours.verify_with(bound, &Facts::Evm(EvmFacts::default())),
        Err(FlowError::OtherFlow)
    ));
    let verified = until_verified(&theirs, &request).await.unwrap();
    assert!(matches!(ours.review(verified).await, Err(FlowError::OtherFlow)));
    let reserved = until_reserved(&theirs, &request).await.unwrap();
    assert!(matches!(ours.sign(&reserved).await, Err(FlowError::OtherFlow)));
    assert_eq!(scene.signatures.get(), 0);

    // Its own flow does.
    let approval = theirs.sign(&reserved).await.unwrap();
    assert!(matches!(ours.approve(&approval).await, Err(FlowError::OtherFlow)));
    theirs.approve(&approval).await.unwrap();
    assert_eq!(scene.signatures.get(), 1);
}
