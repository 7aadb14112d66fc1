mod bitcoin;
mod call;
mod lifetime;
mod near;
mod solana;
mod transfer;

use std::fmt;

use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};
use serde::{Deserialize, Serialize};

pub use bitcoin::{BitcoinFacts, MempoolConflict, PaymentFacts};
pub use call::{AccountNonce, CallFacts, CallFactsQuery, CallOutcome, TronBlock, TronCallFacts};
pub use lifetime::{BlockhashExpired, Finality, SeenLifetime, SeenTransaction, SolanaFate};
pub use near::NearFacts;
pub use solana::{
    AccountChange, AccountSnapshot, LookupTable, MintFacts, SeenTables, Simulation, SolanaFacts,
    TokenAccount, TokenAccountState,
};
pub use transfer::{LatestBlockhash, Rent, TransferFacts};

/// A fact about the source chain that a check may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// The code at the owner's address: an owner with code signs by ERC-1271, not by its key.
    OwnerCode,
    /// The hash of the code at the spender's address.
    SpenderCodeHash,
    /// The implementation that the spender forwards to, where it is a proxy.
    SpenderImplementation,
    /// The owner's balance of the token.
    Balance,
    /// The token allowance of the owner towards Permit2.
    Allowance,
    /// The domain separator that the Permit2 contract uses.
    DomainSeparator,
    /// The word of the owner's Permit2 nonce bitmap that holds the nonce.
    NonceBitmap,
    /// The time of the latest block.
    BlockTime,
    /// Our coins that are not spent, with their amounts and scripts.
    Coins,
    /// How many confirmations our coins have.
    Confirmations,
    /// Which of our coins other swaps have reserved.
    Reserved,
    /// The height of the chain.
    Height,
    /// Which of our coins a transaction that waits to be mined spends, and what it pays.
    MempoolConflict,
    /// The lookup tables that the transaction uses.
    Tables,
    /// The mint of the token, with its extensions.
    Mint,
    /// The account that the tokens leave.
    Source,
    /// The account that the tokens go to.
    Destination,
    /// The block by which a transaction names its chain: whether the chain knows it, and would still
    /// take it.
    Blockhash,
    /// What the transaction does when it is run without being sent.
    Simulation,
    /// The account of the wallet that a transfer of our own pays.
    Recipient,
    /// What an account must hold to be there.
    Rent,
    /// The salts that the intents contract takes in nonces.
    IntentSalt,
    /// Whether our account has used the intent's nonce.
    IntentNonce,
    /// Whether the intents contract lets our key sign for our account.
    IntentKey,
    /// How many transactions of the owner's account there are.
    AccountNonce,
    /// The owner's balance of the chain's own coin, which pays the fee.
    NativeBalance,
    /// The code at the recipient's address: an account with code may do anything with a coin.
    RecipientCode,
    /// The code of the contract that is called.
    ContractCode,
    /// What a unit of gas cost in the latest block.
    BaseFee,
    /// How much gas the transaction uses.
    Gas,
    /// What the API's own list says of the assets that are swapped.
    AssetList,
}

impl Fact {
    /// All facts of an EVM chain, in the order in which they are reported.
    pub const EVM: [Self; 8] = [
        Self::OwnerCode,
        Self::SpenderCodeHash,
        Self::SpenderImplementation,
        Self::Balance,
        Self::Allowance,
        Self::DomainSeparator,
        Self::NonceBitmap,
        Self::BlockTime,
    ];

    /// All facts about a transaction of our own on an EVM chain, in the order in which they are
    /// reported.
    pub const CALL: [Self; 10] = [
        Self::OwnerCode,
        Self::AccountNonce,
        Self::NativeBalance,
        Self::Balance,
        Self::RecipientCode,
        Self::ContractCode,
        Self::BaseFee,
        Self::Gas,
        Self::Simulation,
        Self::BlockTime,
    ];

    /// All facts about a transaction of our own on Tron, in the order in which they are reported.
    pub const TRON_CALL: [Self; 10] = [
        Self::OwnerCode,
        Self::NativeBalance,
        Self::Balance,
        Self::RecipientCode,
        Self::ContractCode,
        Self::BaseFee,
        Self::Gas,
        Self::Simulation,
        Self::BlockTime,
        Self::Blockhash,
    ];

