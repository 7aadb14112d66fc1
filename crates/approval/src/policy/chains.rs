//! What bounds a transaction on the chains where we sign one.

use countersign_units::Bps;
use serde::Deserialize;

use super::{DAY_SECONDS, FILE};
use crate::{ConfigError, ForeignInputs};

/// The longest that an intent may live: a day, and the three for which the address of a quote lives on.
const LONGEST_INTENT_SECONDS: u64 = 4 * DAY_SECONDS;

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
    /// How many lamports may go to fees and rent of a transfer of our own. Without it none is signed.
    pub max_transfer_fee_lamports: Option<u64>,
}

/// What bounds transactions of our own on EVM chains, in the policy's table `[evm]`.
///
/// Prices and fees are in wei.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EvmPolicy {
    /// How much gas a transaction may take.
    pub max_gas: u64,
    /// The highest price of a unit of gas.
    pub max_fee_per_gas: u64,
    /// The highest tip for a unit of gas.
    pub max_priority_fee_per_gas: u64,
    /// The most that a transaction may cost: gas times its highest price.
    pub max_fee: u64,
    /// How many transactions of an account may wait to be mined that are none of ours. Behind more
    /// than that nothing is sent, whether there are as many or the node only says so.
    #[serde(default = "default_max_pending")]
    pub max_pending: u64,
    /// Whether an allowance that a swap lacks may be given by a transaction of our own, for exactly
    /// what is lacking.
    #[serde(default)]
    pub send_approve: bool,
}

impl EvmPolicy {
    /// How many transactions of others may wait where a policy does not say.
    pub const MAX_PENDING: u64 = 16;
}

/// What bounds transactions of our own on Tron, in the policy's table `[tron]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TronPolicy {
    /// How many sun a call may burn for energy.
    pub max_fee_limit_sun: u64,
    /// How far ahead a transaction's expiration may lie, in seconds.
    #[serde(default = "default_max_expiration_seconds")]
    pub max_expiration_seconds: u64,
}

/// What bounds quoted deposits and signed intents, in the policy's table `[deposits]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DepositPolicy {
    /// How much of a swap all app fees that an echo names may take together.
    pub max_app_fee_bps: Bps,
    /// How far ahead the deadline of a signed intent may lie, in seconds. Until then nobody can take the
    /// intent back. Without it `max_deadline_seconds` bounds it as it does every other deadline.
    pub max_intent_seconds: Option<u64>,
}

impl DepositPolicy {
    /// Requires that an intent lives for no longer than the address of a quote can.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let Some(found) = self.max_intent_seconds.filter(|most| *most > LONGEST_INTENT_SECONDS)
        else {
            return Ok(());
        };
        let expected = "at most four days: one to pay in, and three for which the address lives on";
        Err(ConfigError::value(FILE, "deposits.max_intent_seconds", expected, found))
    }
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

const fn default_max_pending() -> u64 {
    EvmPolicy::MAX_PENDING
}

const fn default_max_expiration_seconds() -> u64 {
    600
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
