use countersign_api_types::oneclick::{
    DepositSubmission, StatusRequest, StatusResponse, Withdrawals, WithdrawalsRequest,
};

use super::OneClickClient;
use crate::{Call, ClientError, InvalidRequest};

impl OneClickClient {
    /// Gets where the swap of a deposit stands.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines, or answers otherwise or
    /// about another deposit.
    pub async fn status(&self, request: &StatusRequest) -> Result<StatusResponse, ClientError> {
        let (call, path) = (Call::SwapStatus, ["v0", "status"]);
        let status = self.exchange.get(call, &path, &request.to_query()).await?;
        self.exchange.check_same(call, request, status)
    }

    /// Tells that a deposit was sent, so that the API sees it sooner.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines, or answers otherwise or
    /// about another deposit.
    pub async fn submit_deposit(
        &self,
        deposit: &DepositSubmission,
    ) -> Result<StatusResponse, ClientError> {
        let (call, path) = (Call::SubmitDeposit, ["v0", "deposit", "submit"]);
        let status = self.exchange.post(call, &path, deposit).await?;
        self.exchange.check_same(call, &deposit.status_request(), status)
    }

    /// Lists what a quote for any input has paid out.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn any_input_withdrawals(
        &self,
        request: &WithdrawalsRequest,
    ) -> Result<Withdrawals, ClientError> {
        let call = Call::Withdrawals;
        let query = request.to_query().map_err(InvalidRequest::from);
        let query = query.map_err(|error| ClientError::new(call, error))?;
        self.exchange.get(call, &["v0", "any-input", "withdrawals"], &query).await
    }
}
