use std::fmt;
use std::str::FromStr;

use countersign_units::{Lots, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::Fact;

/// What a PSBT that funds a hash time-locked output (HTLC) has to say, to the satoshi.
///
/// Plain data, without a chain library: scripts and keys are bytes as they stand on chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct HtlcTerms {
    /// The pinned network.
    pub network: BitcoinNetwork,
    /// Our key, compressed; a coin may name another of ours.
    #[serde(with = "crate::wire::hex")]
    pub public_key: [u8; 33],
    /// The coins that we agreed to spend, from our own view of the chain.
    pub coins: Vec<Coin>,
    /// The output that we agreed to fund.
    pub htlc: HtlcSpec,
    /// The script that our change goes to.
    #[serde(with = "crate::wire::hex")]
    pub change_script: Vec<u8>,
    /// How much of ours may go to fees.
    pub max_fee: Sats,
    /// How much of ours may go to fees, in satoshis per virtual byte of the whole transaction.
    pub max_fee_rate: Option<u64>,
    /// The fee rate at which taking the refund must still leave more than dust, in satoshis per
    /// virtual byte.
    pub stressed_fee_rate: u64,
    /// The last lock time that policy allows, for the output and for the transaction that funds it:
    /// a height below 500,000,000, else Unix seconds.
    pub max_locktime: u32,
    /// The height of the chain, as far as we know.
    pub current_height: u32,
    /// The sighash types that may be signed.
    pub allowed_sighash: Vec<SighashKind>,
    /// What to do about inputs that are not ours.
    pub foreign_inputs: ForeignInputs,
    /// How many confirmations each coin must have, where the chain was asked.
    pub min_confirmations: u32,
    /// The intent's deadline, where it was bound.
    pub deadline: Option<UnixSeconds>,
    /// The last deadline that policy allows; without another, the moment until which we sign.
    pub max_deadline: UnixSeconds,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
}

/// The Bitcoin network that coins are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a reader of addresses must know all of them")]
pub enum BitcoinNetwork {
    /// The main network.
    Mainnet,
    /// The public test networks.
    Testnet,
    /// The signed test network.
    Signet,
    /// A chain of one's own.
    Regtest,
}

/// A text names no Bitcoin network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected mainnet, testnet, signet or regtest")]
pub struct ParseBitcoinNetworkError;

impl BitcoinNetwork {
    /// Returns the network's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Testnet => "testnet",
            Self::Signet => "signet",
            Self::Regtest => "regtest",
        }
    }
}

impl fmt::Display for BitcoinNetwork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for BitcoinNetwork {
    type Err = ParseBitcoinNetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Mainnet, Self::Testnet, Self::Signet, Self::Regtest];
        all.into_iter().find(|network| network.as_str() == text).ok_or(ParseBitcoinNetworkError)
    }
}

/// An amount of bitcoin in satoshis, at most the 21 million bitcoin that there can be.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub struct Sats(u64);

impl Sats {
    /// All bitcoin that there can be.
    pub const MAX: Self = Self(2_100_000_000_000_000);
    /// No bitcoin.
    pub const ZERO: Self = Self(0);

    /// Takes an amount, if there can be as much.
    pub const fn new(value: u64) -> Option<Self> {
        if value <= Self::MAX.0 { Some(Self(value)) } else { None }
    }

    /// Returns the number of satoshis.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Adds, if there can be as much.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::new)
    }

    /// Subtracts; less than nothing is nothing.
    #[must_use = "the difference is a new amount"]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl From<Sats> for u64 {
    fn from(sats: Sats) -> Self {
        sats.0
    }
}

/// An amount is more than all bitcoin that there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected at most {} sats", Sats::MAX.0)]
pub struct TooManySats;

impl TryFrom<u64> for Sats {
    type Error = TooManySats;

    fn try_from(value: u64) -> Result<Self, Self::Error> {
        Self::new(value).ok_or(TooManySats)
    }
}

impl From<Sats> for Lots {
    fn from(sats: Sats) -> Self {
        Self::from(sats.0)
    }
}

impl fmt::Display for Sats {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} sats", self.0)
    }
}

/// Where a coin is: an output of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an outpoint is these two things")]
pub struct CoinId {
    /// The transaction's id as it is hashed; people read it in reverse.
    #[serde(with = "crate::wire::hex")]
    pub txid: [u8; 32],
    /// Which of its outputs.
    pub vout: u32,
}

