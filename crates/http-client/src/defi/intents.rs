use countersign_api_types::defi::{CreateIntentRequest, CreatedIntent};

use super::DefiClient;
use crate::{Call, ClientError};

impl DefiClient {
    /// Creates an intent. The request is sent once.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    /// Where its [`retry`](ClientError::retry) says `AskFirst`, there may be an intent.
    pub async fn create_intent(
        &self,
        request: &CreateIntentRequest,
    ) -> Result<CreatedIntent, ClientError> {
        self.post(Call::CreateIntent, &["intents"], request).await
    }
}
