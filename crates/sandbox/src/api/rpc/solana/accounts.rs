//! What accounts are, and what they hold.

use alloy::primitives::U256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_units::Lots;
use solana_address::Address;
use solana_sdk::account::Account;
use spl_token_2022_interface::extension::StateWithExtensions;
use spl_token_2022_interface::state::{Account as TokenAccount, Mint};

use super::super::error::RpcError;
use super::params::{DataSlice, Encoding, Params};
use super::{at, in_context};
use crate::json::Json;
use crate::solana::Engine;

/// How many accounts can be asked for at once.
const MOST: usize = 100;
/// How much data base58 is used for.
const BASE58_BYTES: usize = 128;
const ADDRESS: &str = "an address in base58";

/// Answers `getAccountInfo`.
pub(super) fn one(engine: &Engine, params: &Params) -> Result<Json, RpcError> {
    let config = at(engine, params, 1)?;
    let address: Address = params.parsed(0, ADDRESS)?;
    let found = engine.account(&address);
    let value = written(found.as_ref(), config.encoding, config.data_slice)?;
    Ok(in_context(engine, value))
}

/// Answers `getMultipleAccounts`.
pub(super) fn several(engine: &Engine, params: &Params) -> Result<Json, RpcError> {
    let config = at(engine, params, 1)?;
    let addresses: Vec<Address> = params.several((0, MOST), "at most 100 addresses in base58")?;
    // Where several accounts are asked for, base64 is what nodes begin with.
    let encoding = config.encoding.or(Some(Encoding::Base64));
    let values: Result<Vec<_>, _> = addresses
        .iter()
        .map(|address| written(engine.account(address).as_ref(), encoding, config.data_slice))
        .collect();
    Ok(in_context(engine, Json::list(values?)))
}

/// Answers `getBalance`.
pub(super) fn lamports(engine: &Engine, params: &Params) -> Result<Json, RpcError> {
    at(engine, params, 1)?;
    let address: Address = params.parsed(0, ADDRESS)?;
    Ok(in_context(engine, Json::from(engine.lamports(&address))))
}

/// Answers `getTokenAccountBalance`.
pub(super) fn tokens(engine: &Engine, params: &Params) -> Result<Json, RpcError> {
    at(engine, params, 1)?;
    let address: Address = params.parsed(0, ADDRESS)?;
    let data = engine.account(&address).map(|account| account.data).unwrap_or_default();
    let account = StateWithExtensions::<TokenAccount>::unpack(&data)
        .map_err(|_| RpcError::params("a token account"))?;
    let mint = engine.account(&account.base.mint).map(|mint| mint.data).unwrap_or_default();
    let decimals = StateWithExtensions::<Mint>::unpack(&mint)
        .map_err(|_| RpcError::params("a token account with a mint"))?
        .base
        .decimals;
    let decimal = Lots::new(U256::from(account.base.amount)).to_decimal(decimals);
    let value = Json::object([
        ("amount", Json::text(account.base.amount)),
        ("decimals", Json::number(decimals)),
        ("uiAmount", Json::number(&decimal)),
        ("uiAmountString", Json::text(&decimal)),
    ]);
    Ok(in_context(engine, value))
}

/// Writes an account, or `null` for one that is not there.
///
/// # Errors
///
/// Returns an [`RpcError`] if its data is too long for the encoding.
pub(super) fn written(
    account: Option<&Account>,
    encoding: Option<Encoding>,
    slice: Option<DataSlice>,
) -> Result<Json, RpcError> {
    let Some(account) = account else { return Ok(Json::Null) };
    let data = sliced(&account.data, slice);
    let data = match encoding {
        Some(Encoding::Base64) => pair(STANDARD.encode(data), "base64"),
        _ if data.len() > BASE58_BYTES => return Err(RpcError::needs_base64()),
        Some(Encoding::Base58) => pair(bs58::encode(data).into_string(), "base58"),
        // Who does not say gets what there was before encodings had names.
        None => Json::from(bs58::encode(data).into_string()),
    };
    Ok(Json::object([
        ("data", data),
        ("executable", Json::from(account.executable)),
        ("lamports", Json::from(account.lamports)),
        ("owner", Json::text(account.owner)),
        ("rentEpoch", Json::from(account.rent_epoch)),
        ("space", Json::number(account.data.len())),
    ]))
}

fn sliced(data: &[u8], slice: Option<DataSlice>) -> &[u8] {
    let Some(DataSlice { offset, length }) = slice else { return data };
    let rest = data.get(offset..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}

fn pair(text: String, encoding: &str) -> Json {
    Json::list([Json::from(text), Json::from(encoding)])
}
