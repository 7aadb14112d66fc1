use countersign_api_types::defi::{ListedSwap, Page, SwapListRequest};

use super::DefiClient;
use crate::{Call, ClientError};

impl DefiClient {
    /// Lists swaps.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn swaps(&self, request: &SwapListRequest) -> Result<Page<ListedSwap>, ClientError> {
        self.get(Call::Swaps, &["v1", "swaps"], &request.to_query()).await
    }
}
