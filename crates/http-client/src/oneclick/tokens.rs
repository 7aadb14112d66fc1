use countersign_api_types::oneclick::{Token, TokenList, TokensRequest};

use super::OneClickClient;
use crate::{Call, ClientError};

impl OneClickClient {
    /// Lists the tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn tokens(&self, request: &TokensRequest) -> Result<Vec<Token>, ClientError> {
        let path = ["v0", "tokens"];
        let list: TokenList = self.exchange.get(Call::Tokens, &path, &request.to_query()).await?;
        Ok(list.tokens)
    }
}
