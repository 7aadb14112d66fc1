use countersign_api_types::defi::{Page, Token, TokensRequest};

use super::DefiClient;
use crate::{Call, ClientError};

impl DefiClient {
    /// Lists tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn tokens(&self, request: &TokensRequest) -> Result<Page<Token>, ClientError> {
        self.get(Call::Tokens, &["tokens"], &request.to_query()).await
    }
}
