use countersign_api_types::defi::{Quote, QuoteRequest};

use super::DefiClient;
use crate::{Call, ClientError};

impl DefiClient {
    /// Gets the best quote. It has no effect; it is tried again only where that was set.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn quote(&self, request: &QuoteRequest) -> Result<Quote, ClientError> {
        self.post(Call::Quote, self.profile().quotes_path(), request).await
    }
}
