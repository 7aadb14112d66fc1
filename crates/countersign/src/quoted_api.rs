use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_api_types::oneclick::{
    DepositSubmission, DepositType, Exact, QuoteOptions, QuoteRequest, QuoteResponse,
    RecipientType, RefundType, StatusRequest, StatusResponse, SwapDetails,
    SwapStatus as QuotedStatus, SwapType, Timestamp,
};
use countersign_http_client::aurora::AuroraClient;
use countersign_http_client::oneclick::OneClickClient;
use countersign_http_client::{ClientError, Retry};
use countersign_units::{Lots, UnixMillis};
use serde_json::value::RawValue;

use crate::deposit::Quoted;
use crate::{
    ApiError, Clock, Intent, Mechanism, Offer, Order, SentTransaction, Status, Submission, SwapApi,
    SwapStatus, SystemClock, Takes,
};

/// How far ahead the deadline of a quote is asked for: until then a deposit is swapped.
const LIFETIME: Duration = Duration::from_mins(30);

/// 1Click, or Aurora over it: APIs that quote a deposit address and sign the quote.
pub struct QuotedApi {
    client: Client,
    lifetime: Duration,
    clock: Arc<dyn Clock>,
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
        Self { client, lifetime: LIFETIME, clock: Arc::new(SystemClock) }
    }

    /// Sets how far ahead the deadline of a quote is asked for; half an hour if this isn't called.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Sets the clock that the deadline is counted by.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    async fn ask(&self, order: &Order, dry: bool) -> Result<Asked, ApiError> {
        let deadline = self.deadline();
        let request = request(order, dry, deadline)?;
        let answer = match &self.client {
            Client::OneClick(client) => client.quote(&request).await?,
            Client::Aurora(client) => {
                let request = request.try_into().map_err(unwritable)?;
                client.quote(&request).await?
            }
        };
        Ok(Asked { deadline, answer })
    }

    /// Returns the deadline to ask for, in whole seconds: that is how it comes back.
    fn deadline(&self) -> UnixMillis {
        let lifetime = u64::try_from(self.lifetime.as_millis()).unwrap_or(u64::MAX);
        let deadline = self.clock.now().value().saturating_add(lifetime);
        UnixMillis::new(deadline.saturating_sub(deadline % 1_000))
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

/// An answer, and the deadline that it was asked by.
struct Asked {
    deadline: UnixMillis,
    answer: Exact<QuoteResponse>,
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
        Takes::Deposit
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        Ok(offer(order, &self.ask(order, true).await?.answer))
    }

    async fn create(&self, order: &Order, _: &Offer) -> Result<Intent, ApiError> {
        let Asked { deadline, answer } = self.ask(order, false).await?;
        let quote = answer.quote.value();
        let id = quote.deposit_address.clone().ok_or_else(no_address)?;
        let quoted = RawValue::from_string(answer.raw().as_str().to_owned());
        let quoted = quoted.map_err(unwritable)?;
        let params = Quoted { asked_deadline: deadline.value(), answer: &quoted };
        Ok(Intent {
            id,
            mechanism: Mechanism::Deposit,
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
            Submission::Approval(_) | Submission::Intent(_) => Err(ApiError::not_taken(submission)),
        }
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let seen = self.ask_status(intent_id).await?;
        Ok(status(&seen))
    }
}

/// Writes what is asked for: exactly the order's amount in, and nothing that was not ordered.
fn request(order: &Order, dry: bool, deadline: UnixMillis) -> Result<QuoteRequest, ApiError> {
    let asset = |ids: &[String], token: &str| {
        let message = format!("the registry names no asset id of {token}");
        let retry = Retry::Never;
        ids.first().cloned().ok_or(ApiError { code: "asset_id", retry, retry_after: None, message })
    };
    Ok(QuoteRequest {
        dry,
        swap_type: SwapType::ExactInput,
        slippage_tolerance: order.slippage,
        origin_asset: asset(&order.source_asset_ids, &order.source.token)?,
        deposit_type: DepositType::OriginChain,
        destination_asset: asset(&order.destination_asset_ids, &order.destination.token)?,
        amount: order.source.amount,
        refund_to: order.refund_address.clone(),
        refund_type: RefundType::OriginChain,
        recipient: order.recipient.clone(),
        recipient_type: RecipientType::DestinationChain,
        deadline: Timestamp::from_millis(deadline).map_err(unwritable)?,
        options: QuoteOptions::default(),
    })
}

fn offer(order: &Order, answer: &QuoteResponse) -> Offer {
    let quote = answer.quote.value();
    // A dry quote has no id that anything depends on.
    let id = answer.correlation_id.clone().filter(|id| !id.is_empty());
    Offer {
        id: id.unwrap_or_else(|| "quote".to_owned()),
        from_token: None,
        from_network: None,
        from_decimals: None,
        from_amount: quote.amount_in,
        to_token: None,
        to_network: None,
        to_decimals: None,
        min_out: quote.min_amount_out,
        max_out: Some(quote.amount_out),
        slippage: Some(order.slippage),
        expires_at: None,
    }
}

/// Reads how far a swap is. That it ended well counts only where something was paid out.
fn status(seen: &StatusResponse) -> SwapStatus {
    let none = SwapDetails::default();
    let details = seen.swap_details.as_ref().unwrap_or(&none);
    let first = |transactions: &[countersign_api_types::oneclick::ChainTransaction]| {
        transactions.iter().map(|sent| sent.hash.clone()).find(|hash| !hash.is_empty())
    };
    let status = match &seen.status {
        QuotedStatus::PendingDeposit => Status::Created,
        QuotedStatus::KnownDepositTx => Status::Approved,
        QuotedStatus::Processing => Status::Deposited,
        QuotedStatus::Success if is_full_refund(details) => Status::Refunded,
        QuotedStatus::Success => Status::Finished,
        QuotedStatus::Refunded => Status::Refunded,
        QuotedStatus::Failed => Status::Failed,
        other => Status::Unknown(other.name().to_owned()),
    };
    SwapStatus {
        status,
        deposit_tx: first(&details.origin_chain_txs),
        payout_tx: first(&details.destination_chain_txs),
    }
}

/// Says whether all came back though the API calls it a success: nothing was paid out then.
fn is_full_refund(details: &SwapDetails) -> bool {
    let some = |amount: Option<Lots>| amount.is_some_and(|amount| !amount.is_zero());
    some(details.refunded_amount)
        && !some(details.amount_out)
        && details.destination_chain_txs.is_empty()
}

fn no_address() -> ApiError {
    let message = "expected a deposit address, found none".to_owned();
    ApiError { code: "no_address", retry: Retry::Never, retry_after: None, message }
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
