use countersign::journal::{Outcome, State, What};
use countersign_tests::short_steps;

use super::bed::{Bed, key};

const SOURCES: [&str; 4] = ["USDC@ethereum", "BTC@bitcoin", "SOL@solana", "USDC@solana"];

#[tokio::test]
async fn a_swap_of_each_chain_finishes_and_is_in_the_journal() {
    for from in SOURCES {
        let bed = Bed::new(short_steps(), from).await;
        let before = bed.scene.funds();
        let request = bed.scene.request();
        let done = bed.worker().swap(&key("one"), &request, |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{from}: {:?}", done.reason);
        assert_ne!(bed.scene.funds(), before, "{from}");
        assert_eq!(bed.scene.signatures.get(), 1, "{from}");
        let names = bed.names(done.swap_id).await;
        let before = |name: &str| names.iter().position(|found| *found == name).unwrap();
        assert!(before("reserved") < before("signed"), "{names:?}");
        assert!(before("signed") < before("submitted"), "{names:?}");
        assert!(before("submitted") < before("answered"), "{names:?}");
        assert_eq!(names.contains(&"refund_kept"), from.starts_with("BTC"), "{names:?}");
    }
}

#[tokio::test]
async fn what_was_judged_is_written_down_with_its_facts() {
    let bed = Bed::new(short_steps(), "USDC@ethereum").await;
    let done = bed.worker().swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    let history = bed.store.load(done.swap_id).await.unwrap();
    let judged = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Judged(judgement) => Some(judgement),
        _ => None,
    });
    let judged: Vec<_> = judged.collect();
    assert_eq!(judged.len(), 3, "{judged:?}");
    let payload = judged.last().unwrap();
    assert!(payload.facts.iter().any(|seen| seen.fact.as_str() == "allowance"), "{payload:?}");
    assert_eq!(payload.digest.unwrap().as_bytes(), &done.digest.unwrap());
}

#[tokio::test]
async fn a_refusal_is_an_end_and_is_written_down() {
    let config = countersign_sandbox::SandboxConfig {
        tamper: Some("spender".parse().unwrap()),
        ..short_steps()
    };
    let bed = Bed::new(config, "USDC@ethereum").await;
    let before = bed.scene.funds();
    let done = bed.worker().swap(&key("one"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Refused), "{:?}", done.reason);
    assert!(done.failure.unwrap().to_string().contains("spender"));
    bed.scene.assert_untouched(&before, "a refusal");
    let names = bed.names(done.swap_id).await;
    assert_eq!(names[names.len() - 2..], ["judged", "ended"], "{names:?}");
}
