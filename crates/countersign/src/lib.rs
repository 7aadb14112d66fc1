//! Verify, sign and follow cross-chain swap intents.
//!
//! [`Countersign`] runs a swap through an intent API: quote, accept, create, bind, verify, review,
//! reserve, sign, approve, track. Each step is a call of its own, and each takes what the one
//! before it returned, so none can be left out:
//!
//! ```text
//! SwapRequest ─► Offered ─► Accepted ─► Created ─► Bound ─► Verified ─► Reviewed ─► Reserved ─► Signed ─► status
//!               quote      accept      create     bind     verify      review      reserve     sign      approve, track
//! ```
//!
//! [`Worker`] does the same on a journal: each step is on disk before its effect is let out, and a swap
//! goes on after a crash.
//!
//! The other crates of the workspace are re-exported here, so that this one is all that a service
//! depends on.

mod accept;
mod agreement;
mod api;
mod bind;
pub mod check;
mod choose;
mod clock;
mod config;
mod defi;
mod deposit;
mod error;
mod evidence;
mod flow;
mod keep_refund;
mod missing_allowance;
mod quoted_api;
mod refund;
mod request;
mod steps;
mod submission;
mod swap;
mod track;
#[cfg(feature = "journal")]
mod worker;

pub use agreement::{
    AgreedAsset, Agreement, BitcoinSource, CosignAgreement, DepositAgreement, DepositSource,
    EvmSource, HtlcAgreement, IntentSource, QuoteAgreement, SolanaSource, TronSource,
};
pub use api::{
    ApiError, Intent, Listed, ListedAsset, Mechanism, Offer, OfferDetails, SignedQuote, Status,
    SwapApi, SwapStatus, Takes,
};
pub use choose::{Backing, Choice, Chooser, Priced, QuoteFailure, Quoted, Reason, best, quotes};
pub use clock::{Clock, SystemClock};
pub use config::{Config, ConfigFileError};
pub use countersign_api_types as api_types;
pub use countersign_approval as approval;
pub use countersign_bitcoin as bitcoin;
#[cfg(feature = "chain-rpc")]
pub use countersign_chain_rpc as chain_rpc;
pub use countersign_evm as evm;
pub use countersign_http_client as http_client;
#[cfg(feature = "journal")]
pub use countersign_journal as journal;
#[cfg(feature = "keys")]
pub use countersign_keys as keys;
pub use countersign_near as near;
pub use countersign_solana as solana;
pub use countersign_units as units;
pub use defi::DefiApi;
pub use error::{FlowError, LiveApproval, Step};
pub use evidence::{Evidence, Signature};
pub use flow::{
    AllowanceChange, AllowanceError, Countersign, CountersignBuilder, Facts, NonceError, NotChanged,
};
pub use keep_refund::{KeepRefund, KeepRefundError};
pub use missing_allowance::MissingAllowance;
pub use quoted_api::QuotedApi;
pub use refund::{RefundError, Refunded, refund};
pub use request::{Order, ParseAssetError, RequestError, SwapRequest, TokenAt};
pub use steps::{Accepted, Bound, Created, Offered, Reserved, Reviewed, Signed, Verified};
pub use submission::{SentIntent, SentTransaction, Submission};
pub use swap::{Event, SwapOutcome, follow};
pub use track::TrackOptions;
#[cfg(feature = "journal")]
pub use worker::{NotCancellable, Progress, WorkError, Worker, WorkerOptions};

/// The examples of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
