mod deposit;

use countersign_approval::{
    BitcoinNetwork, BitcoinPolicy, Coin, CosignPins, Fact, Permit2Terms, Sats, SolanaPolicy,
};
use countersign_units::{SolanaAddress, UnixSeconds};

pub use deposit::{
    BitcoinSource, DepositAgreement, DepositSource, EvmSource, IntentSource, QuoteAgreement,
    SolanaSource, TronSource,
};

/// What an approval has to say, before an intent's claims are added to it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "an approval is one of these")]
pub enum Agreement {
    /// A Permit2 permit, on EVM networks and on Tron.
    Permit2(Box<Permit2Terms>),
    /// A PSBT that funds a hash time-locked output, on Bitcoin.
    Htlc(Box<HtlcAgreement>),
    /// A transaction that we co-sign, on Solana.
    Cosign(Box<CosignAgreement>),
    /// A deposit at a quoted address.
    Deposit(Box<DepositAgreement>),
}

/// What was agreed of a hash time-locked output, before the counterparty has named its hash and its
/// lock time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HtlcAgreement {
    /// The pinned network.
    pub network: BitcoinNetwork,
    /// The script of the owner's address: its coins are spent, and change and refund go there.
    pub owner_script: Vec<u8>,
    /// Our key of the owner's coins, where it is at hand.
    pub public_key: Option<[u8; 33]>,
    /// The coins to spend, where the request names them.
    pub coins: Option<Vec<Coin>>,
    /// The pinned templates, by name.
    pub templates: Vec<String>,
    /// The pinned keys that may take the output with the secret, compressed.
    pub claim_keys: Vec<[u8; 33]>,
    /// The agreed amount, exactly.
    pub amount: Sats,
    /// What bounds fees and inputs.
    pub policy: BitcoinPolicy,
    /// The last deadline that policy allows.
    pub max_deadline: UnixSeconds,
    /// The last lock time that policy allows.
    pub max_lock: UnixSeconds,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
}

/// What was agreed of a transaction that we co-sign, before the counterparty has said which of the
/// pinned accounts pays the fee and which one is paid.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CosignAgreement {
    /// The cluster, and who may pay, sign and be paid there.
    pub pins: CosignPins,
    /// Our account, which signs and pays.
    pub user: SolanaAddress,
    /// What moves.
    pub asset: AgreedAsset,
    /// The agreed amount in base units, exactly.
    pub amount: u64,
    /// What bounds fees and mints.
    pub policy: SolanaPolicy,
    /// How many seconds a deadline must leave at least.
    pub min_remaining: u64,
    /// The last deadline that policy allows.
    pub max_deadline: UnixSeconds,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
}

/// What moves on Solana.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Solana has these two ways to hold value")]
pub enum AgreedAsset {
    /// SOL.
    Native,
    /// A token.
    Token {
        /// The token program that moves it.
        program: SolanaAddress,
        /// Its mint.
        mint: SolanaAddress,
        /// The mint's decimals.
        decimals: u8,
    },
}
