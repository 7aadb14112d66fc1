//! Account nonces below a deposit that nobody has any more: it can neither be mined nor replaced until
//! something uses them.

use std::time::Duration;

use countersign::approval::{CallChainView, SwapId};
use countersign::evm::SentCall;
use countersign::journal::{CancelKind, CancelStep, Outcome, State, What};
use countersign_tests::HeldNonces;

use crate::bed::{Bed, label};

/// Takes the account's next nonces, so that a deposit comes behind them.
pub(crate) async fn hold(bed: &Bed, count: u64) -> HeldNonces {
    let (chain_id, owner) = bed.evm_account();
    let next = bed.evm_node().account_nonce(chain_id, owner).await.unwrap().mined;
    HeldNonces::take(&bed.store, (chain_id, owner), next..next.saturating_add(count)).await
}

/// Returns what was signed to cancel a swap, in its order: for what, and with which account nonce.
pub(crate) async fn signed(bed: &Bed, swap_id: SwapId) -> Vec<(CancelKind, u64)> {
    let history = bed.store.load(swap_id).await.unwrap();
    let signed = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Cancel(CancelStep::Signed { kind, transaction, .. }) => Some((*kind, transaction)),
        _ => None,
    });
    let nonce = |bytes: &str| SentCall::read(&hex::decode(bytes).unwrap()).unwrap().account_nonce;
    signed.map(|(kind, transaction)| (kind, nonce(transaction.as_str()))).collect()
}

pub(crate) async fn failures(bed: &Bed, swap_id: SwapId) -> Vec<String> {
    let history = bed.store.load(swap_id).await.unwrap();
    let failed = history.links.iter().filter_map(|link| match &link.entry.what {
        What::Failed { code, message, .. } if code.as_str() == "gap" => Some(message),
        _ => None,
    });
    failed.map(|message| message.as_str().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_below_a_deposit_is_filled_once_its_replacement_is_out() {
    for count in [1, 3] {
        let bed = Bed::deposits("USDC@ethereum").await;
        let held = hold(&bed, count).await;
        let first = bed.let_out("one").await;
        held.give_back().await;
        bed.cancelled(first.swap_id).await;

        let signed = signed(&bed, first.swap_id).await;
        let [(CancelKind::AccountNonce, own), gaps @ ..] = &signed[..] else {
            panic!("{signed:?}")
        };
        let expected: Vec<_> = (own - count..*own).map(|it| (CancelKind::Gap, it)).collect();
        assert_eq!(gaps, expected);
        let [deposit] = &bed.scene.sandbox.deposits()[..] else { panic!("{count}") };
        assert!(deposit.transactions.is_empty(), "{deposit:?}");
        // All of it moved nothing, and each nonce was used once.
        let ran = bed.scene.sandbox.executions();
        assert_eq!(ran.len(), signed.len(), "{ran:?}");

        let done = bed.worker().swap(&label("two"), &bed.scene.request(), |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{done:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_filled_than_policy_lets_wait() {
    let bed = Bed::deposits("USDC@ethereum").await;
    let held = hold(&bed, 3).await;
    let first = bed.let_out("one").await;
    held.give_back().await;
    let few = bed.scene.config_with(|_, policy| {
        *policy = policy.replace("[evm]\n", "[evm]\nmax_pending = 2\n");
        assert!(policy.contains("max_pending = 2"));
    });
    let worker = bed.worker_staying(few, Duration::from_secs(1));
    let open = worker.cancel(first.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{open:?}");
    let signed = signed(&bed, first.swap_id).await;
    assert!(matches!(signed[..], [(CancelKind::AccountNonce, _)]), "{signed:?}");
    let failures = failures(&bed, first.swap_id).await;
    assert!(failures[0].contains("at most 2") && failures[0].contains("found 3"), "{failures:?}");
    // Another policy lets the same cancel go on.
    bed.cancelled(first.swap_id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_have_below_is_left_to_them() {
    let bed = Bed::deposits("ETH@ethereum").await;
    let held = hold(&bed, 1).await;
    let first = bed.let_out("one").await;
    let worker = bed.worker_staying(bed.scene.config(), Duration::from_secs(1));
    let open = worker.cancel(first.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{open:?}");
    let signed = signed(&bed, first.swap_id).await;
    assert!(matches!(signed[..], [(CancelKind::AccountNonce, _)]), "{signed:?}");
    let failures = failures(&bed, first.swap_id).await;
    let owner = held.swap_id().to_string();
    assert!(failures[0].contains(&owner), "{failures:?}");
    assert!(failures[0].contains("send any transaction with that nonce"), "{failures:?}");
    held.give_back().await;
    bed.cancelled(first.swap_id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_spends_a_permits_nonce_waits_for_no_gap_either() {
    let bed = Bed::approvals("USDC@ethereum").await;
    let first = bed.let_out("one").await;
    let held = hold(&bed, 2).await;
    let worker = bed.worker_staying(bed.scene.config(), Duration::from_secs(1));
    let open = worker.cancel(first.swap_id, |_| {}).await.unwrap();
    assert!(!open.state.is_ended(), "{open:?}");
    held.give_back().await;
    bed.cancelled(first.swap_id).await;
    let signed = signed(&bed, first.swap_id).await;
    let [(CancelKind::PermitNonce, own), gaps @ ..] = &signed[..] else { panic!("{signed:?}") };
    assert_eq!(gaps, [(CancelKind::Gap, own - 2), (CancelKind::Gap, own - 1)]);
}
