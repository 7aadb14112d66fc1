use countersign_approval::{AssetTransfer, Code};

use super::Check;
use super::instructions::Read;
use super::neutral::Neutral;
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

/// What a transaction costs, in lamports, and who pays it.
///
/// Source: [Fees](https://solana.com/docs/core/fees).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fee {
    /// At most, for signatures and for priority.
    pub(crate) lamports: u64,
    /// Whether it is ours to pay.
    pub(crate) ours: bool,
}

impl Check<'_> {
    /// What leaves our key in all is within its bound, and so is the price of a compute unit. Both are
    /// about what the transaction costs, so both are refused under the fee payer's code.
    pub(super) fn fee(&mut self, neutral: &Neutral, all: &[Read<'_>]) -> Fee {
        let terms = self.terms;
        let price = neutral.unit_price.unwrap_or_default();
        if let Some(most) = terms.max_compute_unit_price.filter(|most| price > *most) {
            let expected = format_args!("at most {most} millionths of a lamport for a unit");
            self.push(Code::FeePayer, "message.compute_unit_price", expected, price);
        }
        let ours = self.decoded.signers().next() == Some(terms.user);
        let lamports = self.lamports_of_fee(neutral, all);
        let moved = match terms.transfer {
            AssetTransfer::Native { lamports, .. } => lamports,
            AssetTransfer::Token(_) => 0,
        };
        let out = moved.saturating_add(if ours { lamports } else { 0 });
        if out > terms.max_lamports_out {
            let expected = format_args!("at most {} lamports of ours", terms.max_lamports_out);
            self.push(Code::FeePayer, "message", expected, out);
        }
        self.read_only();
        Fee { lamports, ours }
    }

    /// Where nothing of our SOL may leave, the chain holds all programs to that: our key can't be
    /// written to.
    fn read_only(&mut self) {
        let (terms, decoded) = (self.terms, self.decoded);
        let place = decoded.signers().position(|signer| signer == terms.user);
        if terms.max_lamports_out == 0 && place.is_some_and(|place| decoded.is_writable(place)) {
            let expected = "our key, read-only";
            self.push(Code::FeePayer, "message.signers", expected, "one that is written to");
        }
    }

    /// Returns the most that the fee can be; what is beyond 64 bits counts as all there is.
    fn lamports_of_fee(&self, neutral: &Neutral, all: &[Read<'_>]) -> u64 {
        let units = neutral.unit_limit.map_or_else(|| default_units(all), u64::from).min(MAX_UNITS);
        let price = neutral.unit_price.unwrap_or_default();
        let priority = u128::from(price).saturating_mul(units.into()).div_ceil(MICRO);
        let signers = u64::try_from(self.decoded.signers_count()).unwrap_or(u64::MAX);
        let base = SIGNATURE.saturating_mul(signers);
        u64::try_from(priority).unwrap_or(u64::MAX).saturating_add(base)
    }
}

/// Returns the most that the chain assumes where no limit is set; programs of its own get less.
fn default_units(all: &[Read<'_>]) -> u64 {
    let units = all.iter().map(|read| match read.instruction.program {
        programs::COMPUTE_BUDGET => BUDGET_UNITS,
        _ => DEFAULT_UNITS,
    });
    units.fold(0, u64::saturating_add)
}
