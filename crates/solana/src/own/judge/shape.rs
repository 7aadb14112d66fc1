use countersign_approval::Code;

use super::Check;
use crate::ed25519;
use crate::resolve::Resolved;

impl Check<'_> {
    /// We sign, and nobody else. The slot is empty, or signed by us already.
    pub(super) fn signers(&mut self) {
        let (decoded, owner) = (self.decoded, self.terms.owner);
        for (place, (signer, signature)) in decoded.signers().zip(decoded.signatures()).enumerate()
        {
            if place > 0 {
                let member = format_args!("message.signers[{place}]");
                self.push(Code::Signers, member, "no other signer", signer);
            } else if signer != owner {
                self.push(Code::FeePayer, "message.signers[0]", owner, signer);
                self.push(Code::Signers, "message.signers[0]", owner, signer);
            }
            let is_empty = signature.iter().all(|byte| *byte == 0);
            if !is_empty && !ed25519::is_signed(&signer, decoded.message_bytes(), signature) {
                let expected = "no signature, or the right one";
                self.push(Code::Signers, format_args!("signatures[{place}]"), expected, "another");
            }
        }
    }

    /// The blockhash is the one that our cluster told, and there is time left.
    pub(super) fn lifetime(&mut self) {
        let (terms, now) = (self.terms, self.now);
        let found = self.decoded.blockhash();
        if found != terms.recent_blockhash || *found.as_bytes() == [0; 32] {
            let expected = terms.recent_blockhash;
            self.push(Code::Blockhash, "message.recent_blockhash", expected, found);
        }
        let (until, left) = (terms.not_after, terms.min_remaining);
        if until <= now || until < now.saturating_add(left) {
            let expected = format_args!("after {now} by {left} seconds or more");
            self.push(Code::Deadline, "terms.not_after", expected, until);
        }
    }

    /// Resolves the accounts, all of which the message holds itself, and each of which is used.
    pub(super) fn accounts(&mut self) -> Option<Resolved> {
        let decoded = self.decoded;
        if let Some(lookup) = decoded.lookups().first() {
            self.push(Code::LookupTable, "message.lookups", "none", lookup.account_key);
            return None;
        }
        let resolved = Resolved::new(decoded, &[], &[])?;
        for (place, account) in resolved.unused(decoded.signers_count()) {
            let member = format_args!("message.accounts[{place}]");
            let expected = "an account that an instruction uses";
            self.push(Code::Malformed, member, expected, account.address);
        }
        Some(resolved)
    }
}
