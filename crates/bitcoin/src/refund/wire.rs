use bitcoin::hashes::Hash;
use countersign_approval::{CoinId, HtlcKey, Sats};
use serde::{Deserialize, Serialize};

use super::{RecipeError, RefundRecipe};

/// The recipe in JSON: bytes in hex.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wire {
    network: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    outpoint: Option<String>,
    template: String,
    amount: u64,
    secret_hash: String,
    locktime: u32,
    claim_key: String,
    refund_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    internal_key: Option<String>,
    public_key: String,
    refund_script: String,
    script_pubkey: String,
}

impl From<RefundRecipe> for Wire {
    fn from(recipe: RefundRecipe) -> Self {
        let key = |key: HtlcKey| match key {
            HtlcKey::Compressed(bytes) => hex::encode(bytes),
            HtlcKey::XOnly(bytes) => hex::encode(bytes),
        };
        Self {
            network: recipe.network.to_string(),
            outpoint: recipe.outpoint.map(|outpoint| outpoint.to_string()),
            template: recipe.template,
            amount: recipe.amount.value(),
            secret_hash: hex::encode(recipe.secret_hash),
            locktime: recipe.locktime,
            claim_key: key(recipe.claim_key),
            refund_key: key(recipe.refund_key),
            internal_key: recipe.internal_key.map(hex::encode),
            public_key: hex::encode(recipe.public_key),
            refund_script: hex::encode(recipe.refund_script),
            script_pubkey: hex::encode(recipe.script_pubkey),
        }
    }
}

impl TryFrom<Wire> for RefundRecipe {
    type Error = RecipeError;

    fn try_from(wire: Wire) -> Result<Self, RecipeError> {
        let network = wire.network.parse().map_err(|_| wrong("network", "a Bitcoin network"))?;
        let outpoint = wire.outpoint.as_deref().map(read_outpoint).transpose()?;
        let internal_key = wire.internal_key.as_deref();
        let internal_key = internal_key.map(|key| read_array("internal_key", key)).transpose()?;
        Ok(Self {
            network,
            outpoint,
            template: wire.template,
            amount: Sats::new(wire.amount).ok_or(wrong("amount", "an amount of bitcoin"))?,
            secret_hash: read_array("secret_hash", &wire.secret_hash)?,
            locktime: wire.locktime,
            claim_key: read_key("claim_key", &wire.claim_key)?,
            refund_key: read_key("refund_key", &wire.refund_key)?,
            internal_key,
            public_key: read_array("public_key", &wire.public_key)?,
            refund_script: read_bytes("refund_script", &wire.refund_script)?,
            script_pubkey: read_bytes("script_pubkey", &wire.script_pubkey)?,
        })
    }
}

const fn wrong(member: &'static str, expected: &'static str) -> RecipeError {
    RecipeError { member, expected }
}

fn read_bytes(member: &'static str, text: &str) -> Result<Vec<u8>, RecipeError> {
    hex::decode(text).map_err(|_| wrong(member, "bytes in hex"))
}

fn read_array<const N: usize>(member: &'static str, text: &str) -> Result<[u8; N], RecipeError> {
    let bytes = read_bytes(member, text)?;
    bytes.try_into().map_err(|_| wrong(member, "as many bytes as its kind has"))
}

fn read_key(member: &'static str, text: &str) -> Result<HtlcKey, RecipeError> {
    match text.len() {
        64 => read_array(member, text).map(HtlcKey::XOnly),
        _ => read_array(member, text).map(HtlcKey::Compressed),
    }
}

fn read_outpoint(text: &str) -> Result<CoinId, RecipeError> {
    let outpoint: bitcoin::OutPoint =
        text.parse().map_err(|_| wrong("outpoint", "a transaction id, a colon and a number"))?;
    Ok(CoinId { txid: outpoint.txid.to_byte_array(), vout: outpoint.vout })
}
