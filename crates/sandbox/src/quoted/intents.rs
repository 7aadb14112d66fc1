//! Intents: what is generated to be signed, and what is carried out once it is.

use alloy::primitives::U256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_units::UnixMillis;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::ledger::Transfer;
use super::signed::{Signed, SignedData};
use super::{
    Draft, Place, Quoted, Standard, VERIFYING_CONTRACT, moment, payload, primary, transfer_of,
};
use crate::clock;
use crate::json::Json;
use crate::tamper::{self, IntentScene, Tamper};
use crate::world::World;

/// The one type of intent that is generated.
const SWAP_TRANSFER: &str = "swap_transfer";

/// Asks for an intent.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GenerateBody {
    #[serde(rename = "type")]
    kind: String,
    standard: Standard,
    signer_id: String,
    deposit_address: String,
}

/// Hands a signed intent in.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubmitBody {
    #[serde(rename = "type")]
    kind: String,
    signed_data: SignedData,
}

/// What an intent says.
#[derive(Deserialize)]
struct Message {
    signer_id: String,
    verifying_contract: String,
    deadline: Deadline,
    nonce: String,
    intents: Vec<Value>,
}

/// A moment in words, or in seconds.
#[derive(Deserialize)]
#[serde(untagged)]
enum Deadline {
    Text(String),
    Seconds { timestamp: u64 },
}

impl Quoted {
    /// Generates an intent that moves what a quote asks for to its deposit address.
    ///
    /// # Errors
    ///
    /// Returns the API's words for what it declines.
    pub(crate) fn generate(
        &self,
        world: &World,
        body: &GenerateBody,
        lie: Option<Tamper>,
    ) -> Result<Json, &'static str> {
        if body.kind != SWAP_TRANSFER {
            return Err("type is not valid");
        }
        let deposit = self.place(&body.deposit_address).and_then(|place| self.deposits.get(place));
        let deposit = deposit.ok_or("depositAddress is not valid")?;
        if deposit.order.body.deposit_type != Place::Intents {
            return Err("depositAddress is not an account inside NEAR Intents");
        }
        let dies = deposit.answer.get("quote").and_then(|quote| quote.get("deadline"));
        let dies = dies.and_then(Json::as_text).and_then(moment::read);
        let deadline = dies.unwrap_or(deposit.order.deadline);
        let asset = primary(deposit.order.source.listing);
        let amount = deposit.offer.amount_in.to_string();
        let transfer = transfer_of(&deposit.address, &[(&asset, &amount)]);
        let terms = (deadline, self.ledger.salt());
        let mut draft = Draft::honest(body.standard, &body.signer_id, terms, transfer);
        if let Some(lie) = lie {
            let attacker = super::random_account();
            let others = world.tokens().iter().map(|token| primary(token.listing));
            let other_asset = others.into_iter().find(|other| *other != asset).unwrap_or_default();
            let amount_in = deposit.offer.amount_in;
            let receiver = &deposit.address;
            let scene = IntentScene { attacker, asset, other_asset, receiver, amount: amount_in };
            tamper::apply_to_intent(lie, &mut draft, &scene);
        }
        Ok(Json::object([("intent", draft.write()), ("correlationId", Json::text(Uuid::new_v4()))]))
    }

    /// Carries a signed intent out, if its signature and every rule of the contract let it.
    /// Returns the intent's hash, and the accounts that it paid.
    ///
    /// # Errors
    ///
    /// Returns the API's words for what it declines.
    pub(crate) fn submit(
        &mut self,
        world: &World,
        body: &SubmitBody,
    ) -> Result<(String, Vec<String>), &'static str> {
        if body.kind != SWAP_TRANSFER {
            return Err("type is not valid");
        }
        let Signed { account, hash, message } = body.signed_data.verify()?;
        let message: Message = serde_json::from_value(message).map_err(|_| "invalid message")?;
        let nonce = self.check(&message, &account)?;
        let transfers: Option<Vec<_>> =
            message.intents.iter().map(|intent| transfers(&account, intent)).collect();
        let transfers = transfers.ok_or("only transfers are carried out")?.concat();
        self.ledger.carry_out(world, &transfers, (&account, nonce, &hash))?;
        Ok((hash, transfers.into_iter().map(|transfer| transfer.to).collect()))
    }

    /// Says which addresses a signed intent would pay, whether or not it holds.
    pub(crate) fn receivers(body: &SubmitBody) -> Vec<String> {
        let Ok(Signed { account, message, .. }) = body.signed_data.verify() else {
            return Vec::new();
        };
        let Ok(message) = serde_json::from_value::<Message>(message) else { return Vec::new() };
        let paid = message.intents.iter().filter_map(|intent| transfers(&account, intent));
        paid.flatten().map(|transfer| transfer.to).collect()
    }

    /// Applies the contract's rules, and returns the nonce.
    fn check(&self, message: &Message, account: &str) -> Result<[u8; 32], &'static str> {
        if message.verifying_contract != VERIFYING_CONTRACT {
            return Err("wrong verifying_contract");
        }
        if message.signer_id != account {
            return Err("the public key is not registered for the account");
        }
        let deadline = message.deadline.read().ok_or("invalid deadline")?;
        if deadline <= clock::now() {
            return Err("deadline has expired");
        }
        let nonce = STANDARD.decode(&message.nonce).ok().and_then(|bytes| bytes.try_into().ok());
        let nonce: [u8; 32] = nonce.ok_or("invalid nonce")?;
        if let Some((salt, until)) = payload::read_nonce(&nonce) {
            if salt != self.ledger.salt() {
                return Err("invalid salt");
            }
            if until < deadline {
                return Err("deadline is greater than nonce");
            }
        }
        if self.ledger.is_used(account, nonce) {
            return Err("nonce was already used");
        }
        Ok(nonce)
    }
}

impl Deadline {
    fn read(&self) -> Option<UnixMillis> {
        match self {
            Self::Text(text) => moment::read(text),
            Self::Seconds { timestamp } => Some(UnixMillis::new(timestamp.saturating_mul(1_000))),
        }
    }
}

/// Reads a transfer of one or more assets; `None` for any other kind of intent.
fn transfers(account: &str, intent: &Value) -> Option<Vec<Transfer>> {
    if intent.get("intent")?.as_str()? != "transfer" {
        return None;
    }
    let to = intent.get("receiver_id")?.as_str()?;
    let tokens = intent.get("tokens")?.as_object()?.iter().map(|(asset, amount)| {
        let amount = U256::from_str_radix(amount.as_str()?, 10).ok()?;
        let (from, to) = (account.to_owned(), to.to_owned());
        Some(Transfer { from, to, asset: asset.clone(), amount })
    });
    tokens.collect()
}
