//! What is generated to be signed: one transfer to a deposit address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_units::UnixMillis;

use super::{Standard, VERIFYING_CONTRACT, moment};
use crate::json::Json;

/// What a nonce of version 1 begins with.
const MARK: [u8; 5] = [0x56, 0x28, 0xf6, 0xc6, 0];
const NANOS_A_MILLI: u64 = 1_000_000;

/// An intent before it is written. Every part can be set to anything: a hostile answer differs from
/// an honest one in these parts only.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) standard: Standard,
    pub(crate) signer_id: String,
    pub(crate) verifying_contract: String,
    pub(crate) deadline: UnixMillis,
    pub(crate) salt: [u8; 4],
    /// The deadline that the nonce carries.
    pub(crate) nonce_deadline: UnixMillis,
    pub(crate) actions: Vec<Json>,
    pub(crate) callback: Option<String>,
}

/// Writes what moves tokens to another account.
pub(crate) fn transfer_of(receiver: &str, tokens: &[(&str, &str)]) -> Json {
    let tokens = tokens.iter().map(|(asset, amount)| (*asset, Json::from(*amount)));
    Json::object([
        ("intent", Json::from("transfer")),
        ("receiver_id", Json::from(receiver)),
        ("tokens", Json::object(tokens)),
    ])
}

impl Draft {
    /// Begins with one honest transfer.
    pub(super) fn honest(
        standard: Standard,
        signer_id: &str,
        (deadline, salt): (UnixMillis, [u8; 4]),
        transfer: Json,
    ) -> Self {
        Self {
            standard,
            signer_id: signer_id.to_owned(),
            verifying_contract: VERIFYING_CONTRACT.to_owned(),
            deadline,
            salt,
            nonce_deadline: deadline,
            actions: vec![transfer],
            callback: None,
        }
    }

    /// Writes the member `intent` of the answer.
    pub(super) fn write(&self) -> Json {
        let payload = match self.standard {
            Standard::Nep413 => self.nep413(),
            _ => Json::text(self.message(true)),
        };
        let standard = Json::from(self.standard.word());
        Json::object([("standard", standard), ("payload", payload)])
    }

    fn nep413(&self) -> Json {
        let mut payload = Json::object([
            ("message", Json::text(self.message(false))),
            ("nonce", Json::from(self.nonce())),
            ("recipient", Json::text(&self.verifying_contract)),
        ]);
        if let Some(callback) = &self.callback {
            payload.push("callbackUrl", Json::text(callback));
        }
        payload
    }

    /// Writes the text; only where nothing stands around it does it hold contract and nonce.
    fn message(&self, whole: bool) -> Json {
        let mut message = Json::object([("deadline", Json::from(moment::write(self.deadline)))]);
        message.push("intents", Json::list(self.actions.clone()));
        if whole {
            message.push("nonce", Json::from(self.nonce()));
        }
        message.push("signer_id", Json::text(&self.signer_id));
        if whole {
            message.push("verifying_contract", Json::text(&self.verifying_contract));
        }
        message
    }

    fn nonce(&self) -> String {
        let nanos = self.nonce_deadline.value().saturating_mul(NANOS_A_MILLI);
        let chance: [u8; 15] = rand::random();
        STANDARD.encode([&MARK[..], &self.salt, &nanos.to_le_bytes(), &chance].concat())
    }
}

/// Reads the salt and the deadline of a nonce.
pub(super) fn read_nonce(nonce: &[u8; 32]) -> Option<([u8; 4], UnixMillis)> {
    let rest = nonce.strip_prefix(&MARK)?;
    let (salt, rest) = rest.split_first_chunk::<4>()?;
    let (nanos, _) = rest.split_first_chunk::<8>()?;
    let millis = u64::from_le_bytes(*nanos).div_euclid(NANOS_A_MILLI);
    Some((*salt, UnixMillis::new(millis)))
}
