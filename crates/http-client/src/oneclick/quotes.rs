use countersign_api_types::oneclick::{Exact, QuoteRequest, QuoteResponse};

use super::OneClickClient;
use crate::{Call, ClientError};

impl OneClickClient {
    /// Gets a quote. A dry one has no effect and may be asked for again; for any other the API
    /// makes a new address, so it is sent once.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    /// Where its [`retry`](ClientError::retry) says `AskFirst`, there may be an address that
    /// nobody knows: it costs nothing, and another quote has another.
    pub async fn quote(&self, request: &QuoteRequest) -> Result<Exact<QuoteResponse>, ClientError> {
        let call = if request.dry { Call::Quote } else { Call::WetQuote };
        self.exchange.post(call, &["v0", "quote"], request).await
    }
}
