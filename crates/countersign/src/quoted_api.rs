mod asking;
mod intents;
mod listing;
mod offer;
mod status;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_api_types::oneclick::{DepositSubmission, StatusRequest, StatusResponse, Token};
use countersign_approval::IntentStandard;
use countersign_http_client::aurora::AuroraClient;
use countersign_http_client::oneclick::OneClickClient;
use countersign_http_client::{ClientError, Retry};
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use crate::deposit::Quoted;
use crate::{
    ApiError, Clock, Intent, Mechanism, Offer, Order, SentTransaction, SignedQuote, Submission,
    SwapApi, SwapStatus, SystemClock, Takes,
};
use asking::Asked;
use offer::offer;
use status::status;

/// 1Click, or Aurora over it: APIs that quote a deposit address and sign the quote.
pub struct QuotedApi {
    client: Client,
    /// By which standard intents are signed, where the funds lie with the API.
    standard: Option<IntentStandard>,
    /// How far ahead deadlines are asked for, where it does not follow from the source chain.
    lifetime: Option<Duration>,
    clock: Arc<dyn Clock>,
    /// The API's own list, once it was read.
    tokens: OnceCell<Vec<Token>>,
}

enum Client {
    OneClick(OneClickClient),
    Aurora(AuroraClient),
}

impl QuotedApi {
    /// Takes a client of 1Click.
    pub fn oneclick(client: OneClickClient) -> Self {
        Self::over(Client::OneClick(client))
    }

    /// Takes a client of Aurora.
    pub fn aurora(client: AuroraClient) -> Self {
        Self::over(Client::Aurora(client))
    }

    fn over(client: Client) -> Self {
        let (standard, clock) = (None, Arc::new(SystemClock));
        Self { client, standard, lifetime: None, clock, tokens: OnceCell::new() }
    }

    /// Lets swaps be paid for by signed intents, over funds that lie inside the intents contract.
    #[must_use]
    pub fn by_intent(mut self, standard: IntentStandard) -> Self {
        self.standard = Some(standard);
        self
    }

    /// Sets how far ahead the deadline of a quote is asked for; if this isn't called, half an hour, and
    /// four where the deposit is made on Bitcoin.
    #[must_use]
    pub const fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Sets the clock that the deadline is counted by.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    async fn ask_status(&self, intent_id: &str) -> Result<StatusResponse, ClientError> {
        let request = StatusRequest { deposit_address: intent_id.to_owned(), deposit_memo: None };
        match &self.client {
            Client::OneClick(client) => client.status(&request).await,
            Client::Aurora(client) => client.status(&request).await,
        }
    }

    async fn tell(&self, intent_id: &str, sent: &SentTransaction) -> Result<(), ClientError> {
        let submission = DepositSubmission {
            tx_hash: sent.id.clone(),
            deposit_address: intent_id.to_owned(),
            near_sender_account: None,
            memo: None,
        };
        match &self.client {
            Client::OneClick(client) => client.submit_deposit(&submission).await.map(drop),
            Client::Aurora(client) => client.submit_deposit(&submission).await.map(drop),
        }
    }
}

#[async_trait]
impl SwapApi for QuotedApi {
    fn name(&self) -> &'static str {
        match self.client {
            Client::OneClick(_) => "oneclick",
            Client::Aurora(_) => "aurora",
        }
    }

    fn takes(&self) -> Takes {
        self.standard.map_or(Takes::Deposit, Takes::SignedIntent)
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        let asked_at = self.clock.now();
        let (asked, listed) = tokio::join!(self.ask(order, true), self.listed(order));
        let Asked { deadline, answer } = asked?;
        let signed = SignedQuote {
            asked_at,
            deadline,
            inside: self.place(order)?,
            answer: answer.raw().as_str().to_owned(),
        };
        Ok(offer(order, &answer, (listed, signed)))
    }

    async fn create(&self, order: &Order, _: &Offer) -> Result<Intent, ApiError> {
        let asked_at = self.clock.now();
        let Asked { deadline, answer } = self.ask(order, false).await?;
        let quote = answer.quote.value();
        // An answer without an address is refused for that, with all else.
        let id = quote.deposit_address.clone().unwrap_or_else(|| "none".to_owned());
        let quoted = RawValue::from_string(answer.raw().as_str().to_owned());
        let quoted = quoted.map_err(unwritable)?;
        let intent = match self.standard {
            Some(standard) => Some(self.generate(standard, (order, &id)).await?),
            None => None,
        };
        let params = Quoted {
            asked_at: asked_at.value(),
            asked_deadline: deadline.value(),
            answer: &quoted,
            intent: intent.as_deref(),
        };
        Ok(Intent {
            id,
            mechanism: match self.standard {
                Some(_) => Mechanism::SignedIntent,
                None => Mechanism::Deposit,
            },
            deadline: Some(answer.quote_request.value().deadline.millis().to_seconds()),
            secret_hash: None,
            approve_to: None,
            params_to_sign: Some(serde_json::to_string(&params).map_err(unwritable)?),
            beside: None,
            offer: None,
            from_address: None,
            to_address: None,
            refund_address: None,
        })
    }

    async fn submit(&self, intent_id: &str, submission: &Submission) -> Result<(), ApiError> {
        match submission {
            Submission::Deposit(sent) => Ok(self.tell(intent_id, sent).await?),
            Submission::Intent(sent) => self.hand_in(sent).await,
            Submission::Approval(_) => Err(ApiError::not_taken(submission)),
        }
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let seen = self.ask_status(intent_id).await?;
        Ok(status(&seen, self.standard.is_some()))
    }
}

fn unwritable(error: impl std::fmt::Display) -> ApiError {
    ApiError {
        code: "unwritable",
        retry: Retry::Never,
        retry_after: None,
        message: error.to_string(),
    }
}

impl std::fmt::Debug for QuotedApi {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("QuotedApi").field("name", &self.name()).finish_non_exhaustive()
    }
}
