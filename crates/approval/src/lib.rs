//! What an approval is judged by, and what comes of it, whatever the chain.
//!
//! [`Terms`] are our side: what was agreed, what the [`Registry`] pins and what the [`Policy`]
//! bounds. A chain crate compares a payload with them and answers with its evidence or with a
//! [`Refusal`] that lists every [`Violation`]. A [`Statement`] says in words what a signature
//! allows, a [`Reviewer`] approves it, and a [`Ledger`] gives the [`Reservation`] without which
//! nothing signs.

mod address;
mod call_view;
mod chain_view;
mod code;
mod config;
mod environment;
mod facts;
mod ledger;
mod memory_ledger;
mod policy;
mod registry;
mod reservation;
mod review;
mod statement;
mod swap_id;
mod terms;
mod tron_view;
mod violation;
mod wire;

pub use address::is_same_address;
pub use call_view::{BroadcastError, CallChainView, CallState};
pub use chain_view::{
    BitcoinChainView, ChainViewError, EvmChainView, EvmFactsQuery, LifetimeQuery, NonceQuery,
    NonceState, SeenCoins, SeenUse, SolanaChainView, SolanaFactsQuery, SolanaTransferView,
    TableUse, TransferFactsQuery, UseQuery,
};
pub use code::Code;
pub use config::{ConfigDigest, ConfigError};
pub use environment::{Environment, ParseEnvironmentError};
pub use facts::{
    AccountChange, AccountNonce, AccountSnapshot, BitcoinFacts, BlockhashExpired, CallFacts,
    CallFactsQuery, CallOutcome, EvmFacts, Fact, Finality, LatestBlockhash, LookupTable,
    MempoolConflict, MintFacts, NearFacts, PaymentFacts, Rent, SeenLifetime, SeenTables,
    SeenTransaction, Simulation, SolanaFacts, SolanaFate, TokenAccount, TokenAccountState,
    TransferFacts, TronBlock, TronCallFacts,
};
pub use ledger::{Ledger, LedgerError, Standing, Taken, is_nonce_below};
pub use memory_ledger::MemoryLedger;
pub use policy::{
    AssetLimits, BitcoinPolicy, DepositPolicy, EvmPolicy, Policy, SolanaPolicy, TronPolicy,
};
pub use registry::{
    CosignPins, HtlcPins, Network, NetworkKind, Permit2Pins, QuotePins, Registry, Token,
    TokenProgram,
};
pub use reservation::{Claim, Reservation, ReserveError, reserve, reserve_cancel};
pub use review::{Decision, ReviewRequest, Reviewer};
pub use statement::{Line, Origin, Statement};
pub use swap_id::SwapId;
pub use terms::{
    AddressError, AppFee, AssetAlias, AssetAmount, AssetTransfer, BitcoinDeposit, BitcoinNetwork,
    CallAction, CallTerms, Coin, CoinId, CosignTerms, DerivedHtlc, DurableNonce, FeeRate,
    ForeignInputs, HtlcKey, HtlcSpec, HtlcTerms, IntentBound, IntentKey, IntentNonceRule,
    IntentStandard, IntentTerms, OthersSign, ParseBitcoinNetworkError, PaymentAction, PaymentFees,
    PaymentTerms, Permit2Terms, Pin, QuoteAge, QuoteConfidentiality, QuoteDepositMode, QuotePlace,
    QuoteRebate, QuoteSwapType, QuoteTerms, Sats, SighashKind, Terms, TokenPayment, TokenTransfer,
    TooManySats, TransferAction, TransferTerms, TronCallTerms, TypedDataStandard, UnpinnedMembers,
};
pub use tron_view::{
    MinedTronCall, SeenTronCall, TronCallFactsQuery, TronCallView, TronFate, TronMoment,
};
pub use violation::{Refusal, Violation, Violations, excerpt};
