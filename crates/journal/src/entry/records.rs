use countersign_approval::{AssetAmount, ConfigDigest, Environment};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::{Digest, Label, Note, Payload, TextError};

/// What was asked for, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the flow fills it in whole")]
pub struct Request {
    /// The caller's own name of the swap: one name, one swap.
    pub key: Label,
    /// SHA-256 of the request, so that the same name can't stand for another one.
    pub digest: Digest,
    /// Where.
    pub environment: Environment,
    /// By which policy and registry.
    pub config: ConfigRecord,
    /// What we give, exactly.
    pub source: Asset,
    /// What we get, at least.
    pub destination: Asset,
    /// How far the price may move.
    pub slippage: Bps,
    /// The account that pays.
    pub owner: Label,
    /// The account that is paid.
    pub recipient: Label,
    /// The account that gets the funds back if the swap fails.
    pub refund_address: Label,
    /// The coins to spend, where the request names them.
    pub coins: Option<Vec<CoinRecord>>,
    /// By which API, where it is not the first one that swaps were made by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<Label>,
}

/// SHA-256 of the policy's and of the registry's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "there is a policy and a registry")]
pub struct ConfigRecord {
    /// SHA-256 of the policy's text.
    pub policy: Digest,
    /// SHA-256 of the registry's text.
    pub registry: Digest,
}

/// An amount of a token on a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the flow fills it in whole")]
pub struct Asset {
    /// The token's key in the registry.
    pub token: Label,
    /// The token's symbol.
    pub symbol: Label,
    /// The network's key in the registry.
    pub network: Label,
    /// How many decimals the token has.
    pub decimals: u8,
    /// The amount in base units.
    pub amount: Lots,
}

/// A coin that the request names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the flow fills it in whole")]
pub struct CoinRecord {
    /// The transaction's id as it is hashed; people read it in reverse.
    pub txid: Digest,
    /// Which of its outputs.
    pub vout: u32,
    /// How much it is, in satoshis.
    pub amount: Lots,
    /// The script that it is locked by, in hex.
    pub script_pubkey: Payload,
    /// The compressed key that spends it, in hex, where that is not the owner's.
    pub public_key: Option<Label>,
}

/// An offer, as the counterparty made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the flow fills it in whole")]
pub struct OfferRecord {
    /// The offer's id.
    pub id: Label,
    /// The source token's address, where it is repeated.
    pub from_token: Option<Note>,
    /// The counterparty's number of the source network, where it is repeated.
    pub from_network: Option<u64>,
    /// The decimals of the source token, as the counterparty sees them.
    pub from_decimals: Option<u8>,
    /// What we give, in base units.
    pub from_amount: Lots,
    /// The destination token's address, where it is repeated.
    pub to_token: Option<Note>,
    /// The counterparty's number of the destination network, where it is repeated.
    pub to_network: Option<u64>,
    /// The decimals of the destination token, as the counterparty sees them.
    pub to_decimals: Option<u8>,
    /// What we get at least, in base units.
    pub min_out: Lots,
    /// What we get at most, in base units.
    pub max_out: Option<Lots>,
    /// The slippage that was applied.
    pub slippage: Option<Bps>,
    /// Until when it may be accepted.
    pub expires_at: Option<UnixMillis>,
    /// The least that is taken in the end, where it is more than what was asked for: the offer was
    /// chosen for what it promises, and is held to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Lots>,
}

/// An intent, as the counterparty created it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the flow fills it in whole")]
pub struct IntentRecord {
    /// The intent's id.
    pub id: Label,
    /// How it is to be approved, by the mechanism's name.
    pub mechanism: Label,
    /// Until when it may be approved.
    pub deadline: Option<UnixSeconds>,
    /// The hash of the secret that releases the funds.
    pub secret_hash: Option<Note>,
    /// An address that the counterparty wants approved on chain.
    pub approve_to: Option<Note>,
    /// What is to be signed, byte for byte as it was sent.
    pub params_to_sign: Option<Payload>,
    /// Members of the answer that its documents don't have.
    pub beside: Option<Payload>,
    /// The offer that was applied, where it is repeated.
    pub offer: Option<OfferRecord>,
    /// Who pays in, where it is repeated.
    pub from_address: Option<Note>,
    /// Who is paid, where it is repeated.
    pub to_address: Option<Note>,
    /// Where a failed swap returns to, where it is repeated.
    pub refund_address: Option<Note>,
}

impl Asset {
    /// Copies an amount of a token.
    ///
    /// # Errors
    ///
    /// Returns a [`TextError`] if one of its names is no [`Label`].
    pub fn new(asset: &AssetAmount) -> Result<Self, TextError> {
        Ok(Self {
            token: Label::new(&asset.token)?,
            symbol: Label::new(&asset.symbol)?,
            network: Label::new(&asset.network)?,
            decimals: asset.decimals,
            amount: asset.amount,
        })
    }
}

impl From<ConfigDigest> for ConfigRecord {
    fn from(config: ConfigDigest) -> Self {
        Self { policy: config.policy.into(), registry: config.registry.into() }
    }
}
