//! `countersign status`: how far a swap is.

use countersign::approval::excerpt;
use countersign::{Event, FlowError, Status as SwapState, Step, SwapApi, SwapStatus, TrackOptions};
use serde::Serialize;

use super::block_on;
use crate::arguments::Status;
use crate::connection;
use crate::exit::{Ended, Failure};
use crate::output;

#[derive(Serialize)]
struct Report<'a> {
    intent_id: &'a str,
    status: String,
    terminal: bool,
    deposit_tx: &'a Option<String>,
    payout_tx: &'a Option<String>,
}

pub(crate) fn run(arguments: &Status) -> Result<Ended, Failure> {
    let api = connection::api(&arguments.api)?;
    let seen = block_on(async {
        if arguments.follow {
            let options = TrackOptions { deadline: arguments.timeout, ..TrackOptions::default() };
            let mut tell = |event: Event<'_>| super::swap::tell(&event);
            return Ok(countersign::follow(&api, &arguments.intent_id, options, &mut tell).await?);
        }
        let seen = api.status(&arguments.intent_id).await;
        Ok(seen.map_err(|source| FlowError::Api { step: Step::Track, source })?)
    })?;
    print(arguments, &seen)?;
    let ended_badly = seen.status.is_terminal() && seen.status != SwapState::Finished;
    Ok(if ended_badly { Ended::NotFinished } else { Ended::Done })
}

fn print(arguments: &Status, seen: &SwapStatus) -> Result<(), Failure> {
    let SwapStatus { status, deposit_tx, payout_tx, .. } = seen;
    if arguments.json {
        let (intent_id, terminal) = (&arguments.intent_id, status.is_terminal());
        return output::json(&Report {
            intent_id,
            status: status.to_string(),
            terminal,
            deposit_tx,
            payout_tx,
        });
    }
    output::result(format_args!("{status}"))?;
    for (name, tx) in [("deposit", deposit_tx), ("payout", payout_tx)] {
        if let Some(tx) = tx {
            output::result(format_args!("  {name:<8} {}", excerpt(tx)))?;
        }
    }
    Ok(())
}
