use bitcoin::Sequence;
use countersign_approval::Code;

use super::Check;

/// The first lock time that is a moment and not a height.
const FIRST_TIME: u32 = 500_000_000;

impl Check<'_> {
    /// Checks all that is neither an input's coin nor an output.
    pub(super) fn form(&mut self) {
        let tx = self.tx;
        if tx.version.0 != 2 {
            self.push(Code::Malformed, "draft.version", "2", tx.version.0);
        }
        self.lock_time(self.terms.current_height, "terms.current_height");
        if let Some(height) = self.facts.chain.height {
            self.lock_time(height, "facts.height");
        }
        let expected = sequence(self.terms.replaceable).to_consensus_u32();
        for (place, input) in tx.input.iter().enumerate() {
            let found = input.sequence.to_consensus_u32();
            if found != expected {
                let member = format_args!("draft.inputs[{place}].sequence");
                let (expected, found) = (format!("{expected:#010x}"), format!("{found:#010x}"));
                self.push(Code::Locktime, member, expected, found);
            }
        }
    }

    /// A lock time up to the tip lets the transaction into the next block, and into none before.
    fn lock_time(&mut self, height: u32, source: &str) {
        let lock = self.tx.lock_time.to_consensus_u32();
        if lock >= FIRST_TIME || lock > height {
            let expected = format_args!("a height of at most {source} ({height})");
            self.push(Code::Locktime, "draft.lock_time", expected, lock);
        }
    }
}

/// Returns the sequence of every input: the lock time counts, and another transaction may replace
/// this one or not.
pub(in crate::payment) const fn sequence(replaceable: bool) -> Sequence {
    if replaceable { Sequence::ENABLE_RBF_NO_LOCKTIME } else { Sequence::ENABLE_LOCKTIME_NO_RBF }
}
