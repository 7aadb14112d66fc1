use countersign_api_types::defi::IntentStatus;

use super::DefiClient;
use super::client::check_id;
use crate::{Call, ClientError};

impl DefiClient {
    /// Gets where an intent and its swap stand.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines, or answers otherwise or
    /// about another intent.
    pub async fn intent_status(&self, intent_id: &str) -> Result<IntentStatus, ClientError> {
        let call = Call::IntentStatus;
        let path = ["intents", check_id(call, intent_id)?];
        let status: IntentStatus = self.get(call, &path, "").await?;
        self.check_same(call, intent_id, &status.intent_id)?;
        Ok(status)
    }
}
