//! One file for each command.

pub(crate) mod check;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod statement;
pub(crate) mod status;
pub(crate) mod swap;

use std::future::Future;

use crate::exit::Failure;

/// Runs an async command to its end.
fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Runtime::new().map_err(Failure::io("async runtime"))?.block_on(command)
}
