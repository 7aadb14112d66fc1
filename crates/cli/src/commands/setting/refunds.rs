use std::path::PathBuf;

use async_trait::async_trait;
use countersign::approval::SwapId;
use countersign::bitcoin::RefundRecipe;
use countersign::{KeepRefund, KeepRefundError};

#[cfg(feature = "sandbox")]
use crate::commands::sandbox::Recipes;
use crate::refunds::Folder;

/// Who keeps recipes of refunds.
pub(crate) struct Refunds {
    folder: Option<Folder>,
    /// At hand for as long as a sandbox runs: what is locked up in it ends with it.
    #[cfg(feature = "sandbox")]
    recipes: Option<Recipes>,
}

impl Refunds {
    /// Keeps them in a folder.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder: Some(Folder(folder)),
            #[cfg(feature = "sandbox")]
            recipes: None,
        }
    }

    /// Keeps them at hand, and in a folder where one is named.
    #[cfg(feature = "sandbox")]
    pub(crate) fn at_hand(recipes: Recipes, folder: Option<PathBuf>) -> Self {
        Self { folder: folder.map(Folder), recipes: Some(recipes) }
    }
}

#[async_trait]
impl KeepRefund for Refunds {
    async fn keep(&self, swap_id: SwapId, recipe: &RefundRecipe) -> Result<(), KeepRefundError> {
        if let Some(folder) = &self.folder {
            folder.keep(swap_id, recipe).await?;
        }
        #[cfg(feature = "sandbox")]
        if let Some(recipes) = &self.recipes {
            recipes.keep(swap_id, recipe).await?;
        }
        Ok(())
    }
}
