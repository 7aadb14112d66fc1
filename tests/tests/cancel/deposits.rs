//! Deposits on an EVM chain whose account nonce is used by ourselves.

use countersign::approval::{BroadcastError, CallChainView};
use countersign::journal::{Death, Outcome, State, What};

use crate::bed::{Bed, label};

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_was_not_mined_is_replaced_and_the_account_is_free() {
    for from in ["USDC@ethereum", "ETH@ethereum"] {
        let bed = Bed::deposits(from).await;
        let first = bed.let_out("one").await;
        bed.cancelled(first.swap_id).await;
        assert_eq!(bed.withheld.passed_on(), 1, "{from}");
        let history = bed.store.load(first.swap_id).await.unwrap();
        let dead = history.links.iter().any(|link| match &link.entry.what {
            What::Dead(Death::NonceSpent { nonce, .. }) => nonce.as_str().contains("account-nonce"),
            _ => false,
        });
        assert!(dead, "{from}");
        assert!(bed.names(first.swap_id).await.ends_with(&["dead", "ended", "released"]));
        let [deposit] = &bed.scene.sandbox.deposits()[..] else { panic!("{from}") };
        assert!(deposit.transactions.is_empty(), "{from}: {deposit:?}");

        // The next one takes the next nonce, and arrives.
        let done = bed.worker().swap(&label("two"), &bed.scene.request(), |_| {}).await.unwrap();
        assert_eq!(done.state, State::Ended(Outcome::Finished), "{from}: {done:?}");
        // The first one is refused by the chain now.
        let url = bed.scene.sandbox.rpc_url("ethereum").unwrap().parse().unwrap();
        let standard = countersign::approval::TypedDataStandard::Eip712;
        let node = countersign::chain_rpc::EvmRpc::connect(url, standard).unwrap();
        let config = bed.scene.config();
        let pins = config.registry().network("ethereum").unwrap().permit2.clone().unwrap();
        let error = node.broadcast(pins.chain_id, &bed.withheld.transaction()).await.unwrap_err();
        assert_eq!(error, BroadcastError::NonceTooLow, "{from}");
    }
}
