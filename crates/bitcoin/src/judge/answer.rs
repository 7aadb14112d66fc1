use countersign_api_types::json::Value;
use countersign_approval::Code;
use countersign_units::UnixSeconds;

use super::Check;
use crate::payload::describe;
use crate::templates::Leaves;

impl Check<'_> {
    /// Compares everything that was sent beside the PSBT.
    pub(super) fn answer(&mut self) {
        self.mechanism();
        self.deadlines();
        let sent = self.sent;
        let secret_hash = self.terms.htlc.secret_hash;
        let leaves = self.htlc.leaves();
        let leaf = |part: fn(&Leaves) -> &[u8]| leaves.map(part);
        let witness_script = self.htlc.witness_script().map(|script| script.as_bytes());
        for (member, ours) in [
            ("secret_hash", Some(secret_hash.as_slice())),
            ("witness_script", witness_script),
            ("x_only_public_key", leaf(|leaves| &leaves.internal_key)),
            ("refund_control_block", leaf(|leaves| &leaves.refund_control_block)),
            ("fast_refund_control_block", leaf(|leaves| &leaves.fast_refund_control_block)),
        ] {
            for value in sent.everywhere(member) {
                if let Some(found) = self.hex(member, value) {
                    self.same_bytes(Code::HtlcScript, member, ours, &found);
                }
            }
        }
    }

    fn mechanism(&mut self) {
        let sent = self.sent;
        for value in ["approval_type", "approval_mechanism"]
            .into_iter()
            .flat_map(|name| sent.everywhere(name))
        {
            if !matches!(value.as_str(), Some("psbt" | "htlc")) {
                self.push(Code::Mechanism, "approval_type", "psbt or htlc", describe(value));
            }
        }
        for value in sent.everywhere("approve_to") {
            self.push(Code::ApproveTo, "approve_to", "nothing", describe(value));
        }
    }

    fn deadlines(&mut self) {
        const MEMBER: &str = "deadline_at";
        let (now, agreed, most) = (self.now, self.terms.deadline, self.terms.max_deadline);
        let sent = self.sent;
        for value in sent.everywhere(MEMBER) {
            let Some(found) = seconds(value) else {
                self.push(Code::Encoding, MEMBER, "Unix seconds", describe(value));
                continue;
            };
            if found <= now || found > most {
                self.push(
                    Code::Deadline,
                    MEMBER,
                    format_args!("after {now}, at most {most}"),
                    found,
                );
            }
            if let Some(agreed) = agreed.filter(|agreed| *agreed != found) {
                self.push(Code::Deadline, MEMBER, agreed, found);
            }
        }
        if let Some(agreed) = agreed.filter(|agreed| *agreed <= now) {
            self.push(Code::Deadline, "terms.deadline", format_args!("after {now}"), agreed);
        }
    }

    /// Returns the last moment at which we sign.
    pub(super) fn valid_until(&self) -> UnixSeconds {
        let sent = self.sent.everywhere("deadline_at").filter_map(seconds);
        let lock = Some(self.terms.htlc.locktime).filter(|lock| *lock >= super::agreed::FIRST_TIME);
        let lock = lock.map(|lock| UnixSeconds::new(lock.into()));
        let all = sent.chain(self.terms.deadline).chain(lock);
        all.min().unwrap_or(self.terms.max_deadline).min(self.terms.max_deadline)
    }
}

fn seconds(value: &Value<'_>) -> Option<UnixSeconds> {
    let (Value::Number(text) | Value::String(std::borrow::Cow::Borrowed(text))) = value else {
        return None;
    };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).map(UnixSeconds::new)
}
