use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_api_types::oneclick::{
    ChainTransaction, DepositSubmission, DepositType, Exact, GenerateIntentRequest, MultiPayload,
    Number, QuoteOptions, QuoteRequest, QuoteResponse, RecipientType, RefundType, Standard,
    StatusRequest, StatusResponse, SubmitIntentRequest, SwapDetails, SwapStatus as QuotedStatus,
    SwapType, Timestamp, Token, TokensRequest, Wire,
};
use countersign_approval::{IntentKey, IntentStandard, NetworkKind, excerpt};
use countersign_http_client::aurora::AuroraClient;
use countersign_http_client::oneclick::OneClickClient;
use countersign_http_client::{Cause, ClientError, Retry};
use countersign_near::implicit_account;
use countersign_units::{Lots, SolanaAddress, TronAddress, UnixMillis};
use serde_json::value::RawValue;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::api::{AMBIGUOUS, OTHER_INTENT};
use crate::deposit::Quoted;
use crate::{
    ApiError, Clock, Intent, Listed, ListedAsset, Mechanism, Offer, OfferDetails, Order,
    SentIntent, SentTransaction, SignedQuote, Status, Submission, SwapApi, SwapStatus, SystemClock,
    Takes,
};

/// How far ahead the deadline of a quote is asked for: until then a deposit is swapped.
const LIFETIME: Duration = Duration::from_mins(30);
/// The same where the deposit is made on Bitcoin: it has to be mined and confirmed before.
const LIFETIME_ON_BITCOIN: Duration = Duration::from_hours(4);

/// How often an intent is asked for that is to be signed: asking has no effect.
const GENERATIONS: u32 = 5;
/// How long to wait before it is asked for again; longer each time.
const GENERATION_PAUSE: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long the list of tokens may take. It is compared with the registry, and decides nothing alone.
const LIST_PATIENCE: Duration = Duration::from_secs(5);

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

    /// Says what the API's own list holds of an order's assets. The list is read once.
    async fn listed(&self, order: &Order) -> Listed {
        let read = timeout(LIST_PATIENCE, self.tokens.get_or_try_init(|| self.read_tokens())).await;
        let tokens = match read {
            Ok(Ok(tokens)) => tokens,
            Ok(Err(error)) => return Listed::Unread { reason: error.to_string() },
            Err(_) => {
                let reason = format!("no answer within {} s", LIST_PATIENCE.as_secs());
                return Listed::Unread { reason };
            }
        };
        let ids = || order.source_asset_ids.iter().chain(&order.destination_asset_ids);
        let is_ours = |token: &&Token| ids().any(|id| *id == token.asset_id);
        let listed = tokens.iter().filter(is_ours).map(|token| ListedAsset {
            id: token.asset_id.clone(),
            decimals: token.decimals,
            address: token.contract_address.clone(),
        });
        Listed::Assets(listed.collect())
    }

    async fn read_tokens(&self) -> Result<Vec<Token>, ClientError> {
        match &self.client {
            Client::OneClick(client) => client.tokens(&TokensRequest::default()).await,
            Client::Aurora(client) => client.tokens().await,
        }
    }

    async fn ask(&self, order: &Order, dry: bool) -> Result<Asked, ApiError> {
        let deadline = self.deadline(order);
        let place = self.place(order)?;
        let request = request(order, (dry, place), deadline)?;
        let answer = match &self.client {
            Client::OneClick(client) => client.quote(&request).await.map_err(unreadable)?,
            Client::Aurora(client) => {
                let request = request.try_into().map_err(unwritable)?;
                client.quote(&request).await.map_err(unreadable)?
            }
        };
        Ok(Asked { deadline, answer })
    }

    /// Returns the account inside the contract that pays, where the funds lie there.
    fn place(&self, order: &Order) -> Result<Option<String>, ApiError> {
        let Some(standard) = self.standard else { return Ok(None) };
        account(standard, &order.owner).map(Some).ok_or_else(|| no_account(standard))
    }

    async fn generate(
        &self,
        standard: IntentStandard,
        (order, address): (&Order, &str),
    ) -> Result<Box<RawValue>, ApiError> {
        let signer_id = account(standard, &order.owner).ok_or_else(|| no_account(standard))?;
        let request = GenerateIntentRequest {
            standard: Standard::from_name(standard.as_str()),
            signer_id,
            deposit_address: address.to_owned(),
        };
        let mut tries = 0_u32;
        let generated = loop {
            tries = tries.saturating_add(1);
            let generated = match &self.client {
                Client::OneClick(client) => client.generate_intent(&request).await,
                Client::Aurora(client) => client.generate_intent(&request).await,
            };
            let Err(error) = generated else { break generated? };
            let error = ApiError::from(error);
            let pause = error.retry_after.unwrap_or(GENERATION_PAUSE.saturating_mul(tries));
            let again = error.retry != Retry::Never && tries < GENERATIONS;
            if !again || pause > LONGEST_PAUSE {
                // There is a quote already: to ask for all of it again would make another one.
                return Err(ApiError { retry: Retry::Never, ..error });
            }
            tracing::warn!(code = error.code, tries, "no intent to be signed was made");
            tokio::time::sleep(pause).await;
        };
        let written = generated.to_json().map_err(unwritable)?;
        RawValue::from_string(written).map_err(unwritable)
    }

    async fn hand_in(&self, sent: &SentIntent) -> Result<(), ApiError> {
        let signed_data = MultiPayload::from_json(&sent.signed).map_err(unwritable)?;
        let request = SubmitIntentRequest { signed_data };
        let answer = match &self.client {
            Client::OneClick(client) => client.submit_intent(&request).await?,
            Client::Aurora(client) => client.submit_intent(&request).await?,
        };
        if answer.intent_hash == sent.hash {
            return Ok(());
        }
        // It may have been taken all the same: its nonce lets it be carried out once.
        let (expected, found) = (&sent.hash, excerpt(&answer.intent_hash));
        let message = format!("expected the intent {expected}, found {found}");
        Err(ApiError { code: OTHER_INTENT, retry: Retry::AskFirst, retry_after: None, message })
    }

    /// Returns the deadline to ask for, in whole seconds: that is how it comes back.
    fn deadline(&self, order: &Order) -> UnixMillis {
        let on_bitcoin = order.source_kind == NetworkKind::Bitcoin && self.standard.is_none();
        let usual = if on_bitcoin { LIFETIME_ON_BITCOIN } else { LIFETIME };
        let lifetime = self.lifetime.unwrap_or(usual);
        let lifetime = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
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

/// Writes what is asked for: exactly the order's amount in, and nothing that was not ordered.
fn request(
    order: &Order,
    (dry, inside): (bool, Option<String>),
    deadline: UnixMillis,
) -> Result<QuoteRequest, ApiError> {
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
        deposit_type: match inside {
            Some(_) => DepositType::Intents,
            None => DepositType::OriginChain,
        },
        destination_asset: asset(&order.destination_asset_ids, &order.destination.token)?,
        amount: order.source.amount,
        refund_type: match inside {
            Some(_) => RefundType::Intents,
            None => RefundType::OriginChain,
        },
        refund_to: inside.unwrap_or_else(|| order.refund_address.clone()),
        recipient: order.recipient.clone(),
        recipient_type: RecipientType::DestinationChain,
        deadline: Timestamp::from_millis(deadline).map_err(unwritable)?,
        options: QuoteOptions::default(),
    })
}

