//! The account nonces that are missing below one of ours.

use countersign_approval::{EvmPolicy, Ledger, Taken, Terms};

use super::account::{Account, WINDOW, WINDOWS};
use crate::FlowError;
use crate::flow::chain::in_time;
use crate::flow::{CancelCall, Countersign};

/// The account nonces below one of a swap's that no node has seen, the lowest first. What has that
/// one waits for all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gap {
    /// Those that nobody has, or the swap itself: it may use them.
    pub(crate) open: Vec<u64>,
    /// Those of others, with who has them.
    pub(crate) others: Vec<(u64, Taken)>,
    /// How many may be used up.
    pub(crate) most: u64,
}

impl Gap {
    pub(crate) const fn is_none(&self) -> bool {
        self.open.is_empty() && self.others.is_empty()
    }
}

impl Countersign {
    /// Looks for what is missing below the account nonce of a swap's transaction.
    pub(crate) async fn gap_below(
        &self,
        ledger: &dyn Ledger,
        swap: &Terms<()>,
        call: &CancelCall,
    ) -> Result<Gap, FlowError> {
        let network = &swap.source.network;
        let CancelCall { chain_id, owner, account_nonce, .. } = *call;
        let view = self.call_chain(network)?;
        let counted = in_time(network, view.account_nonce(chain_id, owner)).await?;
        let policy = self.config.policy()?;
        let most = policy.evm().map_or(EvmPolicy::MAX_PENDING, |evm| evm.max_pending);
        let (mut gap, account) = (Gap { most, ..Gap::default() }, Account { chain_id, owner });
        let mut from = counted.pending.max(counted.mined);
        for _ in 0..WINDOWS {
            let window = from..from.saturating_add(WINDOW).min(account_nonce);
            if window.is_empty() {
                break;
            }
            from = window.end;
            let mut taken = account.taken(ledger, window.clone()).await?;
            for nonce in window {
                match taken.remove(&nonce) {
                    Some(taken) if taken.swap_id != swap.swap_id => {
                        gap.others.push((nonce, taken));
                    }
                    _ => gap.open.push(nonce),
                }
            }
        }
        Ok(gap)
    }
}
