use countersign_api_types::oneclick::{
    GenerateIntentRequest, GeneratedIntent, SubmitIntentRequest, SubmittedIntent,
};

use super::OneClickClient;
use crate::{Call, ClientError};

impl OneClickClient {
    /// Has an intent made that moves the amount of a quote to its deposit address. It has no
    /// effect before it is signed.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn generate_intent(
        &self,
        request: &GenerateIntentRequest,
    ) -> Result<GeneratedIntent, ClientError> {
        self.exchange.post(Call::GenerateIntent, &["v0", "generate-intent"], request).await
    }

    /// Hands in a signed intent. The request is sent once.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    /// Where its [`retry`](ClientError::retry) says `AskFirst`, the intent may be carried out:
    /// the swap's status tells.
    pub async fn submit_intent(
        &self,
        request: &SubmitIntentRequest,
    ) -> Result<SubmittedIntent, ClientError> {
        self.exchange.post(Call::SubmitIntent, &["v0", "submit-intent"], request).await
    }
}
