//! How the customers come to own something: the treasury pays them, by swaps of its own.
//!
//! In life they send their coins themselves.

use std::sync::Arc;

use countersign::Worker;
use countersign::journal::{Label, Outcome, State};
use countersign::keys::ChainKind;
use tokio::task::JoinSet;

use crate::customers::Customer;
use crate::{Result, orders};

/// What the treasury gives.
const FROM: &str = "USDC@base";

/// Pays each customer what it needs, all of them at once.
pub(crate) async fn fund(
    worker: &Arc<Worker>,
    treasury: &str,
    customers: &[Customer],
) -> Result<()> {
    let mut payments = JoinSet::new();
    for customer in customers {
        for (token, dollars) in needs(customer.chain).iter().copied() {
            let key = Label::new(format!("fund-{}-{token}", customer.address))?;
            let request = orders::request((FROM, dollars), token, (treasury, &customer.address))?;
            let worker = Arc::clone(worker);
            payments.spawn(async move { worker.swap(&key, &request, |_| {}).await });
        }
    }
    while let Some(paid) = payments.join_next().await {
        let paid = paid??;
        if paid.state != State::Ended(Outcome::Finished) {
            return Err(format!("{} is {}: {:?}", paid.key, paid.state, paid.reason).into());
        }
    }
    Ok(())
}

/// What a customer is paid, and for how many dollars.
const fn needs(chain: ChainKind) -> &'static [(&'static str, &'static str)] {
    match chain {
        ChainKind::Bitcoin => &[("BTC@bitcoin", "1500")],
        ChainKind::Solana => &[("USDC@solana", "600")],
        // Its own transactions cost gas there.
        _ => &[("USDC@ethereum", "600"), ("ETH@ethereum", "300")],
    }
}
