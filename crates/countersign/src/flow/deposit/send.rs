//! Sends a signed deposit to its chain.

use std::time::Duration;

use countersign_approval::{BroadcastError, CallChainView, ChainViewError, NetworkKind};
use countersign_http_client::Retry;
use tokio::time::timeout;

use crate::flow::Countersign;
use crate::{ApiError, SentTransaction};

/// How long a node may take to answer a transaction.
pub(in crate::flow) const SEND_DEADLINE: Duration = Duration::from_secs(30);
/// How often a node is asked again that wants the transaction before it first, and how long after.
const TURNS: u32 = 20;
const TURN: Duration = Duration::from_millis(250);

impl Countersign {
    /// Sends a signed transaction to its chain. The same bytes may be sent again.
    pub(in crate::flow) async fn send(
        &self,
        network: &str,
        sent: &SentTransaction,
    ) -> Result<(), ApiError> {
        let bytes = hex::decode(&sent.transaction).map_err(|_| declined("no bytes in hex"))?;
        let registry = self.config.registry();
        let Some(pins) = registry.network(network) else {
            return Err(declined("a network that the registry does not hold"));
        };
        let sending = async {
            if let (NetworkKind::Tron, Some(pins)) = (pins.kind, &pins.permit2) {
                let view = self.tron_chains.get(network).ok_or_else(unseen)?;
                return view.broadcast(pins.chain_id, &bytes).await;
            }
            if let (Some(view), Some(pins)) = (self.call_chains.get(network), &pins.permit2) {
                return broadcast_in_turn(view.as_ref(), pins.chain_id, &bytes).await;
            }
            if let (Some(view), Some(pins)) = (self.bitcoin_chains.get(network), &pins.htlc) {
                return Ok(view.broadcast(pins.network, &bytes).await?);
            }
            if let (Some(view), Some(pins)) = (self.transfer_chains.get(network), &pins.cosign) {
                return Ok(view.send(pins.genesis_hash, &bytes).await?);
            }
            Err(unseen().into())
        };
        let sent = timeout(SEND_DEADLINE, sending).await;
        sent.unwrap_or_else(|_| Err(ChainViewError::Unavailable("no answer".to_owned()).into()))
            .map_err(|error| not_sent(&error))
    }
}

fn unseen() -> ChainViewError {
    ChainViewError::Unavailable("there is no view of it".to_owned())
}

/// Sends a transaction of an account. A node that takes them one after another gets the one before it
/// first, which may be on its way.
pub(in crate::flow) async fn broadcast_in_turn(
    view: &dyn CallChainView,
    chain_id: u64,
    transaction: &[u8],
) -> Result<(), BroadcastError> {
    for _ in 0..TURNS {
        match view.broadcast(chain_id, transaction).await {
            Err(BroadcastError::NonceTooHigh(_)) => tokio::time::sleep(TURN).await,
            done => return done,
        }
    }
    view.broadcast(chain_id, transaction).await
}

/// Says what became of a transaction that was not taken. Whatever it is, the same bytes may be sent
/// again; one that is declined may have been taken before.
fn not_sent(error: &BroadcastError) -> ApiError {
    let retry = match error {
        BroadcastError::View(ChainViewError::Declined(_)) => Retry::Never,
        BroadcastError::View(_) => Retry::AskFirst,
        BroadcastError::NonceTooHigh(_) => Retry::Safe,
        _ => Retry::Never,
    };
    ApiError { code: "broadcast", retry, retry_after: None, message: error.to_string() }
}

fn declined(found: &str) -> ApiError {
    let message = format!("expected a transaction that can be sent, found {found}");
    ApiError { code: "broadcast", retry: Retry::Never, retry_after: None, message }
}
