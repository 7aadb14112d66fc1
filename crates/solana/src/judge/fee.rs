use countersign_approval::{AssetTransfer, Code};

use super::Check;
use super::instructions::Read;
use super::neutral::Neutral;
use crate::fee;

/// What a transaction costs, in lamports, and who pays it.
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
        let price = neutral.ask.unit_price.unwrap_or_default();
        if let Some(most) = terms.max_compute_unit_price.filter(|most| price > *most) {
            let expected = format_args!("at most {most} millionths of a lamport for a unit");
            self.push(Code::FeePayer, "message.compute_unit_price", expected, price);
        }
        let ours = self.decoded.signers().next() == Some(terms.user);
        let instructions = all.iter().map(|read| read.instruction);
        let lamports = fee::lamports(neutral.ask, self.decoded.signers_count(), instructions);
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
}
