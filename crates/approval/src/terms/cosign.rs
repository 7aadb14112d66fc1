use std::collections::BTreeMap;

use countersign_units::{Lots, SolanaAddress, SolanaHash, UnixSeconds};

use serde::{Deserialize, Serialize};

use crate::Fact;

/// What a transaction that we co-sign has to say, to the lamport and to the account.
///
/// Plain data, without a chain library. Addresses of token accounts were derived when the terms
/// were made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct CosignTerms {
    /// The pinned cluster, by the hash of its first block, where it is known.
    pub genesis_hash: Option<SolanaHash>,
    /// Our key: the account that signs, and whose assets move.
    pub user: SolanaAddress,
    /// Who was promised to pay the fee.
    pub fee_payer: SolanaAddress,
    /// All that must sign, the fee payer and ourselves among them; nobody else may.
    pub required_signers: Vec<SolanaAddress>,
    /// When the others sign.
    pub others_sign: OthersSign,
    /// How many lamports of ours may leave in all: the amount, if that is SOL, fees and rent.
    pub max_lamports_out: u64,
    /// What moves.
    pub transfer: AssetTransfer,
    /// The blockhash that the answer named; absent means that it named none.
    pub recent_blockhash: Option<SolanaHash>,
    /// Whether the transaction may live by a durable nonce.
    pub durable_nonce: DurableNonce,
    /// The programs that may be called.
    pub allowed_programs: Vec<SolanaAddress>,
    /// Pinned programs whose instructions we can't read, and that policy lets us sign for all the
    /// same, if the simulation agrees.
    pub opaque_programs: Vec<SolanaAddress>,
    /// Lookup tables that we know the entries of.
    pub lookup_tables: BTreeMap<SolanaAddress, Vec<SolanaAddress>>,
    /// The Token-2022 extensions that a mint may have, by their names in `snake_case`.
    pub allowed_extensions: Vec<String>,
    /// The highest price of a compute unit, in millionths of a lamport, whoever pays it.
    pub max_compute_unit_price: Option<u64>,
    /// The intent's deadline, where it was bound.
    pub deadline: Option<UnixSeconds>,
    /// How many seconds a deadline must leave at least.
    pub min_remaining: u64,
    /// The last deadline that policy allows; without another, the moment until which we sign.
    pub max_deadline: UnixSeconds,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
}

/// When the other signers of a transaction sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "their signatures are there or may be missing")]
pub enum OthersSign {
    /// Before us: each of their signatures is there and right.
    Before,
    /// Whenever they like: a signature that is there is right.
    #[default]
    Anytime,
}

/// The one transfer that was agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "Solana has these two ways to move value")]
pub enum AssetTransfer {
    /// SOL, from our account.
    Native {
        /// Who gets it.
        destination: SolanaAddress,
        /// How much, in lamports.
        lamports: u64,
    },
    /// Tokens, from a token account of ours.
    Token(TokenTransfer),
}

/// A transfer of tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct TokenTransfer {
    /// The token program: SPL Token or Token-2022.
    pub program: SolanaAddress,
    /// The mint.
    pub mint: SolanaAddress,
    /// The mint's decimals.
    pub decimals: u8,
    /// How much, in base units.
    pub amount: u64,
    /// Our token account.
    pub source: SolanaAddress,
    /// The account that gets the tokens.
    pub destination: SolanaAddress,
    /// Who owns that account.
    pub destination_owner: SolanaAddress,
}

/// Whether a transaction may live by a durable nonce, which keeps it usable for good.
///
/// Source: [Durable nonces](https://solana.com/developers/guides/advanced/introduction-to-durable-nonces).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "it may, by a pinned account, or it may not")]
pub enum DurableNonce {
    /// It may not.
    Refuse,
    /// It may, by this account.
    Pinned(SolanaAddress),
}

impl AssetTransfer {
    /// Returns how much moves, in base units.
    pub fn amount(&self) -> Lots {
        match self {
            Self::Native { lamports, .. } => Lots::from(*lamports),
            Self::Token(transfer) => Lots::from(transfer.amount),
        }
    }

    /// Returns the owner of what the assets go to.
    pub const fn destination_owner(&self) -> SolanaAddress {
        match self {
            Self::Native { destination, .. } => *destination,
            Self::Token(transfer) => transfer.destination_owner,
        }
    }
}