    /// All facts of a Bitcoin chain, in the order in which they are reported.
    pub const BITCOIN: [Self; 4] = [Self::Coins, Self::Confirmations, Self::Reserved, Self::Height];

    /// All facts of a payment of our own on Bitcoin, in the order in which they are reported.
    pub const PAYMENT: [Self; 5] =
        [Self::Coins, Self::Confirmations, Self::Reserved, Self::Height, Self::MempoolConflict];

    /// All facts of a Solana cluster, in the order in which they are reported.
    pub const SOLANA: [Self; 6] = [
        Self::Tables,
        Self::Mint,
        Self::Source,
        Self::Destination,
        Self::Blockhash,
        Self::Simulation,
    ];

    /// All facts about a transfer of our own on Solana, in the order in which they are reported.
    pub const SOLANA_TRANSFER: [Self; 9] = [
        Self::Balance,
        Self::Recipient,
        Self::Mint,
        Self::Source,
        Self::Destination,
        Self::Rent,
        Self::Blockhash,
        Self::Height,
        Self::Simulation,
    ];

    /// All facts of the intents contract, in the order in which they are reported.
    pub const NEAR: [Self; 4] =
        [Self::IntentSalt, Self::IntentNonce, Self::IntentKey, Self::Balance];

    /// Returns the fact's name, as it stands in policies and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OwnerCode => "owner_code",
            Self::SpenderCodeHash => "spender_code_hash",
            Self::SpenderImplementation => "spender_implementation",
            Self::Balance => "balance",
            Self::Allowance => "allowance",
            Self::DomainSeparator => "domain_separator",
            Self::NonceBitmap => "nonce_bitmap",
            Self::BlockTime => "block_time",
            Self::Coins => "coins",
            Self::Confirmations => "confirmations",
            Self::Reserved => "reserved",
            Self::Height => "height",
            Self::MempoolConflict => "mempool_conflict",
            Self::Tables => "tables",
            Self::Mint => "mint",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Blockhash => "blockhash",
            Self::Simulation => "simulation",
            Self::Recipient => "recipient",
            Self::Rent => "rent",
            Self::IntentSalt => "intent_salt",
            Self::IntentNonce => "intent_nonce",
            Self::IntentKey => "intent_key",
            Self::AccountNonce => "account_nonce",
            Self::NativeBalance => "native_balance",
            Self::RecipientCode => "recipient_code",
            Self::ContractCode => "contract_code",
            Self::BaseFee => "base_fee",
            Self::Gas => "gas",
            Self::AssetList => "asset_list",
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a view of an EVM chain said. A fact that is absent is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct EvmFacts {
    /// The code at the owner's address; empty for an account that is a key.
    pub owner_code: Option<Vec<u8>>,
    /// Keccak-256 of the code at the spender's address, as `extcodehash` gives it.
    pub spender_code_hash: Option<[u8; 32]>,
    /// What the spender forwards to by the slots of
    /// [ERC-1967](https://eips.ethereum.org/EIPS/eip-1967): its implementation, else its beacon;
    /// zero where it is no such proxy.
    pub spender_implementation: Option<EvmAddress>,
    /// The owner's balance of the token.
    pub balance: Option<Lots>,
    /// The token allowance of the owner towards Permit2.
    pub allowance: Option<Lots>,
    /// What Permit2's `DOMAIN_SEPARATOR()` returns.
    pub domain_separator: Option<[u8; 32]>,
    /// The word of the owner's nonce bitmap at the nonce's upper 248 bits.
    pub nonce_bitmap: Option<U256>,
    /// The time of the latest block.
    pub block_time: Option<UnixSeconds>,
    /// The height of the block that all of this is of. It is no fact by itself: nothing is judged by
    /// it.
    pub block_number: Option<u64>,
}

impl EvmFacts {
    /// Says whether a fact was given.
    pub const fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::OwnerCode => self.owner_code.is_some(),
            Fact::SpenderCodeHash => self.spender_code_hash.is_some(),
            Fact::SpenderImplementation => self.spender_implementation.is_some(),
            Fact::Balance => self.balance.is_some(),
            Fact::Allowance => self.allowance.is_some(),
            Fact::DomainSeparator => self.domain_separator.is_some(),
            Fact::NonceBitmap => self.nonce_bitmap.is_some(),
            Fact::BlockTime => self.block_time.is_some(),
            _ => false,
        }
    }
}
