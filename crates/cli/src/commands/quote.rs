//! `countersign quote`: what a swap would bring.

mod table;

use std::sync::Arc;

use countersign::approval::excerpt;
use countersign::units::{Bps, UnixMillis};
use countersign::{
    Chooser, Clock, FlowError, Order, Priced, QuoteFailure, Quoted, RequestError, Step, SwapApi,
    SwapRequest, SystemClock, Takes,
};
use serde::Serialize;

use super::counterparty::{Counterparty, ask};
use crate::arguments;
use crate::connection::SetupError;
use crate::exit::{Ended, Failure};
use crate::output;
use table::{Proof, fee, proof, time};
pub(crate) use table::{Table, tell_choice};

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
    app_fee_bps: Option<u64>,
    time_seconds: Option<u64>,
    proven: Proof,
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
    let all = ask(&arguments.endpoint, async |counterparty| inquire(arguments, counterparty).await);
    let (order, mut answers) = all?;
    let json = arguments.endpoint.json;
    if arguments.all {
        let table = Table::new(&order, &answers);
        if json {
            output::json(&table)?;
        } else {
            table.print()?;
        }
        return Ok(if answers.iter().any(|quoted| quoted.answer.is_ok()) {
            Ended::Done
        } else {
            Ended::Failed
        });
    }
    let only = answers.pop().ok_or(SetupError::NoApi)?;
    let priced = only.answer.map_err(failed)?;
    let report = Report::new(arguments, &order, &priced);
    let written = if json { output::json(&report) } else { report.print(&priced) };
    written.map(|()| Ended::Done)
}

async fn inquire(
    arguments: &arguments::Quote,
    counterparty: &Counterparty<'_>,
) -> Result<(Order, Vec<Quoted>), Failure> {
    let registry = counterparty.registry(arguments.pinned.registry.as_deref())?;
    let apis = if arguments.all { counterparty.apis()? } else { vec![counterparty.api()?] };
    let trade = &arguments.trade;
    let (from, to) = (trade.from(), trade.to());
    let order = Order::inquiry(&from, &to, trade.amount(), trade.slippage, &registry);
    let order = order.map_err(FlowError::from)?;
    let named = (arguments.owner.as_ref(), arguments.recipient.as_ref());
    let order = match counterparty.parties(named, (&from.network, &to.network))? {
        None if apis.iter().any(|api| api.takes() != Takes::Approval) => {
            return Err(SetupError::Missing(
                "--owner and --recipient: 1Click and Aurora want both named",
            )
            .into());
        }
        None => order,
        Some(parties) => {
            let request = SwapRequest {
                from,
                to,
                amount: trade.amount().to_owned(),
                min_out: None,
                slippage: trade.slippage,
                refund_address: parties.owner.clone(),
                owner: parties.owner,
                recipient: parties.recipient,
                coins: None,
            };
            Order::new(&request, &registry).map_err(|error: RequestError| FlowError::from(error))?
        }
    };
    let chooser = Chooser::new(&registry).patience(arguments.asking.quote_timeout);
    let apis: Vec<&dyn SwapApi> = apis.iter().map(Arc::as_ref).collect();
    let answers = chooser.quotes(&apis, &order).await;
    Ok((order, answers))
}

/// Makes the failure of a command of an answer that is nothing to choose.
pub(crate) fn failed(failure: QuoteFailure) -> Failure {
    let step = Step::Quote;
    let error = match failure {
        QuoteFailure::Api(source) => FlowError::Api { step, source },
        QuoteFailure::Refused(refusal) => FlowError::Refused { step, refusal },
        other => return Failure::NoOffer(other.to_string()),
    };
    error.into()
}

impl<'a> Report<'a> {
    fn new(arguments: &arguments::Quote, order: &Order, priced: &'a Priced) -> Self {
        let (gives, gets, offer) = (&order.source, &order.destination, &priced.offer);
        Self {
            id: &offer.id,
            from: Paid {
                token: arguments.trade.from().to_string(),
                lots: gives.amount.to_string(),
                amount: gives.amount.to_decimal(gives.decimals),
            },
            to: Bought {
                token: arguments.trade.to().to_string(),
                min_lots: offer.min_out.to_string(),
                min_amount: offer.min_out.to_decimal(gets.decimals),
                max_lots: offer.max_out.map(|most| most.to_string()),
                max_amount: offer.max_out.map(|most| most.to_decimal(gets.decimals)),
            },
            through: offer.told.through.as_deref(),
            slippage_bps: offer.slippage.map(Bps::value),
            expires_at_ms: offer.expires_at.map(UnixMillis::value),
            app_fee_bps: offer.told.app_fees,
            time_seconds: offer.told.time_estimate.map(|time| time.as_secs()),
            proven: Proof::of(&priced.backing),
        }
    }

    /// Writes the quote for people.
    fn print(&self, priced: &Priced) -> Result<(), Failure> {
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
        for (name, text) in [("fee", fee(priced)), ("time", time(priced))] {
            if !text.is_empty() {
                output::result(format_args!("{name:<10}{text}"))?;
            }
        }
        if let Some(end) = self.expires_at_ms {
            let left = end.saturating_sub(SystemClock.now().value()).div_euclid(1_000);
            output::result(format_args!("expires   in {left} s"))?;
        }
        output::result(format_args!("proven    {}", proof(&priced.backing)))
    }
}
