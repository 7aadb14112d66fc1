use async_trait::async_trait;

use crate::{Statement, SwapId};

/// Approves or denies what would be signed, where policy asks for a person.
#[async_trait]
pub trait Reviewer: Send + Sync {
    /// Decides about one approval. An answer that does not come is a denial by the caller's
    /// deadline.
    async fn review(&self, request: &ReviewRequest<'_>) -> Decision;
}

/// What a reviewer is shown.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a reviewer sees all of it")]
pub struct ReviewRequest<'a> {
    /// Which swap.
    pub swap_id: SwapId,
    /// What the signature would allow.
    pub statement: &'a Statement,
    /// The digest that would be signed. What comes back from review must still have it.
    pub digest: [u8; 32],
}

/// What a reviewer decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Decision {
    /// Sign it.
    Approve {
        /// Who says so.
        by: String,
    },
    /// Do not sign it.
    Deny {
        /// Who says so.
        by: String,
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
struct _DynCompatible(Box<dyn Reviewer>);
