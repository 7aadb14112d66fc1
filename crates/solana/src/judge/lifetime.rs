use countersign_approval::{Code, DurableNonce};
use countersign_units::SolanaAddress;

use super::Check;
use super::instructions::{Found, Read};

impl Check<'_> {
    /// The blockhash is the agreed one, where one was agreed.
    pub(super) fn blockhash(&mut self) {
        const MEMBER: &str = "message.recent_blockhash";
        let blockhash = self.decoded.blockhash();
        if let Some(agreed) = self.terms.recent_blockhash.filter(|agreed| *agreed != blockhash) {
            self.push(Code::Blockhash, MEMBER, agreed, blockhash);
        }
        if *blockhash.as_bytes() == [0; 32] {
            self.push(Code::Blockhash, MEMBER, "a blockhash", "zeros");
        }
    }

    /// A durable nonce is used where terms allow it, by the account that they pin, and is never
    /// ours to advance.
    pub(super) fn nonce(
        &mut self,
        (place, read): (usize, &Read<'_>),
        account: &SolanaAddress,
        authority: &SolanaAddress,
    ) {
        let member = format_args!("message.instructions[{place}]");
        if place > 0 {
            self.push(
                Code::DurableNonce,
                member,
                "a nonce that is advanced first",
                "another place",
            );
            return self.push(Code::System, member, "no nonce", account);
        }
        let pinned = match self.terms.durable_nonce {
            DurableNonce::Refuse => {
                return self.push(Code::DurableNonce, member, "no durable nonce", account);
            }
            DurableNonce::Pinned(pinned) => pinned,
        };
        if pinned != *account {
            self.push(Code::DurableNonce, member, pinned, account);
        }
        // Else the chain takes it for an instruction like others, and the value for a blockhash.
        let own = self.decoded.keys().any(|key| key == *account);
        let mut uses = read.instruction.accounts.iter();
        let advances = uses.any(|used| used.address == *account && used.writable)
            && uses.any(|used| used.address == *authority && used.signer);
        if !own || !advances {
            self.push(Code::DurableNonce, member, "a nonce that the chain would advance", account);
        }
        if self.is_ours(account) || self.is_ours(authority) {
            self.push(Code::DurableNonce, member, "a nonce that others advance", "ours");
        }
    }

    /// A simulation speaks of now, and a durable nonce keeps the transaction for later: what the
    /// simulation alone vouches for must not outlive it.
    pub(super) fn lasts_no_longer(&mut self, found: &Found) {
        if let Some(account) = found.nonce_account.filter(|_| !found.opaque.is_empty()) {
            let expected = "no durable nonce beside a program that can't be read";
            self.push(Code::DurableNonce, "message.instructions", expected, account);
        }
    }
}
