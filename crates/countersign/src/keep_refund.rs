use async_trait::async_trait;
use countersign_approval::SwapId;
use countersign_bitcoin::RefundRecipe;

/// Keeps what it takes to get coins back from a hash time-locked output, before they go there.
///
/// The recipe holds no secret, and without it coins of a swap that failed stay behind: a flow
/// without a keeper signs no PSBT, and none whose recipe could not be kept.
#[async_trait]
pub trait KeepRefund: Send + Sync {
    /// Keeps a recipe where it outlives this process.
    ///
    /// # Errors
    ///
    /// Returns a [`KeepRefundError`] if it was not kept; nothing is signed then.
    async fn keep(&self, swap_id: SwapId, recipe: &RefundRecipe) -> Result<(), KeepRefundError>;
}

/// Why a recipe was not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the refund recipe was not kept: {0}")]
#[expect(clippy::exhaustive_structs, reason = "a keeper says why")]
pub struct KeepRefundError(pub String);

#[cfg(test)]
struct _DynCompatible(Box<dyn KeepRefund>);
