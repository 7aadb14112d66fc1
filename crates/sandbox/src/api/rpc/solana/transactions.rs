//! What transactions would do, did, and are to do.

use solana_address::Address;
use solana_sdk::account::Account;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::TransactionError;
use solana_transaction::versioned::VersionedTransaction;

use super::super::error::RpcError;
use super::accounts::written;
use super::params::{Accounts, Params, parse};
use super::{at, blockhash, in_context};
use crate::clock;
use crate::json::Json;
use crate::solana::{Engine, Rejected, Simulated};

/// How many transactions can be asked for at once.
const MOST: usize = 256;

/// Answers `simulateTransaction`.
pub(super) fn simulate(engine: &mut Engine, params: &Params) -> Result<Json, RpcError> {
    let config = at(engine, params, 1)?;
    let mut transaction = params.transaction(&config)?;
    if config.sig_verify && config.replace_recent_blockhash {
        return Err(RpcError::params("either sigVerify or replaceRecentBlockhash"));
    }
    let wanted = config.accounts.as_ref().map(|wanted| addresses(wanted, &transaction));
    let wanted = wanted.transpose()?;
    let latest = engine.latest();
    if config.replace_recent_blockhash {
        transaction.message.set_recent_blockhash(latest.hash);
    }
    let result = tried(engine, transaction, config.sig_verify)?;
    let mut value = outcome(&result);
    let encoding = config.accounts.and_then(|accounts| accounts.encoding);
    if let Some(wanted) = wanted {
        let found = wanted.iter().map(|address| left(engine, &result, address));
        let written: Result<Vec<_>, _> =
            found.map(|account| written(account.as_ref(), encoding, None)).collect();
        value.set("accounts", Json::list(written?));
    }
    if config.replace_recent_blockhash {
        value.push("replacementBlockhash", blockhash(latest));
    }
    Ok(in_context(engine, value))
}

/// Answers `sendTransaction`.
pub(super) fn send(engine: &mut Engine, params: &Params) -> Result<Json, RpcError> {
    let config = at(engine, params, 1)?;
    let transaction = params.transaction(&config)?;
    let id = transaction.signatures.first().copied().unwrap_or_default();
    if !config.skip_preflight {
        let result = tried(engine, transaction.clone(), true)?;
        if let Err(rejected) = &result {
            return Err(RpcError::preflight(&rejected.reason.to_string(), outcome(&result)));
        }
    }
    let sent = engine.submit(clock::seconds(clock::now()), transaction);
    if let Err(rejected) = sent {
        // A node has taken it and says nothing more.
        tracing::debug!(%id, %rejected, "a transaction did not run");
    }
    Ok(Json::text(id))
}

/// Answers `getSignatureStatuses`.
pub(super) fn statuses(engine: &Engine, params: &Params) -> Result<Json, RpcError> {
    at(engine, params, 1)?;
    let ids: Vec<Signature> = params.several((0, MOST), "at most 256 signatures in base58")?;
    let statuses = ids.iter().map(|id| engine.outcome(id).map(status));
    Ok(in_context(engine, Json::list(statuses.map(Json::from))))
}

/// Runs a transaction without keeping what it does.
///
/// # Errors
///
/// Returns an [`RpcError`] for one that a node does not even try.
fn tried(
    engine: &mut Engine,
    transaction: VersionedTransaction,
    verify: bool,
) -> Result<Result<Simulated, Rejected>, RpcError> {
    let result = engine.simulate(transaction, verify);
    match result.as_ref().err().map(|rejected| &rejected.reason) {
        Some(TransactionError::SignatureFailure) => Err(RpcError::signature()),
        Some(
            TransactionError::SanitizeFailure
            | TransactionError::AccountLoadedTwice
            | TransactionError::TooManyAccountLocks
            | TransactionError::AddressLookupTableNotFound
            | TransactionError::InvalidAddressLookupTableOwner
            | TransactionError::InvalidAddressLookupTableData
            | TransactionError::InvalidAddressLookupTableIndex,
        ) => Err(RpcError::params("a valid transaction")),
        _ => Ok(result),
    }
}

fn addresses(
    wanted: &Accounts,
    transaction: &VersionedTransaction,
) -> Result<Vec<Address>, RpcError> {
    let lookups = transaction.message.address_table_lookups().unwrap_or_default().iter();
    let looked_up = lookups.flat_map(|table| [&table.writable_indexes, &table.readonly_indexes]);
    let looked_up = looked_up.map(Vec::len).fold(0, usize::saturating_add);
    let most = transaction.message.static_account_keys().len().saturating_add(looked_up);
    if wanted.addresses.len() > most {
        return Err(RpcError::params("no more accounts than the transaction has"));
    }
    let read = |text: &String| parse(text, "an address in base58");
    wanted.addresses.iter().map(read).collect()
}

/// Returns an account as a transaction leaves it; one that fails leaves none.
fn left(
    engine: &Engine,
    result: &Result<Simulated, Rejected>,
    address: &Address,
) -> Option<Account> {
    let done = result.as_ref().ok()?;
    let changed = done.accounts.iter().find(|(changed, _)| changed == address);
    let account = changed.map(|(_, account)| account.clone());
    account.or_else(|| engine.account(address)).filter(|account| account.lamports > 0)
}

fn outcome(result: &Result<Simulated, Rejected>) -> Json {
    let (error, logs, units) = match result {
        Ok(done) => (Json::Null, &done.logs, done.compute_units),
        Err(rejected) => (reason(&rejected.reason), &rejected.logs, rejected.compute_units),
    };
    Json::object([
        ("accounts", Json::Null),
        ("err", error),
        ("innerInstructions", Json::Null),
        ("logs", Json::list(logs.iter().map(Json::text))),
        ("returnData", Json::Null),
        ("unitsConsumed", Json::from(units)),
    ])
}

fn status((slot, outcome): (u64, Result<(), TransactionError>)) -> Json {
    let error = outcome.as_ref().err().map_or(Json::Null, reason);
    let status = match outcome {
        Ok(()) => Json::object([("Ok", Json::Null)]),
        Err(_) => Json::object([("Err", error.clone())]),
    };
    Json::object([
        ("slot", Json::from(slot)),
        ("confirmations", Json::Null),
        ("err", error),
        ("status", status),
        ("confirmationStatus", Json::from("finalized")),
    ])
}

/// Writes why a transaction failed, as nodes do: a name, with its particulars if it has any.
fn reason(error: &TransactionError) -> Json {
    serde_json::to_string(error).map_or(Json::Null, Json::Number)
}
