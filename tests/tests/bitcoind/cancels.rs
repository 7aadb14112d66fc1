//! Payments that a worker makes useless on this chain: their coins go back to ourselves.

use std::time::Duration;

use countersign::journal::{ApprovalBytes, Death, Outcome, State, What};
use countersign_approval::{BitcoinChainView, ChainViewError};

use crate::quoted::{Desk, script_of};
use crate::scene::REGTEST;

/// How long an end is waited for.
const PATIENCE: Duration = Duration::from_secs(40);

#[tokio::test]
async fn a_payment_that_waits_gives_way_and_is_refused_then() {
    let Some(desk) = Desk::open().await else { return };
    let left = desk.swap(("0.05", None), Duration::from_secs(1)).await;
    assert!(!left.state.is_ended(), "{left:?}");
    let history = desk.store.load(left.swap_id).await.unwrap();
    let paid = history.links.iter().find_map(|link| match &link.entry.what {
        What::Signed { approval: ApprovalBytes::Deposit { transaction, .. }, .. } => {
            Some(hex::decode(transaction.as_str()).unwrap())
        }
        _ => None,
    });
    let paid = paid.unwrap();
    let worker = desk.worker(PATIENCE);
    let cancelling = Box::pin(worker.cancel(left.swap_id, |_| {}));
    // What pays more is there before the next block is.
    let ended = tokio::select! {
        ended = cancelling => ended,
        () = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            desk.while_mining(std::future::pending::<()>()).await;
        } => panic!("expected blocks to be found for ever"),
    };
    let ended = ended.unwrap();
    assert_eq!(ended.state, State::Ended(Outcome::Failed), "{ended:?}");
    assert!(ended.cancelled);
    let payee = script_of(&left.intent_id.unwrap());
    assert_eq!(desk.chain.coins_at(&payee).await, []);
    let refused = desk.chain.view.broadcast(REGTEST, &paid).await.unwrap_err();
    assert!(matches!(refused, ChainViewError::Declined(_)), "{refused}");
    let history = desk.store.load(left.swap_id).await.unwrap();
    let spent = |what: &What| matches!(what, What::Dead(Death::CoinSpent { height: Some(_), .. }));
    assert!(history.links.iter().any(|link| spent(&link.entry.what)));
    let names: Vec<_> = history.links.iter().map(|link| link.entry.what.name()).collect();
    assert!(names.ends_with(&["dead", "ended", "released"]), "{names:?}");
}

#[tokio::test]
async fn a_payment_that_was_mined_is_not_called_cancelled() {
    let Some(desk) = Desk::open().await else { return };
    let left = desk.swap(("0.05", None), Duration::from_secs(1)).await;
    desk.chain.mine(1).await;
    let worker = desk.worker(PATIENCE);
    let cancelling = Box::pin(worker.cancel(left.swap_id, |_| {}));
    let ended = desk.while_mining(cancelling).await.unwrap();
    assert_eq!(ended.state, State::Ended(Outcome::Finished), "{ended:?}");
    assert!(!ended.cancelled);
}
