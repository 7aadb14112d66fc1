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
    /// nothing else, so that both stand in each other's way. Beside it free account nonces are taken
    /// that are [below](is_nonce_below) one of the swap's: what has that waits for them. A ledger that
    /// does not keep cancels records none.
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

    /// Gives back what a swap took by which nothing was signed, and has no history here. Its limits
    /// stay counted.
    ///
    /// # Errors
    ///
    /// Returns [`LedgerError::Unavailable`] if it can't be written, or gives nothing back.
    async fn give_back(&self, _swap_id: SwapId) -> Result<(), LedgerError> {
        Err(LedgerError::Unavailable("it gives nothing back"))
    }

    /// Says which of some resources belong to a swap, in no order. What is free is not there.
    ///
    /// It is what was so when it was asked: only [`record`](Self::record) takes anything.
    ///
    /// # Errors
    ///
    /// Returns [`LedgerError::Unavailable`] if it can't be read.
    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, LedgerError>;

    /// Says how it stands with what a swap took; nothing where the swap has no history here.
    ///
    /// # Errors
    ///
    /// Returns [`LedgerError::Unavailable`] if it can't be read.
    async fn standing(&self, _taken: &Taken) -> Result<Option<Standing>, LedgerError> {
        Ok(None)
    }
}

/// How it stands with what a swap took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every ledger fills it in whole")]
pub struct Standing {
    /// Whether the swap is at its end: nobody goes on with it.
    pub is_ended: bool,
    /// Until when what the swap was approved for is wanted, where that is known.
    pub deadline: Option<UnixSeconds>,
    /// Since when a cancel of the swap has it, where its approval had not.
    pub cancelled_at: Option<UnixSeconds>,
    /// Whether a cancel signed what takes the place of the swap's deposit, with its account nonce.
    pub is_replaced: bool,
}

/// Says whether a resource is an account nonce that has to be used before another one of the same
/// account.
///
/// # Examples
///
/// ```
/// use countersign_approval::is_nonce_below;
///
/// assert!(is_nonce_below("evm:1:0xab:account-nonce:9", "evm:1:0xab:account-nonce:10"));
/// assert!(!is_nonce_below("evm:1:0xab:account-nonce:9", "evm:1:0xcd:account-nonce:10"));
/// ```
pub fn is_nonce_below(resource: &str, other: &str) -> bool {
    let (Some((account, nonce)), Some((same, later))) = (nonce_of(resource), nonce_of(other))
    else {
        return false;
    };
    account == same && nonce < later
}

/// Reads the name of an account nonce: whose it is, and which.
fn nonce_of(resource: &str) -> Option<(&str, u64)> {
    let (account, nonce) = resource.rsplit_once(":account-nonce:")?;
    Some((account, nonce.parse().ok()?))
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
