//! What the customers ask for, and how it is run.

use std::sync::Arc;

use countersign::journal::Label;
use countersign::keys::ChainKind;
use countersign::units::Bps;
use countersign::{Event, Progress, SwapRequest, WorkError, Worker};
use countersign_sandbox::Sandbox;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::Result;
use crate::customers::{Customer, LAST};
use crate::outcomes::Outcomes;

/// The order whose recipient is on the watch list.
pub(crate) const WATCHED: &str = "bitcoin-4";
/// How many swaps are signed when the first worker has to go.
const SIGNED_BY_THE_FIRST: usize = 6;
/// How many swaps the second one carries on at once.
const AT_ONCE: usize = 8;

/// A swap that a customer asks for. Its key is the customer's own name of it: however often it is
/// asked for, it is the same swap.
pub(crate) struct Order {
    pub(crate) key: Label,
    pub(crate) request: SwapRequest,
}

/// Writes an order for each customer.
pub(crate) fn of(customers: &[Customer], sandbox: &Sandbox) -> Result<Vec<Order>> {
    customers.iter().map(|customer| order(customer, sandbox)).collect()
}

fn order(customer: &Customer, sandbox: &Sandbox) -> Result<Order> {
    let Customer { chain, number, address } = customer;
    let key = Label::new(format!("{}-{number}", chain.as_str()))?;
    // The last customer of each chain asks for more than the others do.
    let (from, usual, much, to) = match chain {
        ChainKind::Bitcoin => ("BTC@bitcoin", "0.005", "0.015", "USDC@ethereum"),
        ChainKind::Solana => ("USDC@solana", "100", "250", "BTC@bitcoin"),
        _ => ("USDC@ethereum", "100", "550", "SOL@solana"),
    };
    let amount = if *number == LAST { much } else { usual };
    let network = to.split_once('@').map_or(to, |(_, network)| network);
    let recipient = sandbox.new_recipient(network).ok_or("there is no such network")?;
    Ok(Order { key, request: request((from, amount), to, (address, &recipient))? })
}

/// Asks for an amount of a token of an owner to be swapped for another one's, paid to a recipient.
pub(crate) fn request(
    (from, amount): (&str, &str),
    to: &str,
    (owner, recipient): (&str, &str),
) -> Result<SwapRequest> {
    Ok(SwapRequest {
        from: from.parse()?,
        to: to.parse()?,
        amount: amount.to_owned(),
        min_out: None,
        slippage: Bps::new(50)?,
        owner: owner.to_owned(),
        recipient: recipient.to_owned(),
        refund_address: owner.to_owned(),
        coins: None,
    })
}

/// Finds who is to be paid by an order.
pub(crate) fn recipient(orders: &[Order], key: &str) -> Result<String> {
    let order = orders.iter().find(|order| order.key.as_str() == key);
    Ok(order.ok_or("there is no such order")?.request.recipient.clone())
}

/// Runs all orders at once, each asked for twice, as by a customer that is not sure; and stops in the
/// middle of it.
pub(crate) async fn begin(
    worker: &Arc<Worker>,
    orders: &[Order],
    outcomes: &mut Outcomes,
) -> Result<()> {
    let (tell, mut signed) = mpsc::unbounded_channel();
    let mut swaps = JoinSet::new();
    for order in orders.iter().chain(orders) {
        let (worker, tell) = (Arc::clone(worker), tell.clone());
        let (key, request) = (order.key.clone(), order.request.clone());
        let observe = move |event: Event<'_>| {
            if matches!(event, Event::Signed { .. }) {
                // Nobody counts any more once there are enough.
                let _ = tell.send(());
            }
        };
        swaps.spawn(async move { worker.swap(&key, &request, observe).await });
    }
    drop(tell);
    for _ in 0..SIGNED_BY_THE_FIRST {
        signed.recv().await;
    }
    worker.stop();
    while let Some(swap) = swaps.join_next().await {
        outcomes.note(&swap??);
    }
    Ok(())
}

/// Carries on what another worker has left, wherever it stands.
pub(crate) async fn carry_on(worker: &Arc<Worker>, outcomes: &mut Outcomes) -> Result<()> {
    let mut failed: Option<String> = None;
    let note = |_, swap: &std::result::Result<Progress, WorkError>| match swap {
        Ok(progress) => outcomes.note(progress),
        Err(error) => failed = Some(error.to_string()),
    };
    worker.resume(AT_ONCE, note).await?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}
