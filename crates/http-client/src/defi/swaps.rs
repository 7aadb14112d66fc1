use countersign_api_types::defi::{ListedSwap, Page, SwapListRequest};

use super::DefiClient;
use crate::{Call, ClientError, InvalidRequest};

impl DefiClient {
    /// Lists swaps.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn swaps(&self, request: &SwapListRequest) -> Result<Page<ListedSwap>, ClientError> {
        let profile = self.profile();
        let query = request.to_query_in(profile).map_err(InvalidRequest::from);
        let query = query.map_err(|error| ClientError::new(Call::Swaps, error))?;
        self.get(Call::Swaps, profile.swaps_path(), &query).await
    }
}
