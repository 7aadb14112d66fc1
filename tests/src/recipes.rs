use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use countersign::approval::SwapId;
use countersign::bitcoin::RefundRecipe;
use countersign::{KeepRefund, KeepRefundError};

/// Keeps recipes of refunds for as long as a test runs. Its clones keep the same ones.
#[derive(Clone, Debug, Default)]
pub struct Recipes(Arc<Mutex<Vec<RefundRecipe>>>);

impl Recipes {
    /// Returns all that were kept, in their order.
    ///
    /// # Panics
    ///
    /// Panics if another thread did while it kept one.
    pub fn all(&self) -> Vec<RefundRecipe> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl KeepRefund for Recipes {
    async fn keep(&self, _: SwapId, recipe: &RefundRecipe) -> Result<(), KeepRefundError> {
        self.0.lock().unwrap().push(recipe.clone());
        Ok(())
    }
}
