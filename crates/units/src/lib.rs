//! Amounts, basis points, time and addresses, as bytes and as text.
//!
//! Every type here holds an invariant that its constructors check: an amount is an unsigned
//! integer in base units, a timestamp has one unit, an address has been decoded. None of them
//! ever passes through a float.

mod bps;
mod evm_address;
mod lots;
mod solana;
mod time;
mod tron_address;

pub use bps::{Bps, ParseBpsError};
pub use evm_address::{EvmAddress, ParseEvmAddressError};
pub use lots::{DecimalError, Lots, ParseLotsError};
pub use ruint::aliases::U256;
pub use solana::{ParseBase58Error, SolanaAddress, SolanaHash};
pub use time::{UnixMillis, UnixSeconds};
pub use tron_address::{ParseTronAddressError, TronAddress};
