//! Quotes, and what becomes of an accepted one.

use std::fmt;

use alloy::primitives::{B256, U256};
use bitcoin::Txid;
use countersign_units::{UnixMillis, UnixSeconds};
use sha2::{Digest, Sha256};
use solana_sdk::signature::Signature;
use uuid::Uuid;

use crate::api::{Dialect, SignedData};
use crate::bitcoin::Offer;
use crate::chain::Deposit;
use crate::json::Json;
use crate::market::Price;
use crate::solana::CosignOffer;
use crate::world::{Destination, Token};

/// An offer to swap.
#[derive(Clone, Debug)]
pub(crate) struct Quote {
    pub(crate) id: Uuid,
    pub(crate) source: Token,
    pub(crate) target: Token,
    pub(crate) amount: U256,
    pub(crate) price: Price,
    pub(crate) slippage_bps: u64,
    pub(crate) expires_at: UnixMillis,
}

/// An accepted quote on its way.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) id: Uuid,
    pub(crate) dialect: Dialect,
    pub(crate) quote: Quote,
    pub(crate) parties: Addresses,
    pub(crate) recipient: Destination,
    pub(crate) secret: B256,
    pub(crate) funding: Funding,
    pub(crate) deadline: UnixSeconds,
    pub(crate) status: Status,
    /// The approval that the chain accepted.
    pub(crate) approval: Option<SignedData>,
    /// What the create request was answered with.
    pub(crate) answer: Json,
    pub(crate) history: History,
    pub(crate) calls: Calls,
}

/// How an intent is paid into: always the honest values, whatever the client was told.
#[derive(Clone, Debug)]
pub(crate) enum Funding {
    /// What the escrow will be told on chain.
    Permit2(Deposit),
    /// The transaction that funds an output on Bitcoin.
    Htlc(Box<Offer>),
    /// The transaction that pays into the vault on Solana.
    Cosign(Box<CosignOffer>),
}

/// The addresses of an intent, as the client wrote them.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) refund: String,
    /// The public key of who pays in, where the client sent it.
    pub(crate) key: Option<String>,
}

/// How often an intent was approved and asked about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    /// Approvals that were taken.
    pub(crate) accepted: u64,
    /// Those that came again, byte for byte.
    pub(crate) repeated: u64,
    /// Those that were not taken.
    pub(crate) refused: u64,
    /// Whether the first was answered without being looked at.
    pub(crate) declined: bool,
    /// Status requests.
    pub(crate) asked: u64,
}

/// What happened to an intent, and when.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) created_at: UnixMillis,
    pub(crate) deposit: Option<Event>,
    pub(crate) payout: Option<Event>,
    pub(crate) refund: Option<Event>,
}

/// A transaction and its time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) id: TransactionId,
    pub(crate) at: UnixMillis,
}

/// The name of a transaction, as its network writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransactionId {
    Evm(B256),
    Bitcoin(Txid),
    Solana(Signature),
}

impl Funding {
    /// Returns the deposit into an escrow, if it is one.
    pub(crate) const fn deposit(&self) -> Option<&Deposit> {
        match self {
            Self::Permit2(deposit) => Some(deposit),
            Self::Htlc(_) | Self::Cosign(_) => None,
        }
    }

    /// Returns the API's name of the mechanism.
    pub(crate) const fn mechanism(&self) -> &'static str {
        match self {
            Self::Permit2(_) => "permit2",
            Self::Htlc(_) => "htlc",
            Self::Cosign(_) => "cosign",
        }
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Evm(id) => write!(formatter, "{id}"),
            Self::Bitcoin(txid) => write!(formatter, "{txid}"),
            Self::Solana(signature) => write!(formatter, "{signature}"),
        }
    }
}

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Created,
    Approved,
    Verified,
    Deposited,
    Finished,
    Expired,
    RefundRequested,
    Refunded,
}

impl Status {
    /// Says whether nothing follows any more.
    pub(crate) const fn is_final(self) -> bool {
        matches!(self, Self::Finished | Self::Expired | Self::Refunded)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// Returns the hash under which the escrow holds a deposit: SHA-256 of the secret.
pub(crate) fn hash_secret(secret: B256) -> B256 {
    B256::from(<[u8; 32]>::from(Sha256::digest(secret)))
}
