//! An API that answers a signed intent with the hash of another one: ours is the one that counts.

use countersign::approval::IntentStandard;
use countersign::http_client::Retry;
use countersign::journal::{Answer, ApprovalBytes, History, Outcome, State, What};
use countersign::{FlowError, Status, Step};
use countersign_sandbox::{Fault, SandboxConfig};
use countersign_tests::{SHORT, Scene, short_steps};

use crate::bed::{By, Over, flow, scene};
use crate::nonces::{journal, key, worker};

const STANDARDS: [(&str, IntentStandard); 2] =
    [("USDC@ethereum", IntentStandard::Erc191), ("USDC@solana", IntentStandard::RawEd25519)];

/// A sandbox whose answers to signed intents name another one, or do not.
async fn answering(other: bool, from: &str) -> Scene {
    let fault = other.then_some(Fault::OtherIntentHash);
    scene(SandboxConfig { fault, ..short_steps() }, from, "USDC@base").await
}

/// Returns the hash that the journal has of what was signed.
fn signed_hash(history: &History) -> String {
    let mut whats = history.links.iter().map(|link| &link.entry.what);
    let hash = whats.find_map(|what| match what {
        What::Signed { approval: ApprovalBytes::Intent { hash, .. }, .. } => Some(hash),
        _ => None,
    });
    hash.unwrap().as_str().to_owned()
}

/// Returns the codes of answers that left it open whether an intent was taken.
fn open_answers(history: &History) -> Vec<String> {
    let lost = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Answered(Answer::Lost { code }) => Some(code.as_str().to_owned()),
        _ => None,
    });
    lost.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_without_a_journal_does_not_go_on_with_another_intent() {
    for (from, standard) in STANDARDS {
        let scene = answering(true, from).await;
        let flow = flow(&scene, Over::OneClick, By::Intent(standard));
        let error = flow.swap(&scene.request(), SHORT, |_| {}).await.unwrap_err();
        let FlowError::AfterSigning { source, .. } = &error else { panic!("{from}: {error}") };
        let FlowError::Api { step: Step::Approve, source } = source.as_ref() else {
            panic!("{from}: {source}")
        };
        assert_eq!((source.code, source.retry), ("other_intent", Retry::AskFirst), "{from}");
        let [deposit] = &scene.sandbox.deposits()[..] else { panic!("{from}: not one address") };
        let [ours] = &deposit.transactions[..] else { panic!("{from}: {deposit:?}") };
        // The error names both: ours, by which a person finds it, and the other.
        assert!(source.message.contains(ours.as_str()), "{from}: {}", source.message);
        assert_eq!(scene.signatures.get(), 1, "{from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_keeps_our_own_hash_and_is_ended_by_it_alone() {
    for (from, standard) in STANDARDS {
        for other in [true, false] {
            let what = format!("{from}, another hash: {other}");
            let scene = answering(other, from).await;
            let (store, _folder) = journal().await;
            let worker = worker(flow(&scene, Over::OneClick, By::Intent(standard)), &store, "one");
            let done = worker.swap(&key("one"), &scene.request(), |_| {}).await.unwrap();
            assert_eq!(done.state, State::Ended(Outcome::Finished), "{what}: {:?}", done.reason);
            let history = store.load(done.swap_id).await.unwrap();
            let expected: &[&str] = if other { &["other_intent"] } else { &[] };
            assert_eq!(open_answers(&history), expected, "{what}");
            let ours = signed_hash(&history);
            for link in &history.links {
                if let What::Status { status, deposit_tx, .. } = &link.entry.what {
                    let paid = deposit_tx.as_ref().map(|hash| hash.as_str() == ours);
                    assert_ne!(paid, Some(false), "{what}: {status:?}");
                }
            }
            assert_eq!(done.status.map(|seen| seen.status), Some(Status::Finished), "{what}");
            let [deposit] = &scene.sandbox.deposits()[..] else { panic!("{what}: addresses") };
            assert_eq!(deposit.transactions, [ours], "{what}");
            assert_eq!(scene.signatures.get(), 1, "{what}");
        }
    }
}
