use countersign_units::{Lots, SolanaAddress, SolanaHash, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::{AssetTransfer, Fact, TokenTransfer};

/// What a transfer of our own on Solana has to say, to the lamport and to the account.
///
/// We are its only signer and pay all that it costs. It does one thing, and nothing else.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct TransferTerms {
    /// The pinned cluster, by the hash of its first block, where it is known.
    pub genesis_hash: Option<SolanaHash>,
    /// Our key: the account that signs, pays, and whose assets move.
    pub owner: SolanaAddress,
    /// What it does.
    pub action: TransferAction,
    /// The blockhash that it lives by, which our cluster told us.
    pub recent_blockhash: SolanaHash,
    /// The last height at which a block takes that blockhash, as our cluster told with it.
    pub last_valid_block_height: u64,
    /// How many compute units it may ask for.
    pub max_compute_unit_limit: u32,
    /// The highest price of a compute unit, in millionths of a lamport.
    pub max_compute_unit_price: Option<u64>,
    /// How many lamports may leave besides the amount: the fee, and the rent of an account that is
    /// made.
    pub max_lamports_beside: u64,
    /// The Token-2022 extensions that a mint may have, by their names in `snake_case`.
    pub allowed_extensions: Vec<String>,
    /// The last moment at which we sign.
    pub not_after: UnixSeconds,
    /// How many seconds that must leave at least. A block may take what was signed for as long as
    /// the blockhash lives, which is some two minutes.
    pub min_remaining: u64,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
}

/// The one thing that a transfer of our own does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "Solana has these two ways to move value")]
pub enum TransferAction {
    /// Moves SOL.
    Native {
        /// Who gets it.
        to: SolanaAddress,
        /// How much, in lamports.
        lamports: u64,
    },
    /// Moves tokens.
    Token(TokenPayment),
}

/// Tokens for a wallet, in the associated token account that it has or gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct TokenPayment {
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
    /// The wallet that gets the tokens. It is no token account.
    pub to: SolanaAddress,
}

impl TransferAction {
    /// Returns how much moves, in base units.
    pub fn amount(&self) -> Lots {
        match self {
            Self::Native { lamports, .. } => Lots::from(*lamports),
            Self::Token(payment) => Lots::from(payment.amount),
        }
    }

    /// Returns the wallet that is paid.
    pub const fn to(&self) -> SolanaAddress {
        match self {
            Self::Native { to, .. } => *to,
            Self::Token(payment) => payment.to,
        }
    }
}

impl TokenPayment {
    /// Names the account that the tokens go to, which follows from wallet, mint and program.
    pub const fn into_account(&self, destination: SolanaAddress) -> AssetTransfer {
        let Self { program, mint, decimals, amount, source, to } = *self;
        AssetTransfer::Token(TokenTransfer {
            program,
            mint,
            decimals,
            amount,
            source,
            destination,
            destination_owner: to,
        })
    }
}
