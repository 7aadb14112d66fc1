use countersign_api_types::json::{Object, Value};
use countersign_approval::{Code, Violation};

use super::payload::{self, Signed, malformed, object, only, required, text};
use crate::moment::Moment;

const AT: &str = "message";
const TRANSFER: &str = "transfer";
/// The members that every transfer has.
const NEEDED: [&str; 3] = ["intent", "receiver_id", "tokens"];
/// The members that one may have, each of which does more than to move tokens.
const OPTIONS: [&str; 2] = ["memo", "msg"];

/// What is signed, word for word, whatever the standard.
#[derive(Debug)]
pub(crate) struct Message<'m> {
    pub(crate) signer_id: &'m str,
    pub(crate) verifying_contract: &'m str,
    pub(crate) deadline: Moment,
    pub(crate) nonce: &'m str,
    pub(crate) transfer: Transfer<'m>,
}

/// The one thing that the intent does.
#[derive(Debug)]
pub(crate) struct Transfer<'m> {
    pub(crate) receiver_id: &'m str,
    pub(crate) token: &'m str,
    pub(crate) amount: &'m str,
    pub(crate) memo: Option<&'m str>,
    pub(crate) msg: Option<&'m str>,
}

impl<'m> Message<'m> {
    /// Takes the signed text apart; every member of it must be known.
    pub(crate) fn read(value: &'m Value<'m>, signed: Signed<'m>) -> Result<Self, Violation> {
        let message = object(value, AT)?;
        let (verifying_contract, nonce) = match signed {
            Signed::Text(_) => {
                let known = ["signer_id", "verifying_contract", "deadline", "nonce", "intents"];
                only(message, AT, &known)?;
                (text(message, AT, "verifying_contract")?, text(message, AT, "nonce")?)
            }
            Signed::Nep413(payload) => {
                only(message, AT, &["signer_id", "deadline", "intents"])?;
                (payload.recipient, payload.nonce)
            }
        };
        Ok(Self {
            signer_id: text(message, AT, "signer_id")?,
            verifying_contract,
            deadline: deadline(required(message, AT, "deadline")?)?,
            nonce,
            transfer: Transfer::read(required(message, AT, "intents")?)?,
        })
    }
}

impl<'m> Transfer<'m> {
    fn read(intents: &'m Value<'m>) -> Result<Self, Violation> {
        const MEMBER: &str = "message.intents";
        let intents =
            intents.as_array().ok_or_else(|| malformed(MEMBER, "an array", intents.kind()))?;
        let [intent] = intents else {
            return Err(refuse(MEMBER, "exactly one intent", &intents.len()));
        };
        let intent = object(intent, "message.intents[0]")?;
        let kind = text(intent, "message.intents[0]", "intent")?;
        if kind != TRANSFER {
            return Err(refuse("message.intents[0].intent", TRANSFER, &kind));
        }
        Self::read_transfer(intent)
    }

    fn read_transfer(transfer: &'m Object<'m>) -> Result<Self, Violation> {
        const AT: &str = "message.intents[0]";
        let is_known = |name: &str| NEEDED.contains(&name) || OPTIONS.contains(&name);
        if let Some((name, _)) = transfer.members().find(|(name, _)| !is_known(name)) {
            return Err(refuse(AT, "a transfer and nothing else", &name));
        }
        let tokens = object(required(transfer, AT, "tokens")?, "message.intents[0].tokens")?;
        let mut entries = tokens.members();
        let (Some((token, amount)), None) = (entries.next(), entries.next()) else {
            return Err(refuse("message.intents[0].tokens", "exactly one token", &tokens.len()));
        };
        let member = "message.intents[0].tokens";
        let amount = amount.as_str().ok_or_else(|| malformed(member, "a string", amount.kind()))?;
        let [memo, msg] = OPTIONS.map(|name| {
            let value = transfer.get(name).filter(|value| !value.is_null());
            value.map(|_| text(transfer, AT, name)).transpose()
        });
        let receiver_id = text(transfer, AT, "receiver_id")?;
        Ok(Self { receiver_id, token, amount, memo: memo?, msg: msg? })
    }
}

/// Reads a deadline: a moment in words, or `{"timestamp": seconds}`.
fn deadline(value: &Value<'_>) -> Result<Moment, Violation> {
    const MEMBER: &str = "message.deadline";
    let refuse = || {
        let expected = "a moment by RFC 3339, or an object with a timestamp in seconds";
        Violation::new(Code::Encoding, MEMBER, expected, value)
    };
    match value {
        Value::String(text) => Moment::parse(text).ok_or_else(refuse),
        Value::Object(object) => {
            only(object, MEMBER, &["timestamp"])?;
            match payload::required(object, MEMBER, "timestamp")? {
                Value::Number(seconds) => {
                    seconds.parse().map(Moment::from_seconds).map_err(|_| refuse())
                }
                _ => Err(refuse()),
            }
        }
        _ => Err(refuse()),
    }
}

fn refuse(member: &str, expected: &str, found: &dyn std::fmt::Display) -> Violation {
    Violation::new(Code::IntentKind, member, expected, found)
}
