use countersign_api_types::defi::{AddedApproval, ApprovalSubmission};

use super::DefiClient;
use super::client::check_id;
use crate::{Call, ClientError};

impl DefiClient {
    /// Adds an approval to an intent. The request is sent once.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines, or answers otherwise or
    /// about another intent. Where its [`retry`](ClientError::retry) says `AskFirst`, the approval
    /// may have been added.
    pub async fn add_approval(
        &self,
        intent_id: &str,
        approval: &ApprovalSubmission,
    ) -> Result<AddedApproval, ClientError> {
        let call = Call::AddApproval;
        let path = ["intents", check_id(call, intent_id)?, "approvals"];
        let added: AddedApproval = self.post(call, &path, approval).await?;
        if let Some(answered) = &added.intent_id {
            self.check_same(call, intent_id, answered)?;
        }
        Ok(added)
    }
}
