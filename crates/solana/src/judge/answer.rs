use countersign_api_types::json::Value;
use countersign_approval::Code;
use countersign_units::{SolanaAddress, SolanaHash, UnixSeconds};

use super::{Check, base58};
use crate::claims;
use crate::decode::Decoded;
use crate::payload::{Sent, describe};

/// A member that is about durable nonces, or about something else where none is used.
const NONCE: &str = "nonce";

/// Names the members that nothing is compared with.
pub(super) fn unknown_members(sent: Sent<'_>, decoded: &Decoded) -> Vec<String> {
    let compared = claims::advances_nonce(decoded)
        && sent.everywhere(NONCE).all(|value| nonce_in(value).is_some());
    let unknown = sent.unknown().filter(|name| *name != NONCE || !compared);
    unknown.map(str::to_owned).collect()
}

/// Reads a nonce in the form that Solana has.
fn nonce_in(value: &Value<'_>) -> Option<[u8; 32]> {
    value.as_str().and_then(base58)
}

impl<'a> Check<'a> {
    /// Compares everything that was sent beside the transaction.
    pub(super) fn answer(&mut self) {
        self.mechanism();
        self.deadlines();
        let blockhash = self.decoded.blockhash();
        if let Some(said) = self.sent_bytes("recent_blockhash").map(SolanaHash::new)
            && said != blockhash
        {
            self.push(Code::Blockhash, "recent_blockhash", blockhash, said);
        }
        let owner = self.terms.transfer.destination_owner();
        if let Some(said) = self.sent_bytes("resolver_deposit_address").map(SolanaAddress::new)
            && said != owner
        {
            self.push(Code::Destination, "resolver_deposit_address", owner, said);
        }
        self.sent_nonce();
    }

    /// A nonce that is sent beside a durable one, as 32 bytes, is that nonce: its account, or its
    /// value. One in another form says nothing about the transaction.
    fn sent_nonce(&mut self) {
        let (sent, decoded) = (self.sent, self.decoded);
        if !claims::advances_nonce(decoded) {
            return;
        }
        let account = claims::nonce_account(decoded).map(|account| *account.as_bytes());
        for said in sent.everywhere(NONCE).filter_map(nonce_in) {
            if Some(said) != account && said != *decoded.blockhash().as_bytes() {
                let found = SolanaHash::new(said);
                self.push(Code::DurableNonce, NONCE, "the durable nonce", found);
            }
        }
    }

    fn mechanism(&mut self) {
        let sent = self.sent;
        for name in ["approval_type", "approval_mechanism"] {
            for value in sent.everywhere(name).filter(|value| value.as_str() != Some("cosign")) {
                self.push(Code::Mechanism, name, "cosign", describe(value));
            }
        }
        for value in sent.everywhere("approve_to") {
            self.push(Code::ApproveTo, "approve_to", "nothing", describe(value));
        }
    }

    /// The intent's deadline leaves enough time, and not more than policy allows.
    fn deadlines(&mut self) {
        let (sent, agreed, now) = (self.sent, self.terms.deadline, self.now);
        if let Some(agreed) = agreed {
            self.deadline("terms.deadline", agreed);
        }
        for value in sent.everywhere("deadline_at") {
            let Some(found) = seconds(value) else {
                self.push(Code::Encoding, "deadline_at", "Unix seconds", describe(value));
                continue;
            };
            self.deadline("deadline_at", found);
            if let Some(agreed) = agreed.filter(|agreed| *agreed != found) {
                self.push(Code::Deadline, "deadline_at", agreed, found);
            }
        }
        let most = self.terms.max_deadline;
        if most <= now {
            self.push(Code::Deadline, "terms.max_deadline", format_args!("after {now}"), most);
        }
    }

    fn deadline(&mut self, member: &str, found: UnixSeconds) {
        let (now, most) = (self.now, self.terms.max_deadline);
        let left = self.terms.min_remaining;
        if found <= now || found < now.saturating_add(left) || found > most {
            let expected = format_args!("after {now} by {left} seconds or more, at most {most}");
            self.push(Code::Deadline, member, expected, found);
        }
    }

    /// Returns the last moment at which we sign.
    pub(super) fn valid_until(&self) -> UnixSeconds {
        let sent = self.sent.everywhere("deadline_at").filter_map(seconds);
        let most = self.terms.max_deadline;
        sent.chain(self.terms.deadline).min().unwrap_or(most).min(most)
    }

    /// Reads a member of 32 bytes in base58, or notes that it is none.
    fn sent_bytes(&mut self, name: &'static str) -> Option<[u8; 32]> {
        let text: Option<&'a str> = match self.sent.text(name) {
            Ok(text) => text,
            Err(violation) => {
                self.violations.push(violation);
                None
            }
        };
        let text = text?;
        let bytes = base58(text);
        if bytes.is_none() {
            self.push(Code::Encoding, name, "32 bytes in base58", text);
        }
        bytes
    }
}

fn seconds(value: &Value<'_>) -> Option<UnixSeconds> {
    let text = match value {
        Value::Number(text) => text,
        Value::String(text) => text.as_ref(),
        _ => return None,
    };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).map(UnixSeconds::new)
}
