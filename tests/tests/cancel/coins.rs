//! Coins that go back to ourselves before an approval could spend them.

use countersign::SwapApi;
use countersign::approval::{BitcoinChainView, BitcoinNetwork, ChainViewError};
use countersign::journal::{Death, Outcome, State, What};

use crate::bed::{Bed, label};

const BTC: &str = "BTC@bitcoin";

async fn died_by_a_coin(bed: &Bed, swap_id: countersign::approval::SwapId) -> bool {
    let history = bed.store.load(swap_id).await.unwrap();
    history.links.iter().any(|link| match &link.entry.what {
        What::Dead(Death::CoinSpent { coin, height }) => {
            coin.as_str().starts_with("bitcoin/") && height.is_some()
        }
        _ => false,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_can_not_be_funded_once_its_coins_went_back() {
    let bed = Bed::approvals(BTC).await;
    // What is let out here goes to the API alone; the first transaction is the one that cancels.
    bed.withheld.let_all_through();
    let first = bed.let_out("one").await;
    bed.cancelled(first.swap_id).await;
    assert!(died_by_a_coin(&bed, first.swap_id).await);
    let (intent_id, submission) = bed.withheld.submission();
    let error = bed.scene.api().submit(&intent_id, &submission).await.unwrap_err();
    assert!(error.message.to_lowercase().contains("input"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_refused_once_its_coins_went_back() {
    let bed = Bed::deposits(BTC).await;
    let first = bed.let_out("one").await;
    bed.cancelled(first.swap_id).await;
    assert!(died_by_a_coin(&bed, first.swap_id).await);
    let paid = bed.withheld.transaction();
    let error = bed.scene.esplora().broadcast(BitcoinNetwork::Regtest, &paid).await.unwrap_err();
    assert!(matches!(error, ChainViewError::Declined(_)), "{error}");
    let done = bed.worker().swap(&label("two"), &bed.scene.request(), |_| {}).await.unwrap();
    assert_eq!(done.state, State::Ended(Outcome::Finished), "{done:?}");
}
