//! What a transaction costs.
//!
//! Source: [Fees](https://solana.com/docs/core/fees).

use crate::instruction::Instruction;
use crate::programs;

/// What each signature costs, in lamports.
const SIGNATURE: u64 = 5_000;
/// How many compute units an instruction gets at most where the transaction does not say.
const DEFAULT_UNITS: u64 = 200_000;
/// How many compute units an instruction that sets a bound of computing takes itself.
const BUDGET_UNITS: u64 = 3_000;
/// How many compute units a transaction gets at most, whatever it says.
const MAX_UNITS: u64 = 1_400_000;
/// How many millionths of a lamport are one.
const MICRO: u128 = 1_000_000;

/// What a transaction asks for of computing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ask {
    /// How many compute units, where it says.
    pub(crate) unit_limit: Option<u32>,
    /// What it pays for one, in millionths of a lamport, where it says.
    pub(crate) unit_price: Option<u64>,
}

/// Returns the most that the fee can be, in lamports; what is beyond 64 bits counts as all there is.
pub(crate) fn lamports<'a>(
    ask: Ask,
    signers: usize,
    instructions: impl Iterator<Item = Instruction<'a>>,
) -> u64 {
    let units = ask.unit_limit.map_or_else(|| default_units(instructions), u64::from);
    let price = ask.unit_price.unwrap_or_default();
    let priority = u128::from(price).saturating_mul(units.min(MAX_UNITS).into()).div_ceil(MICRO);
    let base = SIGNATURE.saturating_mul(u64::try_from(signers).unwrap_or(u64::MAX));
    u64::try_from(priority).unwrap_or(u64::MAX).saturating_add(base)
}

/// Returns the most that the chain assumes where no limit is set; programs of its own get less.
fn default_units<'a>(instructions: impl Iterator<Item = Instruction<'a>>) -> u64 {
    let units = instructions.map(|instruction| match instruction.program {
        programs::COMPUTE_BUDGET => BUDGET_UNITS,
        _ => DEFAULT_UNITS,
    });
    units.fold(0, u64::saturating_add)
}

/// Returns the highest price of a compute unit at which one signature and these units cost no more
/// than some lamports.
pub(crate) fn highest_price(lamports: u64, unit_limit: u32) -> u64 {
    let left = u128::from(lamports.saturating_sub(SIGNATURE));
    let price = left.saturating_mul(MICRO).checked_div(unit_limit.into());
    price.map_or(u64::MAX, |price| u64::try_from(price).unwrap_or(u64::MAX))
}
