use std::fmt::Display;

use countersign_api_types::json::{Object, Value};
use countersign_approval::Code;
use countersign_units::{EvmAddress, U256};

use super::{Check, show};
use crate::eip712::{Source, address as read_address};
use crate::payload::Everywhere;

const MESSAGE: [&str; 5] = ["permitted", "spender", "nonce", "deadline", "witness"];
const PERMITTED: [&str; 2] = ["token", "amount"];

impl<'a> Check<'a> {
    /// Requires exactly the members of the permit's type, at both levels.
    pub(super) fn message_members(&mut self) {
        if self.sent.source == Source::Api {
            return;
        }
        let sent = self.sent.message;
        let Some(message) = sent.and_then(Value::as_object) else {
            return self.push(Code::Message, "message", "an object", show(sent));
        };
        self.exactly(message, "message", &MESSAGE);
        match message.get("permitted") {
            Some(Value::Object(permitted)) => {
                self.exactly(permitted, "message.permitted", &PERMITTED);
            }
            other => self.push(Code::Message, "message.permitted", "an object", show(other)),
        }
    }

    fn exactly(&mut self, object: &Object<'_>, path: &str, expected: &[&str]) {
        for name in expected {
            let there = object.get(name).is_some();
            self.require(there, Code::Message, path, name, || format!("no {name}"));
        }
        for (name, _) in object.members() {
            let known = expected.contains(&name);
            self.require(known, Code::Message, path, expected.join(", "), || name.to_owned());
        }
    }

    /// Compares token and amount, where the payload names them.
    pub(super) fn token_and_amount(&mut self) {
        let permitted = self.in_message("permitted").and_then(Value::as_object);
        let Some(permitted) = permitted else { return };
        let (token, amount) = (self.terms.token, self.terms.amount);
        if let Some(sent) = permitted.get("token")
            && let Some(found) = self.address(sent, "message.permitted.token")
        {
            let member = "message.permitted.token";
            self.same_address(Code::Token, member, token, found);
        }
        if let Some(sent) = permitted.get("amount")
            && let Some(found) = self.integer(sent, "message.permitted.amount", self.sent.source)
        {
            let (equal, member) = (found == amount.value(), "message.permitted.amount");
            self.require(equal, Code::Amount, member, amount, || found.to_string());
        }
    }

    /// Returns the spender, after comparing it wherever it is named.
    pub(super) fn spender(&mut self) -> Option<EvmAddress> {
        let beside = self.sent.escrow;
        if beside.is_absent() && self.sent.source == Source::Api {
            self.push(Code::Malformed, "escrow_contract_address", "an address", "nothing");
        }
        let in_message = self.in_message("spender").map(|value| ("message.spender", value));
        let beside = beside.iter().map(|value| ("escrow_contract_address", value));
        let beside = beside.chain(self.sent.spender.iter().map(|value| ("spender", value)));
        let mut spender = None;
        for (member, sent) in in_message.into_iter().chain(beside) {
            let found = self.escrow(sent, member)?;
            let first = *spender.get_or_insert(found);
            self.same_address(Code::Spender, member, first, found);
        }
        spender
    }

    fn escrow(&mut self, sent: &Value<'_>, member: &str) -> Option<EvmAddress> {
        let found = self.address(sent, member)?;
        let (terms, standard) = (self.terms, self.terms.standard);
        if !terms.escrows.contains(&found) {
            let escrows: Vec<_> =
                terms.escrows.iter().map(|escrow| standard.show(*escrow)).collect();
            let expected = format_args!("the pinned escrow {}", escrows.join(" or "));
            self.push(Code::Spender, member, expected, standard.show(found));
        }
        let itself = found.is_zero() || [terms.owner, terms.permit2, terms.token].contains(&found);
        let itself = itself || self.is_resolver(found);
        let expected = "none of: the zero address, the owner, Permit2, the token, the resolver";
        self.require(!itself, Code::Spender, member, expected, || standard.show(found));
        Some(found)
    }

    /// Says whether an address is named as the resolver's; what can't be read is refused elsewhere.
    fn is_resolver(&self, address: EvmAddress) -> bool {
        let named = self.sent.resolver.iter().filter_map(Value::as_str);
        let read = |text| read_address(text, self.terms.standard);
        named.filter_map(|text| read(text).ok()).any(|resolver| resolver == address)
    }

    /// Returns the nonce, after comparing it wherever it is named.
    pub(super) fn nonce(&mut self) -> Option<U256> {
        let nonce = self.everywhere("nonce", self.sent.nonce, Code::Nonce)?;
        if let Some(agreed) = self.terms.nonce {
            self.require(nonce == agreed, Code::Nonce, "nonce", agreed, || nonce.to_string());
        }
        let unused = !self.terms.used_nonces.contains(&nonce);
        let expected = "a nonce that no swap of ours used";
        self.require(unused, Code::Nonce, "nonce", expected, || nonce.to_string());
        Some(nonce)
    }

    /// Returns the deadline, after comparing it wherever it is named.
    pub(super) fn deadline(&mut self) -> Option<U256> {
        let deadline = self.everywhere("deadline", self.sent.deadline, Code::Deadline)?;
        if let Some(agreed) = self.terms.deadline {
            let equal = deadline == agreed;
            self.require(equal, Code::Deadline, "deadline", agreed, || deadline.to_string());
        }
        self.horizon(deadline, "deadline", Code::Deadline);
        Some(deadline)
    }

    /// Requires a moment in the future, within what policy allows.
    pub(super) fn horizon(&mut self, deadline: U256, member: impl Display, code: Code) {
        let (now, last) = (self.now, self.terms.max_deadline);
        // A deadline is still good in its own second, so no time left is a second too few.
        let first = now.saturating_add(self.terms.min_remaining.max(1));
        let within = deadline >= U256::from(first.value()) && deadline <= last;
        let expected = format_args!("from {first} to {last}");
        self.require(within, code, member, expected, || deadline.to_string());
    }

    /// Reads an integer of the message and beside it; all that are there must be equal.
    ///
    /// Only numbers inside typed data may have been through a float: those beside it are exact.
    fn everywhere(&mut self, name: &str, beside: Everywhere<'a>, code: Code) -> Option<U256> {
        let in_message = self.in_message(name);
        if in_message.is_none() && self.sent.source == Source::TypedData {
            return None; // its absence is a violation of the message already
        }
        if in_message.is_none() && beside.is_absent() {
            self.push(code, name, "an integer", "nothing");
        }
        let in_message = in_message.map(|value| (value, Source::TypedData));
        let beside = beside.iter().map(|value| (value, Source::Api));
        let mut integer = None;
        for (value, source) in in_message.into_iter().chain(beside) {
            let found = self.integer(value, name, source)?;
            let first = *integer.get_or_insert(found);
            self.require(found == first, code, name, first, || found.to_string());
        }
        integer
    }

    fn in_message(&self, name: &str) -> Option<&'a Value<'a>> {
        self.sent.message.and_then(Value::as_object)?.get(name)
    }
}
