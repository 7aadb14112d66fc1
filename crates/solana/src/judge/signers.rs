use countersign_approval::{Code, OthersSign};
use countersign_units::SolanaAddress;

use super::Check;
use crate::ed25519;

/// A slot that nobody has signed.
const EMPTY: [u8; 64] = [0; 64];

impl Check<'_> {
    /// The signers are those that were agreed, and each signature that is there is right.
    pub(super) fn signers(&mut self) {
        let (terms, decoded) = (self.terms, self.decoded);
        let payer = decoded.signers().next();
        if payer != Some(terms.fee_payer) {
            let found = payer.map(|payer| payer.to_string()).unwrap_or_default();
            self.push(Code::FeePayer, "message.signers[0]", terms.fee_payer, found);
        }
        for (place, signer) in decoded.signers().enumerate() {
            if !terms.required_signers.contains(&signer) {
                let member = format_args!("message.signers[{place}]");
                self.push(Code::Signers, member, "one of the agreed signers", signer);
            }
        }
        for required in &terms.required_signers {
            if !decoded.signers().any(|signer| signer == *required) {
                let expected = format_args!("{required} among them");
                self.push(Code::Signers, "message.signers", expected, "others alone");
            }
        }
        self.signatures();
    }

    fn signatures(&mut self) {
        let decoded = self.decoded;
        for (place, (signer, signature)) in decoded.signers().zip(decoded.signatures()).enumerate()
        {
            let expected = self.expected(&signer, signature);
            if let Some(expected) = expected {
                let empty = *signature == EMPTY;
                let found = if empty { "none" } else { "another" };
                self.push(Code::Signers, format_args!("signatures[{place}]"), expected, found);
            }
        }
    }

    /// Says what a slot had to hold, where it holds something else.
    fn expected(&self, signer: &SolanaAddress, signature: &[u8; 64]) -> Option<String> {
        let is_ours = *signer == self.terms.user;
        if *signature == EMPTY {
            let missing = !is_ours && self.terms.others_sign == OthersSign::Before;
            return missing.then(|| format!("a signature of {signer}"));
        }
        let right = ed25519::is_signed(signer, self.decoded.message_bytes(), signature);
        (!right).then(|| format!("a signature of {signer} over this message, or none"))
    }
}