fn offer(order: &Order, answer: &QuoteResponse, (listed, signed): (Listed, SignedQuote)) -> Offer {
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
        told: OfferDetails {
            through: None,
            time_estimate: quote
                .time_estimate
                .as_ref()
                .and_then(Number::to_u64)
                .map(Duration::from_secs),
            app_fees: Some(app_fees(answer.quote_request.value())),
            withdraw_fee: quote.withdraw_fee,
            listed,
            signed: Some(signed),
        },
    }
}

/// Adds up all application fees that an echo names, ours or not.
fn app_fees(echo: &QuoteRequest) -> u64 {
    echo.options.app_fees.iter().map(|fee| u64::from(fee.fee.value())).fold(0, u64::saturating_add)
}

/// Reads how far a swap is. That it ended well counts only where something was paid out.
fn status(seen: &StatusResponse, inside: bool) -> SwapStatus {
    let none = SwapDetails::default();
    let details = seen.swap_details.as_ref().unwrap_or(&none);
    let hashes = |transactions: &[ChainTransaction]| -> Vec<String> {
        let hashes = transactions.iter().map(|sent| sent.hash.clone());
        hashes.filter(|hash| !hash.is_empty()).collect()
    };
    let paid_out = hashes(&details.destination_chain_txs);
    let is_paid =
        details.amount_out.is_some_and(|amount| !amount.is_zero()) || !paid_out.is_empty();
    let status = match &seen.status {
        QuotedStatus::PendingDeposit => Status::Created,
        QuotedStatus::KnownDepositTx => Status::Approved,
        QuotedStatus::IncompleteDeposit => Status::Incomplete,
        QuotedStatus::Processing => Status::Deposited,
        QuotedStatus::Success if is_full_refund(details) => Status::Refunded,
        QuotedStatus::Success if is_paid => Status::Finished,
        QuotedStatus::Refunded => Status::Refunded,
        QuotedStatus::Failed => Status::Failed,
        other => Status::Unknown(other.name().to_owned()),
    };
    let deposits = hashes(&details.origin_chain_txs);
    SwapStatus {
        deposit_tx: deposits.first().cloned(),
        payout_tx: paid_out.into_iter().next(),
        amount_out: details.amount_out,
        paid_in: if inside { details.intent_hashes.clone() } else { deposits },
        ..SwapStatus::new(status)
    }
}

/// Says whether all came back though the API calls it a success: nothing was paid out then.
fn is_full_refund(details: &SwapDetails) -> bool {
    let some = |amount: Option<Lots>| amount.is_some_and(|amount| !amount.is_zero());
    some(details.refunded_amount)
        && !some(details.amount_out)
        && details.destination_chain_txs.is_empty()
}

/// Returns the account inside the contract that follows from the key of an account elsewhere.
fn account(standard: IntentStandard, owner: &str) -> Option<String> {
    let ed25519 = || owner.parse().ok().map(|it: SolanaAddress| IntentKey::Ed25519(*it.as_bytes()));
    let evm = || owner.parse().ok().map(IntentKey::Secp256k1);
    let tron = || owner.parse::<TronAddress>().ok().map(|it| IntentKey::Secp256k1(it.to_evm()));
    let key = evm().or_else(tron).or_else(ed25519)?;
    standard.takes(&key).then(|| implicit_account(&key))
}

fn no_account(standard: IntentStandard) -> ApiError {
    let message = format!("expected an owner whose key signs by {}", standard.as_str());
    ApiError { code: "no_account", retry: Retry::Never, retry_after: None, message }
}

/// Tells a quote that can be read in two ways, which is a lie, from one that can't be read.
fn unreadable(error: ClientError) -> ApiError {
    let ambiguous = matches!(
        error.cause(),
        Cause::Undecodable { reason, .. } if reason.is_ambiguous()
    );
    let error = ApiError::from(error);
    if ambiguous { ApiError { code: AMBIGUOUS, ..error } } else { error }
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
