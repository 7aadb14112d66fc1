use countersign_api_types::aurora::{QuoteRequest, TokenList};
use countersign_api_types::oneclick::{
    DepositSubmission, Exact, GenerateIntentRequest, GeneratedIntent, QuoteResponse, StatusRequest,
    StatusResponse, SubmitIntentRequest, SubmittedIntent, Token,
};

use super::AuroraClientBuilder;
use crate::oneclick::Exchange;
use crate::transport::BaseUrl;
use crate::{Call, ClientError};

/// Where Aurora's API is.
pub const AURORA_URL: &str = "https://intents-api.aurora.dev";

/// A client of Aurora's API in front of 1Click.
///
/// Clones share their connections. The API key is a part of every URL, so no URL is shown.
///
/// # Examples
///
/// ```
/// use countersign_http_client::AuroraClient;
/// use countersign_http_client::aurora::AURORA_URL;
///
/// let key = "an API key".replace(' ', "-");
/// let client = AuroraClient::builder(AURORA_URL).api_key(key.clone().into()).build()?;
/// assert!(!format!("{client:?}").contains(&key));
/// # Ok::<_, countersign_http_client::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AuroraClient {
    exchange: Exchange,
}

impl AuroraClient {
    /// Begins to set up a client of the API at a base URL, such as [`AURORA_URL`].
    pub fn builder(base_url: &str) -> AuroraClientBuilder {
        AuroraClientBuilder::new(base_url)
    }

    pub(super) const fn new(exchange: Exchange) -> Self {
        Self { exchange }
    }

    /// Returns where the API is.
    pub const fn base_url(&self) -> &BaseUrl {
        self.exchange.base_url()
    }

    /// Lists the tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines or answers otherwise.
    pub async fn tokens(&self) -> Result<Vec<Token>, ClientError> {
        let list: TokenList = self.exchange.get(Call::Tokens, &["api", "tokens"], "").await?;
        Ok(list.tokens)
    }

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
        self.exchange.post(call, &["api", "quote"], request).await
    }

    /// Gets where the swap of a deposit stands. Of a confidential one only the status is told.
    ///
    /// # Errors
    ///
    /// Returns a [`ClientError`] if the API can't be reached, declines, or answers otherwise or
    /// about another deposit.
    pub async fn status(&self, request: &StatusRequest) -> Result<StatusResponse, ClientError> {
        let (call, path) = (Call::SwapStatus, ["api", "status"]);
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
        let (call, path) = (Call::SubmitDeposit, ["api", "deposit", "submit"]);
        let status = self.exchange.post(call, &path, deposit).await?;
        self.exchange.check_same(call, &deposit.status_request(), status)
    }

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
        self.exchange.post(Call::GenerateIntent, &["api", "generate-intent"], request).await
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
        self.exchange.post(Call::SubmitIntent, &["api", "submit-intent"], request).await
    }
}
