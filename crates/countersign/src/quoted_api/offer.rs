//! A quote as an offer.

use std::time::Duration;

use countersign_api_types::oneclick::{Number, QuoteRequest, QuoteResponse};

use crate::{Listed, Offer, OfferDetails, Order, SignedQuote};

pub(super) fn offer(
    order: &Order,
    answer: &QuoteResponse,
    (listed, signed): (Listed, SignedQuote),
) -> Offer {
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
