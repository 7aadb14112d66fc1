//! A call that was signed, until it is mined.

use std::time::Duration;

use countersign_approval::{BroadcastError, CallChainView, CallState};
use countersign_evm::SignedCall;
use tokio::time::{Instant, sleep};

use super::NotChanged;
use crate::flow::deposit::broadcast_in_turn;

/// How long to wait until a call is mined.
const MINED_WITHIN: Duration = Duration::from_mins(3);
/// How often to look, at first and at most.
const FIRST_LOOK: Duration = Duration::from_millis(200);
const LONGEST_LOOK: Duration = Duration::from_secs(4);

/// Sends a call until it is in a block where it succeeded, and returns the block's height. A node that
/// declines it is asked again: prices fall, and what is given up would leave a nonce that nothing fills.
pub(super) async fn mined(
    view: &dyn CallChainView,
    chain_id: u64,
    signed: &SignedCall,
) -> Result<u64, NotChanged> {
    let (began, mut pause) = (Instant::now(), FIRST_LOOK);
    let mut declined = send(view, chain_id, signed).await;
    loop {
        match view.call_state(chain_id, *signed.hash()).await {
            Ok(CallState::Mined { succeeded: true, block, .. }) => return Ok(block),
            Ok(CallState::Mined { block, .. }) => return Err(NotChanged::Failed { block }),
            Ok(CallState::Unknown) => match declined {
                Some(error @ BroadcastError::NonceTooLow) => {
                    return Err(NotChanged::Declined(error));
                }
                _ => declined = send(view, chain_id, signed).await,
            },
            Ok(CallState::Pending) => declined = None,
            Err(_) => {}
        }
        if began.elapsed() >= MINED_WITHIN {
            let waits = NotChanged::Waits { after: MINED_WITHIN };
            return Err(declined.map_or(waits, NotChanged::Declined));
        }
        sleep(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST_LOOK);
    }
}

/// Sends a call, and returns why the node does not take it, where it says so.
async fn send(
    view: &dyn CallChainView,
    chain_id: u64,
    signed: &SignedCall,
) -> Option<BroadcastError> {
    match broadcast_in_turn(view, chain_id, signed.as_bytes()).await {
        Ok(()) | Err(BroadcastError::View(_) | BroadcastError::NonceTooHigh(_)) => None,
        Err(declined) => Some(declined),
    }
}
