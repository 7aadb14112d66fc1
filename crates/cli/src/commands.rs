//! One file for each command.

pub(crate) mod allowance;
pub(crate) mod allowances;
pub(crate) mod audit;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod completions;
mod counterparty;
mod driven;
pub(crate) mod keys;
pub(crate) mod man;
pub(crate) mod networks;
pub(crate) mod quote;
pub(crate) mod refund;
pub(crate) mod resume;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
mod setting;
pub(crate) mod statement;
pub(crate) mod status;
pub(crate) mod swap;
pub(crate) mod swaps;
pub(crate) mod tokens;
pub(crate) mod work;
mod worker;

use std::future::Future;

use crate::exit::Failure;

/// Runs an async command to its end.
fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Runtime::new().map_err(Failure::io("async runtime"))?.block_on(command)
}
