use async_trait::async_trait;
use countersign_api_types::defi::{
    Asset, AssetFilter, CreateIntentRequest, CreatedIntent, HumanAmount, ListedSwap, Quote,
    QuoteRequest, SwapListRequest,
};
use countersign_approval::is_same_address;
use countersign_http_client::{Cause, ClientError, DefiClient};
use countersign_units::UnixMillis;

use crate::{ApiError, Intent, Offer, OfferDetails, Order, Submission, SwapApi, SwapStatus};

/// How many intents of the list are asked for.
const LISTED: u64 = 100;

/// The Changelly DeFi API behind the flow.
#[derive(Clone, Debug)]
pub struct DefiApi {
    client: DefiClient,
}

impl DefiApi {
    /// Takes a client, which knows the base URL, the key and the dialect.
    pub const fn new(client: DefiClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl SwapApi for DefiApi {
    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        Ok(self.client.quote(&order.into()).await?.into())
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        let request = CreateIntentRequest {
            quote_id: offer.id.clone(),
            from_address: order.owner.clone(),
            refund_address: order.refund_address.clone(),
            public_key: order.public_key.clone(),
            to_address: order.recipient.clone(),
            order: Some(order.into()),
        };
        Ok(self.client.create_intent(&request).await?.into())
    }

    async fn submit(&self, intent_id: &str, submission: &Submission) -> Result<(), ApiError> {
        let Submission::Approval(approval) = submission else {
            return Err(ApiError::not_taken(submission));
        };
        self.client.add_approval(intent_id, approval).await?;
        Ok(())
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let found = self.client.intent_status(intent_id).await?;
        let (deposit_tx, payout_tx) = (found.from.tx, found.to.tx);
        Ok(SwapStatus { deposit_tx, payout_tx, ..SwapStatus::new(found.status) })
    }

    async fn created_since(
        &self,
        order: &Order,
        since: UnixMillis,
    ) -> Result<Option<Vec<String>>, ApiError> {
        let (from, to) = (order.source_address.clone(), order.destination_address.clone());
        let request = SwapListRequest {
            between: Some(AssetFilter::Addresses { from, to }),
            created_from_micros: Some(since.value().saturating_mul(1_000)),
            limit: Some(LISTED),
            ..SwapListRequest::default()
        };
        let page = self.client.swaps(&request).await?;
        let by_us = |swap: &&ListedSwap| {
            let address = swap.swap.from.address.as_ref();
            address.is_none_or(|address| is_same_address(address, &order.owner))
        };
        let ids = page.items.iter().filter(by_us).map(|swap| swap.swap.intent_id.clone());
        Ok(Some(ids.collect()))
    }
}

impl From<&Order> for QuoteRequest {
    fn from(order: &Order) -> Self {
        let asset = |network_id, address: &String| Asset::ByAddress {
            network_id,
            address: address.clone(),
        };
        Self {
            from: asset(order.source_network_id, &order.source_address),
            to: asset(order.destination_network_id, &order.destination_address),
            amount: HumanAmount::from_lots(order.source.amount, order.source.decimals),
            slippage_bps: order.slippage,
        }
    }
}

impl From<Quote> for Offer {
    fn from(quote: Quote) -> Self {
        Self {
            id: quote.id,
            from_token: quote.from.token,
            from_network: quote.from.network_id,
            from_decimals: quote.from.decimals,
            from_amount: quote.from.amount,
            to_token: quote.to.token,
            to_network: quote.to.network_id,
            to_decimals: quote.to.decimals,
            min_out: quote.to.min_amount,
            max_out: quote.to.max_amount,
            slippage: quote.slippage_bps,
            expires_at: quote.expires_at,
            told: OfferDetails {
                through: quote.mid.and_then(|mid| mid.token),
                ..OfferDetails::default()
            },
        }
    }
}

impl From<CreatedIntent> for Intent {
    fn from(intent: CreatedIntent) -> Self {
        Self {
            id: intent.id,
            mechanism: intent.mechanism.into(),
            deadline: intent.deadline,
            secret_hash: intent.secret_hash,
            approve_to: intent.approve_to,
            params_to_sign: intent.params_to_sign.map(|params| params.as_str().to_owned()),
            beside: intent.beside.map(|beside| beside.as_str().to_owned()),
            offer: intent.quote.map(Offer::from),
            from_address: intent.from_address,
            to_address: intent.to_address,
            refund_address: intent.refund_address,
        }
    }
}

impl From<ClientError> for ApiError {
    fn from(error: ClientError) -> Self {
        let retry_after = match error.cause() {
            Cause::RateLimited { retry_after } => *retry_after,
            _ => None,
        };
        let gone = matches!(
            error.cause(),
            Cause::Status { status: 404, .. }
                | Cause::Api { status: 404, .. }
                | Cause::OneClick { status: 404, .. }
        );
        let code = if gone { "not_found" } else { error.code() };
        let retry = error.retry();
        Self { code, retry, retry_after, message: error.to_string() }
    }
}
