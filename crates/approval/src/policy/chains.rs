//! What bounds a transaction on the chains where we sign one.

use serde::Deserialize;

use super::{DAY_SECONDS, FILE};
use crate::{ConfigError, ForeignInputs};

/// How large a refund is at most, in virtual bytes.
const REFUND_VSIZE: u64 = 200;

/// What bounds a transaction on Bitcoin, in the policy's table `[bitcoin]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BitcoinPolicy {
    /// How many satoshis of ours may go to fees.
    pub max_fee_sats: u64,
    /// How many satoshis of ours may go to fees for each virtual byte.
    pub max_fee_rate: u64,
    /// The fee rate at which taking a refund must still leave more than dust, in satoshis per
    /// virtual byte.
    #[serde(default = "default_stressed_fee_rate")]
    pub stressed_fee_rate: u64,
    /// How far ahead a lock time may lie, in seconds.
    #[serde(default = "default_max_lock_seconds")]
    pub max_lock_seconds: u64,
    /// How many coins one transaction may spend that the request did not name.
    #[serde(default = "default_max_inputs")]
    pub max_inputs: usize,
    /// What to do about inputs that are not ours.
    #[serde(default)]
    pub foreign_inputs: ForeignInputs,
    /// How many confirmations each coin must have, where the chain was asked.
    #[serde(default = "default_min_confirmations")]
    pub min_confirmations: u32,
}

/// What bounds a transaction on Solana, in the policy's table `[solana]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SolanaPolicy {
    /// How many lamports of ours may go to fees and rent.
    pub max_fee_lamports: u64,
    /// The highest price of a compute unit, in millionths of a lamport, whoever pays it.
    pub max_compute_unit_price: Option<u64>,
    /// The Token-2022 extensions that a mint may have, by their names in `snake_case`.
    #[serde(default)]
    pub allowed_extensions: Vec<String>,
    /// Whether the pinned programs that we can't read may be signed for, where the simulation
    /// agrees.
    #[serde(default)]
    pub opaque_programs: bool,
}

impl BitcoinPolicy {
    /// Requires that the fee that may be paid is enough for a refund in bad times.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let Self { stressed_fee_rate, max_fee_sats, .. } = self;
        if stressed_fee_rate.saturating_mul(REFUND_VSIZE) <= *max_fee_sats {
            return Ok(());
        }
        let expected = "a rate at which max_fee_sats pays for a refund of 200 virtual bytes";
        Err(ConfigError::value(FILE, "bitcoin.stressed_fee_rate", expected, stressed_fee_rate))
    }
}

const fn default_stressed_fee_rate() -> u64 {
    50
}

const fn default_max_inputs() -> usize {
    50
}

const fn default_max_lock_seconds() -> u64 {
    DAY_SECONDS
}

const fn default_min_confirmations() -> u32 {
    1
}