impl fmt::Display for CoinId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut txid = self.txid;
        txid.reverse();
        write!(formatter, "{}:{}", hex::encode(txid), self.vout)
    }
}

/// A coin of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct Coin {
    /// Where it is.
    pub id: CoinId,
    /// How much it is.
    pub amount: Sats,
    /// The script that it is locked by.
    #[serde(with = "crate::wire::hex")]
    pub script_pubkey: Vec<u8>,
    /// The key of ours that spends it, compressed, where that is not the terms' own.
    #[serde(with = "crate::wire::optional_hex")]
    pub public_key: Option<[u8; 33]>,
}

/// The hash time-locked output that was agreed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct HtlcSpec {
    /// The pinned template, by name.
    pub template: String,
    /// The agreed amount, exactly.
    pub amount: Sats,
    /// SHA-256 of the secret.
    #[serde(with = "crate::wire::hex")]
    pub secret_hash: [u8; 32],
    /// From when on the refund can be taken: a height below 500,000,000, else Unix seconds.
    pub locktime: u32,
    /// The pinned key that takes the output with the secret.
    pub claim_key: HtlcKey,
    /// Our key, which takes it back after the lock time.
    pub refund_key: HtlcKey,
    /// The agreed internal key of a taproot output; absent means the point that nobody has the
    /// key of.
    #[serde(with = "crate::wire::optional_hex")]
    pub internal_key: Option<[u8; 32]>,
    /// What the terms say follows from all this.
    pub derived: DerivedHtlc,
}

/// A key in an HTLC, in the form that its template wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "scripts hold keys in these two forms")]
pub enum HtlcKey {
    /// With the sign of its y coordinate, for ECDSA.
    Compressed(#[serde(with = "crate::wire::hex")] [u8; 33]),
    /// The x coordinate alone, for Schnorr signatures.
    XOnly(#[serde(with = "crate::wire::hex")] [u8; 32]),
}

impl HtlcKey {
    /// Returns the x coordinate.
    pub const fn x_only(&self) -> [u8; 32] {
        match self {
            Self::Compressed([_, x @ ..]) | Self::XOnly(x) => *x,
        }
    }
}

/// What follows from the members of an [`HtlcSpec`], as the terms have it. Each member that is
/// there is compared with what is rebuilt, and nothing is taken from here.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct DerivedHtlc {
    /// `p2wsh` or `p2tr`.
    pub kind: Option<String>,
    /// The output's address on the terms' network.
    pub address: Option<String>,
    /// The output's script.
    #[serde(with = "crate::wire::optional_hex")]
    pub script_pubkey: Option<Vec<u8>>,
    /// The script behind a P2WSH output.
    #[serde(with = "crate::wire::optional_hex")]
    pub witness_script: Option<Vec<u8>>,
    /// The taproot leaf that is taken with the secret.
    #[serde(with = "crate::wire::optional_hex")]
    pub claim_leaf: Option<Vec<u8>>,
    /// The taproot leaf that is taken after the lock time.
    #[serde(with = "crate::wire::optional_hex")]
    pub refund_leaf: Option<Vec<u8>>,
    /// The taproot leaf that both take together.
    #[serde(with = "crate::wire::optional_hex")]
    pub fast_leaf: Option<Vec<u8>>,
    /// The root of the taproot leaves.
    #[serde(with = "crate::wire::optional_hex")]
    pub merkle_root: Option<[u8; 32]>,
    /// The control block of the refund leaf.
    #[serde(with = "crate::wire::optional_hex")]
    pub refund_control_block: Option<Vec<u8>>,
    /// The control block of the leaf that both take together.
    #[serde(with = "crate::wire::optional_hex")]
    pub fast_refund_control_block: Option<Vec<u8>>,
}

/// A sighash type that commits to the whole transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "no other type commits to everything")]
pub enum SighashKind {
    /// `SIGHASH_ALL`.
    All,
    /// `SIGHASH_DEFAULT`, which taproot has beside it.
    Default,
}

/// What to do about inputs that are not ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "policy has these three words")]
pub enum ForeignInputs {
    /// Refuse.
    Refuse,
    /// Allow one that says what it spends.
    #[default]
    WitnessUtxo,
    /// Allow one that proves what it spends by the previous transaction.
    PreviousTx,
}
