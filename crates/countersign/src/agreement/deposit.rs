use countersign_approval::{
    AssetAlias, BitcoinNetwork, BitcoinPolicy, Coin, EvmPolicy, Fact, IntentBound, IntentKey,
    IntentStandard, Sats, SolanaPolicy, TronPolicy,
};
use countersign_units::{Bps, EvmAddress, SolanaAddress, SolanaHash, UnixSeconds};

use crate::AgreedAsset;

/// What was agreed of a swap that is paid for by a deposit of our own, before a quote has named the
/// address.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DepositAgreement {
    /// What the quote is compared with.
    pub quote: QuoteAgreement,
    /// Where the deposit comes from.
    pub from: DepositSource,
    /// How many seconds a deadline must leave at least.
    pub min_remaining: u64,
    /// The last deadline that policy allows.
    pub max_deadline: UnixSeconds,
    /// The last deadline that policy allows a signed intent, and the member that says so.
    pub max_intent: (UnixSeconds, IntentBound),
    /// How far, in seconds, the clock and the latest block may differ.
    pub max_clock_skew: u64,
    /// The facts without which nothing is signed, of all chains.
    pub require_facts: Vec<Fact>,
}

/// What was agreed of a quote that its API signs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QuoteAgreement {
    /// The pinned keys that it may be signed by.
    pub keys: Vec<String>,
    /// What we give, as the API names it.
    pub origin_asset: String,
    /// What we get, as the API names it.
    pub destination_asset: String,
    /// Other names by which an answer may call these two.
    pub asset_aliases: Vec<AssetAlias>,
    /// How far the price may move.
    pub slippage: Bps,
    /// How far policy lets it move.
    pub max_slippage: Bps,
    /// How much all app fees may take together.
    pub max_app_fees: Bps,
    /// The pinned accounts that may take them.
    pub fee_recipients: Vec<String>,
}

/// Where a deposit comes from.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a deposit comes from one of these")]
pub enum DepositSource {
    /// An account of an EVM chain.
    Evm(EvmSource),
    /// An account of Tron.
    Tron(TronSource),
    /// Coins on Bitcoin.
    Bitcoin(Box<BitcoinSource>),
    /// An account of Solana.
    Solana(Box<SolanaSource>),
    /// Funds that lie inside the intents contract: a signed intent moves them.
    Intents(Box<IntentSource>),
}

impl DepositSource {
    /// Returns the account that pays in, as its chain writes it down, and the most that its chain
    /// may take for that; nothing of an intent.
    pub(crate) fn account_and_fee(&self) -> Option<(Vec<u8>, u128)> {
        match self {
            Self::Evm(source) => {
                Some((source.owner.as_bytes().to_vec(), source.policy.max_fee.into()))
            }
            Self::Bitcoin(source) => {
                Some((source.owner_script.clone(), source.policy.max_fee_sats.into()))
            }
            Self::Solana(source) => {
                Some((source.owner.as_bytes().to_vec(), source.max_fee_lamports.into()))
            }
            Self::Tron(source) => {
                let most = source.policy.max_fee_limit_sun;
                Some((source.owner.as_bytes().to_vec(), most.into()))
            }
            Self::Intents(_) => None,
        }
    }
}

/// An account of an EVM chain that pays in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EvmSource {
    /// The account.
    pub owner: EvmAddress,
    /// The pinned EIP-155 chain id.
    pub chain_id: u64,
    /// The token's contract; nothing for the chain's own coin.
    pub token: Option<EvmAddress>,
    /// What bounds gas and its price.
    pub policy: EvmPolicy,
}

/// An account of Tron that pays in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TronSource {
    /// The account, as contracts see it.
    pub owner: EvmAddress,
    /// The pinned chain id.
    pub chain_id: u64,
    /// The token's contract; nothing for TRX.
    pub token: Option<EvmAddress>,
    /// What bounds the fee, and how long the transaction lives.
    pub policy: TronPolicy,
}

/// Coins on Bitcoin that pay in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BitcoinSource {
    /// The pinned network.
    pub network: BitcoinNetwork,
    /// The script of the owner's address: its coins are spent, and change goes there.
    pub owner_script: Vec<u8>,
    /// Our key of the owner's coins, where it is at hand.
    pub public_key: Option<[u8; 33]>,
    /// The coins to spend, where the request names them.
    pub coins: Option<Vec<Coin>>,
    /// The agreed amount, exactly.
    pub amount: Sats,
    /// What bounds fees and inputs.
    pub policy: BitcoinPolicy,
}

/// An account of Solana that pays in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SolanaSource {
    /// The cluster, by the hash of its first block.
    pub genesis_hash: SolanaHash,
    /// The account.
    pub owner: SolanaAddress,
    /// What moves.
    pub asset: AgreedAsset,
    /// The agreed amount in base units, exactly.
    pub amount: u64,
    /// What bounds the price of a compute unit, and mints.
    pub policy: SolanaPolicy,
    /// How many lamports may go to fees and rent.
    pub max_fee_lamports: u64,
}

/// An account inside the intents contract that pays in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntentSource {
    /// The standard that the intent is signed by.
    pub standard: IntentStandard,
    /// The key that signs.
    pub key: IntentKey,
    /// The account, which follows from the key.
    pub account: String,
    /// The pinned contract.
    pub verifying_contract: String,
    /// The pinned salts of its nonces.
    pub salts: Vec<[u8; 4]>,
}
