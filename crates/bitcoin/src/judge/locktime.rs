use countersign_approval::Code;

use super::Check;
use super::agreed::FIRST_TIME;

/// The sequence by which an input has no say about time.
const FINAL: u32 = 0xffff_ffff;
/// The bit of a sequence that turns relative lock times off (BIP-68).
const NOT_RELATIVE: u32 = 1 << 31;

impl Check<'_> {
    /// Nothing may keep the transaction from being used for longer than policy allows.
    pub(super) fn locktime(&mut self) {
        let tx = &self.psbt.tx;
        if tx.version.0 != 2 {
            let member = "psbt.global.unsigned_tx.version";
            self.push(Code::Malformed, member, "2", tx.version.0);
        }
        self.absolute();
        for (place, input) in tx.input.iter().enumerate() {
            let sequence = input.sequence.to_consensus_u32();
            if sequence & NOT_RELATIVE == 0 && sequence & 0xffff != 0 {
                let member = format_args!("psbt.inputs[{place}].sequence");
                let expected = "no relative lock time";
                self.push(Code::Locktime, member, expected, format_args!("{sequence:#010x}"));
            }
        }
    }

    fn absolute(&mut self) {
        let tx = &self.psbt.tx;
        let lock = tx.lock_time.to_consensus_u32();
        if tx.input.iter().all(|input| input.sequence.to_consensus_u32() == FINAL) {
            return;
        }
        // A later lock would keep our coins waiting for whoever has the rest of the transaction.
        let is_height = lock < FIRST_TIME;
        let height = u64::from(self.terms.current_height);
        let latest = if is_height { height } else { self.now.value() };
        if u64::from(lock) > latest {
            let expected = format_args!("at most {latest}");
            self.push(Code::Locktime, "psbt.global.unsigned_tx.lock_time", expected, lock);
        }
    }
}
