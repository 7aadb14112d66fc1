//! Where swaps stand, and deposits that clients tell of.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::super::faults;
use super::error::answer;
use super::{Refused, api_of, read};
use crate::json::Json;
use crate::quoted::Deposit;
use crate::shared::{Shared, State as SandboxState};
use crate::{Fault, SandboxConfig};

/// Which deposit is asked about.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusQuery {
    deposit_address: String,
    deposit_memo: Option<String>,
}

/// Tells of a deposit.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DepositBody {
    tx_hash: String,
    deposit_address: String,
    memo: Option<String>,
}

/// Why a status is not told.
enum Untold {
    Refused(Refused),
    /// The answer is lost.
    Lost,
}

/// Answers a status request.
pub(super) async fn status(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<StatusQuery>,
    uri: Uri,
) -> Response {
    let (config, path) = (shared.config(), uri.path());
    let StatusQuery { deposit_address, deposit_memo } = query;
    let told = shared.change(|state| {
        let deposit = find(state, config, path, (&deposit_address, deposit_memo))?;
        deposit.calls.asked = deposit.calls.asked.saturating_add(1);
        told(config.fault, deposit)
    });
    match told {
        Ok(status) => answer(path, StatusCode::OK, Ok(status)),
        Err(Untold::Refused(refused)) => refused.respond(path),
        Err(Untold::Lost) => faults::unavailable(),
    }
}

/// Takes the name of a transaction that funds a deposit.
pub(super) async fn submit(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Response {
    let (config, path) = (shared.config(), uri.path());
    let told = read::<DepositBody>(&body).map_err(Untold::Refused).and_then(|body| {
        shared.change(|state| {
            let DepositBody { tx_hash, deposit_address, memo } = body;
            let deposit = find(state, config, path, (&deposit_address, memo))?;
            deposit.submit(&tx_hash);
            Ok(deposit.status())
        })
    });
    let response = match told {
        Ok(status) => answer(path, StatusCode::OK, Ok(status)),
        Err(Untold::Refused(refused)) => return refused.respond(path),
        Err(Untold::Lost) => return faults::unavailable(),
    };
    match config.fault {
        Some(fault) => faults::submitted(fault, config.lateness, response).await,
        None => response,
    }
}

/// Lists what a quote for any input has paid out: there are none here.
pub(super) async fn withdrawals(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<StatusQuery>,
    uri: Uri,
) -> Response {
    let (config, path) = (shared.config(), uri.path());
    let known = shared.change(|state| {
        find(state, config, path, (&query.deposit_address, query.deposit_memo)).map(|_| ())
    });
    match known {
        Ok(()) => {
            answer(path, StatusCode::BAD_REQUEST, Err(Refused::invalid("Not an ANY_INPUT quote")))
        }
        Err(Untold::Refused(refused)) => refused.respond(path),
        Err(Untold::Lost) => faults::unavailable(),
    }
}

/// Finds a deposit of the API, and brings it up to what its chain says.
fn find<'a>(
    state: &'a mut SandboxState,
    config: &SandboxConfig,
    path: &str,
    (address, memo): (&str, Option<String>),
) -> Result<&'a mut Deposit, Untold> {
    let SandboxState { world, quoted, .. } = state;
    quoted.refresh(world, config, address);
    let missing = || Untold::Refused(Refused::not_found("Deposit address not found"));
    let deposit = quoted.deposit_mut(address).filter(|_| memo.is_none_or(|memo| memo.is_empty()));
    deposit.filter(|deposit| deposit.order.api == api_of(path)).ok_or_else(missing)
}

fn told(fault: Option<Fault>, deposit: &Deposit) -> Result<Json, Untold> {
    match fault {
        Some(Fault::StatusLost) if deposit.calls.asked.is_multiple_of(2) => Err(Untold::Lost),
        Some(Fault::Forgets) if deposit.is_begun() => {
            Err(Untold::Refused(Refused::not_found("Deposit address not found")))
        }
        Some(Fault::StatusFlaps) if deposit.calls.asked.is_multiple_of(2) => {
            Ok(deposit.status_at_first())
        }
        Some(Fault::RefundedAsSuccess) => {
            let mut status = deposit.status();
            if deposit.is_refunded() {
                status.set("status", Json::from("SUCCESS"));
            }
            Ok(status)
        }
        _ => Ok(deposit.status()),
    }
}
