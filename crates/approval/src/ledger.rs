use async_trait::async_trait;
use countersign_units::UnixSeconds;

use crate::{AssetLimits, Claim, SwapId};

/// Remembers what was reserved, so that no swap is approved twice and no limit is passed.
///
/// [`reserve`](crate::reserve) is the only caller that turns a `record` into a
/// [`Reservation`](crate::Reservation).
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Records a claim, all of it or nothing.
    ///
    /// # Errors
    ///
    /// Returns a [`LedgerError`] if the swap has a live reservation, if one of the claim's
    /// resources belongs to another swap, if the rolling limit would be passed, or if it can't be written.
    async fn record(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), LedgerError>;

    /// Records what makes a swap's live approval useless, all of it or nothing. No limit counts.
    ///
    /// What it takes is free, or the swap's own. A swap has one live cancel: the next one takes
    /// nothing else, so that both stand in each other's way. A ledger that does not keep cancels
    /// records none.
    ///
    /// # Errors
    ///
    /// Returns a [`LedgerError`] if the swap has no live approval, if one of the resources belongs to
    /// another swap, if another cancel of the swap may still take effect, or if it can't be written.
    async fn record_cancel(&self, _claim: &Claim, _now: UnixSeconds) -> Result<(), LedgerError> {
        Err(LedgerError::Unavailable("it keeps no cancels"))
    }

    /// Frees the limits of a swap whose approval can no longer be used. Its resources stay taken.
    ///
    /// # Errors
    ///
    /// Returns [`LedgerError::LiveApproval`] if the approval can still be used, and
    /// [`LedgerError::Unavailable`] if it can't be written.
    async fn release(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), LedgerError>;

    /// Says which of some resources belong to a swap, in no order. What is free is not there.
    ///
    /// It is what was so when it was asked: only [`record`](Self::record) takes anything.
    ///
    /// # Errors
    ///
    /// Returns [`LedgerError::Unavailable`] if it can't be read.
    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, LedgerError>;

    /// Returns until when what a swap was approved for is wanted, where that is known here.
    ///
    /// # Errors
    ///
    /// Returns [`LedgerError::Unavailable`] if it can't be read.
    async fn deadline(&self, _swap_id: SwapId) -> Result<Option<UnixSeconds>, LedgerError> {
        Ok(None)
    }
}

/// A nonce, coin or message that a swap took.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every ledger fills it in whole")]
pub struct Taken {
    /// The nonce, coin or message.
    pub resource: String,
    /// The swap that it belongs to.
    pub swap_id: SwapId,
    /// When the swap's last approval was reserved.
    pub reserved_at: UnixSeconds,
    /// The last moment at which the swap's last approval can or could be used, be it dead by now or
    /// not; the largest one where time does not end it.
    pub valid_until: UnixSeconds,
}

/// Why a ledger did not record a claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The swap's first approval can still be used.
    #[error("swap {swap_id} has a live approval {}", lasts(*valid_until))]
    LiveApproval {
        /// The swap.
        swap_id: SwapId,
        /// The last moment at which its approval can be used, in Unix seconds; the largest one where
        /// time does not end it.
        valid_until: UnixSeconds,
    },
    /// A nonce, coin or message was used by another swap.
    #[error("{resource} belongs to swap {swap_id}")]
    ResourceTaken {
        /// The nonce, coin or message.
        resource: String,
        /// The swap that used it.
        swap_id: SwapId,
    },
    /// There is no live approval of the swap that could be cancelled.
    #[error("swap {swap_id} has no live approval to cancel")]
    NothingLive {
        /// The swap.
        swap_id: SwapId,
    },
    /// Another cancel of the swap may still take effect: a second one must take the same.
    #[error("swap {swap_id} has a cancel by {resource} that may still take effect")]
    OtherCancel {
        /// The swap.
        swap_id: SwapId,
        /// What that cancel took.
        resource: String,
    },
    /// The rolling limit of an asset would be passed.
    #[error("limit per day of {token}: {left} base units left, {asked} asked for")]
    LimitPerDay {
        /// The token's key.
        token: String,
        /// What is left of the limit.
        left: countersign_units::Lots,
        /// What was asked for.
        asked: countersign_units::Lots,
    },
    /// The ledger can't be read or written.
    #[error("the ledger is not available: {0}")]
    Unavailable(&'static str),
}

fn lasts(valid_until: UnixSeconds) -> String {
    if valid_until.value() == u64::MAX {
        return "for good: time does not end it".to_owned();
    }
    format!("until {valid_until}")
}

#[cfg(test)]
struct _DynCompatible(Box<dyn Ledger>);
