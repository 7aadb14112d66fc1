//! Named lies of a hostile counterparty.

mod answer;
mod cosign;
mod domain;
mod intent;
mod message;
mod psbt;
mod quoted;
mod table;
#[cfg(test)]
mod tests;
mod types;
mod witness;

use std::fmt;
use std::str::FromStr;

use alloy::primitives::{Address, U256};

use crate::address::AddressForm;
use crate::answer::Answer;
use crate::json::Json;

pub(crate) use cosign::{CosignScene, apply as apply_to_cosign};
pub(crate) use intent::{IntentScene, apply as apply_to_intent};
pub(crate) use psbt::{PsbtScene, apply as apply_to_psbt};
pub(crate) use quoted::apply as apply_to_quote;
pub use table::Tamper;

/// A text names no tampering.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a tampering, such as {first}, found {found:?}", first = Tamper::Spender)]
pub struct ParseTamperError {
    found: String,
}

impl fmt::Display for Tamper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Tamper {
    type Err = ParseTamperError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::EVERY.iter().copied().find(|tamper| tamper.name() == text);
        found.ok_or_else(|| ParseTamperError { found: text.to_owned() })
    }
}

/// What a lie needs to know about the swap and its surroundings.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// How the network writes addresses.
    pub(crate) form: AddressForm,
    pub(crate) owner: Address,
    pub(crate) attacker: Address,
    pub(crate) token: Address,
    pub(crate) other_token: Address,
    pub(crate) amount: U256,
    /// How many decimals the source token has.
    pub(crate) decimals: u8,
    /// The chain id that an honest answer has.
    pub(crate) chain_id: u64,
    pub(crate) other_chain_id: u64,
    pub(crate) nonce: u64,
    pub(crate) now: u64,
    pub(crate) deadline: u64,
}

impl Scene {
    /// Writes an address as the network does.
    fn write(&self, address: Address) -> Json {
        Json::from(self.form.write(address))
    }
}

/// Changes an honest create answer into the lie.
///
/// A lie about quotes or nonces was told before the answer was made, and changes nothing here.
pub(crate) fn apply(tamper: Tamper, answer: &mut Answer, scene: &Scene) {
    if tamper.needs_typed_data() {
        answer.use_typed_data();
    }
    domain::apply(tamper, &mut answer.payload, scene);
    types::apply(tamper, &mut answer.payload, scene);
    witness::apply(tamper, answer, scene);
    message::apply(tamper, answer, scene);
    answer::apply(tamper, answer, &scene.form.write(scene.attacker));
}

/// Returns an address that differs in one bit.
fn one_bit_off(address: Address) -> Address {
    let mut bytes = address.into_array();
    if let Some(byte) = bytes.get_mut(10) {
        *byte ^= 4;
    }
    Address::from(bytes)
}
