//! What is asked for: exactly the order's amount in, until a deadline.

use std::time::Duration;

use countersign_api_types::oneclick::{
    DepositType, Exact, QuoteOptions, QuoteRequest, QuoteResponse, RecipientType, RefundType,
    SwapType, Timestamp,
};
use countersign_approval::NetworkKind;
use countersign_http_client::{Cause, ClientError, Retry};
use countersign_units::UnixMillis;

use super::intents::{account, no_account};
use super::{Client, QuotedApi, unwritable};
use crate::api::AMBIGUOUS;
use crate::{ApiError, Order};

/// How far ahead the deadline of a quote is asked for: until then a deposit is swapped.
const LIFETIME: Duration = Duration::from_mins(30);
/// The same where the deposit is made on Bitcoin: it has to be mined and confirmed before.
const LIFETIME_ON_BITCOIN: Duration = Duration::from_hours(4);

/// An answer, and the deadline that it was asked by.
pub(super) struct Asked {
    pub(super) deadline: UnixMillis,
    pub(super) answer: Exact<QuoteResponse>,
}

impl QuotedApi {
    pub(super) async fn ask(&self, order: &Order, dry: bool) -> Result<Asked, ApiError> {
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
    pub(super) fn place(&self, order: &Order) -> Result<Option<String>, ApiError> {
        let Some(standard) = self.standard else { return Ok(None) };
        account(standard, &order.owner).map(Some).ok_or_else(|| no_account(standard))
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

/// Tells a quote that can be read in two ways, which is a lie, from one that can't be read.
fn unreadable(error: ClientError) -> ApiError {
    let ambiguous = matches!(
        error.cause(),
        Cause::Undecodable { reason, .. } if reason.is_ambiguous()
    );
    let error = ApiError::from(error);
    if ambiguous { ApiError { code: AMBIGUOUS, ..error } } else { error }
}
