//! `countersign quote`: what a swap would bring.

use countersign::api_types::defi::{Quote, QuoteRequest};
use countersign::approval::excerpt;
use countersign::units::{Bps, UnixMillis};
use countersign::{Clock, FlowError, Offer, Order, Step, SystemClock};
use serde::Serialize;

use super::counterparty::{Counterparty, ask};
use crate::arguments;
use crate::exit::{Ended, Failure};
use crate::output;

/// A quote, as `--json` shows it: amounts in base units, and as decimal numbers.
#[derive(Serialize)]
struct Report<'a> {
    id: &'a str,
    from: Paid,
    to: Bought,
    /// The token on the way, as the API names it.
    through: Option<&'a str>,
    slippage_bps: Option<u16>,
    expires_at_ms: Option<u64>,
}

#[derive(Serialize)]
struct Paid {
    token: String,
    lots: String,
    amount: String,
}

#[derive(Serialize)]
struct Bought {
    token: String,
    min_lots: String,
    min_amount: String,
    max_lots: Option<String>,
    max_amount: Option<String>,
}

pub(crate) fn run(arguments: &arguments::Quote) -> Result<Ended, Failure> {
    let (order, quote) =
        ask(&arguments.endpoint, async |counterparty| inquire(arguments, counterparty).await)?;
    let report = Report::new(arguments, &order, &quote);
    let written = if arguments.endpoint.json { output::json(&report) } else { report.print() };
    written.map(|()| Ended::Done)
}

async fn inquire(
    arguments: &arguments::Quote,
    counterparty: &Counterparty,
) -> Result<(Order, Quote), Failure> {
    let registry = counterparty.registry(arguments.registry.as_deref())?;
    let trade = &arguments.trade;
    let (from, to) = (trade.from(), trade.to());
    let order = Order::inquiry(&from, &to, trade.amount(), trade.slippage, &registry)
        .map_err(FlowError::from)?;
    let quote = counterparty.client.quote(&QuoteRequest::from(&order)).await?;
    let checked = Offer::from(quote.clone()).check(&order, SystemClock.now());
    checked.map_err(|refusal| FlowError::Refused { step: Step::Quote, refusal })?;
    Ok((order, quote))
}

impl<'a> Report<'a> {
    fn new(arguments: &arguments::Quote, order: &Order, quote: &'a Quote) -> Self {
        let (gives, gets, paid_out) = (&order.source, &order.destination, &quote.to);
        Self {
            id: &quote.id,
            from: Paid {
                token: arguments.trade.from().to_string(),
                lots: gives.amount.to_string(),
                amount: gives.amount.to_decimal(gives.decimals),
            },
            to: Bought {
                token: arguments.trade.to().to_string(),
                min_lots: paid_out.min_amount.to_string(),
                min_amount: paid_out.min_amount.to_decimal(gets.decimals),
                max_lots: paid_out.max_amount.map(|most| most.to_string()),
                max_amount: paid_out.max_amount.map(|most| most.to_decimal(gets.decimals)),
            },
            through: quote.mid.as_ref().and_then(|mid| mid.token.as_deref()),
            slippage_bps: quote.slippage_bps.map(Bps::value),
            expires_at_ms: quote.expires_at.map(UnixMillis::value),
        }
    }

    /// Writes the quote for people.
    fn print(&self) -> Result<(), Failure> {
        let Bought { token, min_amount, max_amount, .. } = &self.to;
        let most = max_amount.as_ref().map(|most| format!(" to {most}")).unwrap_or_default();
        output::result(format_args!("quote     {}", excerpt(self.id)))?;
        output::result(format_args!("give      {} {}", self.from.amount, self.from.token))?;
        output::result(format_args!("get       {min_amount}{most} {token}"))?;
        if let Some(through) = self.through {
            output::result(format_args!("through   {}", excerpt(through)))?;
        }
        if let Some(slippage) = self.slippage_bps {
            output::result(format_args!("slippage  {slippage} bps"))?;
        }
        if let Some(end) = self.expires_at_ms {
            let left = end.saturating_sub(SystemClock.now().value()).div_euclid(1_000);
            output::result(format_args!("expires   in {left} s"))?;
        }
        Ok(())
    }
}
