mod call;
mod cosign;
mod htlc;
mod intent;
mod payment;
mod quote;
mod transfer;
mod tron_call;

use countersign_units::{EvmAddress, Lots, TronAddress, U256};
use serde::{Deserialize, Serialize};

use crate::{ConfigDigest, Environment, Fact, SwapId};

pub use call::{CallAction, CallTerms};
pub use cosign::{AssetTransfer, CosignTerms, DurableNonce, OthersSign, TokenTransfer};
pub use htlc::{
    BitcoinNetwork, Coin, CoinId, DerivedHtlc, ForeignInputs, HtlcKey, HtlcSpec, HtlcTerms,
    ParseBitcoinNetworkError, Sats, SighashKind, TooManySats,
};
pub use intent::{IntentBound, IntentKey, IntentNonceRule, IntentStandard, IntentTerms};
pub use payment::{BitcoinDeposit, FeeRate, PaymentAction, PaymentFees, PaymentTerms};
pub use quote::{
    AppFee, AssetAlias, QuoteAge, QuoteConfidentiality, QuoteDepositMode, QuotePlace, QuoteRebate,
    QuoteSwapType, QuoteTerms,
};
pub use transfer::{TokenPayment, TransferAction, TransferTerms};
pub use tron_call::TronCallTerms;

/// What we agreed to, and what an approval is compared with.
///
/// Every member comes from our own side: the request, the accepted quote, the registry and the
/// policy. What the counterparty claimed (a nonce, a secret hash) is bound to them afterwards and
/// never replaces a pinned member. The facade's `accept` and `bind` make terms; a payload that is
/// checked against terms that were copied from that payload is not checked at all.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct Terms<A> {
    /// Our own id of the swap.
    pub swap_id: SwapId,
    /// Where the swap takes place.
    pub environment: Environment,
    /// What we give, exactly.
    pub source: AssetAmount,
    /// What we get, at least.
    pub destination: AssetAmount,
    /// Who gets it, in the destination chain's own form.
    pub recipient: String,
    /// Who gets the source asset back if the swap fails.
    pub refund_address: String,
    /// Which policy and registry the terms were made from.
    pub config: ConfigDigest,
    /// What the approval has to say, in the way of the source chain.
    pub approval: A,
}

impl<A> Terms<A> {
    /// Takes out what the approval has to say.
    pub fn split(self) -> (Terms<()>, A) {
        self.replace(())
    }

    fn replace<B>(self, approval: B) -> (Terms<B>, A) {
        let Self { swap_id, environment, source, destination, config, .. } = self;
        let (recipient, refund_address) = (self.recipient, self.refund_address);
        let terms = Terms {
            swap_id,
            environment,
            source,
            destination,
            recipient,
            refund_address,
            config,
            approval,
        };
        (terms, self.approval)
    }
}

impl Terms<()> {
    /// Puts in what the approval has to say.
    pub fn with<A>(self, approval: A) -> Terms<A> {
        self.replace(approval).0
    }
}

/// An amount of a token on a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct AssetAmount {
    /// The token's key in the registry; limits are counted by it.
    pub token: String,
    /// The token's symbol, for people.
    pub symbol: String,
    /// The network's key in the registry.
    pub network: String,
    /// How many decimals the token has.
    pub decimals: u8,
    /// The amount in base units.
    pub amount: Lots,
}

impl AssetAmount {
    /// Writes the amount for people: `100.5 USDC on ethereum`.
    pub fn describe(&self) -> String {
        format!("{} {} on {}", self.amount.to_decimal(self.decimals), self.symbol, self.network)
    }
}

