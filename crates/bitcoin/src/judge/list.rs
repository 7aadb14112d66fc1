use std::collections::HashSet;

use countersign_api_types::json::Value;
use countersign_approval::Code;

use super::{Check, Spend};
use crate::payload::describe;

impl Check<'_> {
    /// The inputs to sign must be listed once each, all of ours and no others.
    pub(super) fn list(&mut self, spends: &[Spend]) {
        let sent = self.sent;
        let mut listed = HashSet::with_capacity(sent.inputs.len());
        if sent.inputs.is_empty() {
            self.push(Code::InputsList, "inputs", "the inputs to sign", "none");
        }
        for (place, value) in sent.inputs.iter().enumerate() {
            let index = read_index(value);
            let spend = index.and_then(|index| spends.get(index));
            let fault = match (index, spend) {
                (None, _) => Some("a whole number without sign or exponent"),
                (_, None) => Some("an index of an input"),
                (Some(index), _) if !listed.insert(index) => Some("each index once"),
                (_, Some(spend)) if !spend.is_ours() => Some("an input that spends our coin"),
                _ => None,
            };
            if let Some(expected) = fault {
                let member = format_args!("inputs[{place}]");
                self.push(Code::InputsList, member, expected, describe(value));
            }
        }
        for (index, spend) in spends.iter().enumerate() {
            if spend.is_ours() && !listed.contains(&index) {
                let expected = format_args!("{index}, which spends our {}", spend.id);
                self.push(Code::InputsList, "inputs", expected, "nothing of it");
            }
        }
    }
}

/// Reads an index of any width exactly, in its one decimal writing.
fn read_index(value: &Value<'_>) -> Option<usize> {
    let Value::Number(text) = value else { return None };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    // A number that is wider than an index is an index of no input.
    plain.then(|| text.parse().unwrap_or(usize::MAX))
}