/// What a Permit2 approval has to say, to the unit.
///
/// Deadlines are Unix seconds at the full width of an EVM word, since that is what is signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct Permit2Terms {
    /// How addresses are written and how wide the chain id is.
    pub standard: TypedDataStandard,
    /// The account whose tokens move.
    pub owner: EvmAddress,
    /// The address of the key at hand, where it is known before signing.
    pub signer: Option<EvmAddress>,
    /// The pinned EIP-155 chain id; on Tron its low 32 bits count.
    pub chain_id: u64,
    /// The pinned Permit2 contract of that chain.
    pub permit2: EvmAddress,
    /// The pinned escrow contracts, one of which must be the spender.
    pub escrows: Vec<EvmAddress>,
    /// The pinned code hash of the escrow contract, where it is known.
    #[serde(with = "crate::wire::optional_hex")]
    pub escrow_code_hash: Option<[u8; 32]>,
    /// The pinned implementation behind the escrow contract, where that is a proxy.
    pub escrow_implementation: Option<EvmAddress>,
    /// The agreed token.
    pub token: EvmAddress,
    /// The agreed amount, exactly.
    pub amount: Lots,
    /// The nonce that was bound; absent means any that is not used.
    pub nonce: Option<U256>,
    /// Nonces of this owner that belong to other swaps of ours.
    pub used_nonces: Vec<U256>,
    /// The intent's deadline, where it was bound.
    pub deadline: Option<U256>,
    /// How many seconds a deadline must leave at least, for the permit and for its witness.
    pub min_remaining: u64,
    /// The last deadline that policy allows, for the permit and for its witness.
    pub max_deadline: U256,
    /// The allowed witness structs, as EIP-712 encodeType.
    pub witness_types: Vec<String>,
    /// Pinned witness members. One that is absent is not pinned.
    pub witness: Pin,
    /// The pinned resolvers; every witness member `resolverDepositAddress` must be one of them.
    /// Empty where the resolver is pinned by `witness` or not at all.
    pub resolvers: Vec<EvmAddress>,
    /// What to do about a witness member that nothing pins, bounds or binds.
    pub unpinned_members: UnpinnedMembers,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
    /// How much the owner may have let Permit2 move at most, where policy bounds it.
    pub max_allowance: Option<Lots>,
    /// How far, in seconds, the clock and the latest block may differ.
    pub max_clock_skew: u64,
}

/// The standard by which typed data is hashed.
///
/// Sources: [EIP-712](https://eips.ethereum.org/EIPS/eip-712),
/// [TIP-712](https://github.com/tronprotocol/tips/blob/master/tip-712.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a reader of addresses must know all of them")]
pub enum TypedDataStandard {
    /// EVM chains: addresses in hex, the chain id at its full width.
    Eip712,
    /// Tron: addresses in base58check or in hex, the chain id by its low 32 bits.
    Tip712,
}

/// A text is no address of its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {}", .0.address_form())]
pub struct AddressError(TypedDataStandard);

impl TypedDataStandard {
    /// Writes an address as the chain's people do.
    pub fn show(self, address: EvmAddress) -> String {
        match self {
            Self::Eip712 => address.to_string(),
            Self::Tip712 => TronAddress::new(address).to_string(),
        }
    }

    /// Reads an address in the form in which the chain's people write it.
    ///
    /// # Errors
    ///
    /// Returns an [`AddressError`] if the text is none.
    pub fn parse_address(self, text: &str) -> Result<EvmAddress, AddressError> {
        match self {
            Self::Eip712 => text.parse().map_err(|_| AddressError(self)),
            Self::Tip712 => {
                let address = text.parse::<TronAddress>();
                address.map(TronAddress::to_evm).map_err(|_| AddressError(self))
            }
        }
    }

    /// Says what an address looks like.
    pub const fn address_form(self) -> &'static str {
        match self {
            Self::Eip712 => "0x and 40 hex digits, with a right checksum if of mixed case",
            Self::Tip712 => "T and 33 more base58 characters, with a right checksum",
        }
    }

    /// Returns the chain id that is hashed.
    pub const fn mask(self, chain_id: U256) -> U256 {
        match self {
            Self::Eip712 => chain_id,
            Self::Tip712 => {
                let [lowest, ..] = *chain_id.as_limbs();
                U256::from_limbs([lowest & 0xffff_ffff, 0, 0, 0])
            }
        }
    }
}

/// What to do about a witness member that nothing pins, bounds or binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a check either holds or it does not")]
pub enum UnpinnedMembers {
    /// Refuse: the counterparty would choose the value alone.
    Refuse,
    /// Take the value, and list it as taken from the counterparty.
    Allow,
}

/// A value that a witness member must have, of any EIP-712 type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "these are the kinds of value that JSON can pin")]
pub enum Pin {
    /// A number, an address, bytes or a string, by its text; read by the member's type.
    Text(String),
    /// A boolean.
    Bool(bool),
    /// The elements of an array, all of them.
    List(Vec<Self>),
    /// Members of a struct by name; those that are absent are not pinned.
    Struct(Vec<(String, Self)>),
}

impl Pin {
    /// Pins nothing.
    pub const fn nothing() -> Self {
        Self::Struct(Vec::new())
    }

    /// Returns the pin of a struct's member.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Struct(members) => {
                members.iter().find_map(|(member, pin)| (member == name).then_some(pin))
            }
            _ => None,
        }
    }
}
