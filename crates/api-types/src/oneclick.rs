//! The 1Click API of NEAR Intents: tokens, quotes, status, deposits, withdrawals, intents, errors.
//!
//! A body is **read** with what the API has been seen to send: `null` counts as absent, numbers
//! may be written as `100.0`, unknown members are passed over and unknown words kept. A request
//! is **written** with the words of the API alone. Assets are known by ids that are opaque.
//!
//! The API signs its quotes, so of a quote both halves keep their text ([`Exact`]).
//!
//! # Examples
//!
//! ```
//! use countersign_api_types::oneclick::{
//!     DepositType, QuoteOptions, QuoteRequest, RecipientType, RefundType, SwapType, Wire,
//! };
//! use countersign_units::{Bps, Lots};
//!
//! let request = QuoteRequest {
//!     dry: true,
//!     swap_type: SwapType::ExactInput,
//!     slippage_tolerance: Bps::new(100)?,
//!     origin_asset: "nep141:eth.omft.near".to_owned(),
//!     deposit_type: DepositType::OriginChain,
//!     destination_asset: "nep141:btc.omft.near".to_owned(),
//!     amount: Lots::from(1_000_000_000_000_000_000),
//!     refund_to: "0x1111111111111111111111111111111111111111".to_owned(),
//!     refund_type: RefundType::OriginChain,
//!     recipient: "bc1qexample".to_owned(),
//!     recipient_type: RecipientType::DestinationChain,
//!     deadline: "2026-06-23T19:00:00.000Z".parse()?,
//!     options: QuoteOptions::default(),
//! };
//! let text = request.to_json()?;
//! assert!(text.contains(r#""amount":"1000000000000000000""#));
//! assert_eq!(QuoteRequest::from_json(&text)?, request);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod deposits;
mod details;
mod error;
mod exact;
mod fees;
mod intents;
mod multi_payload;
mod number;
mod open;
mod payload;
mod quote;
mod quote_options;
mod quote_request;
mod quote_response;
mod shown;
mod status;
mod timestamp;
mod tokens;
mod wire;
mod withdrawals;
mod words;

pub use deposits::{DepositSubmission, StatusRequest};
pub use details::{ChainTransaction, SwapDetails};
pub use error::ApiError;
pub use exact::{Exact, ExactError};
pub use fees::{AppFee, Rebate};
pub use intents::{GenerateIntentRequest, GeneratedIntent, SubmitIntentRequest, SubmittedIntent};
pub use multi_payload::MultiPayload;
pub use number::{NotANumber, Number};
pub use payload::{IntentPayload, Nep413Payload};
pub use quote::{ChainDepositAddress, Quote};
pub use quote_options::QuoteOptions;
pub use quote_request::QuoteRequest;
pub use quote_response::QuoteResponse;
pub use shown::Shown;
pub use status::StatusResponse;
pub use timestamp::{NotATimestamp, Timestamp};
pub use tokens::{Token, TokenList, TokensRequest};
pub use wire::{Wire, WriteError};
pub use withdrawals::{Withdrawal, Withdrawals, WithdrawalsRequest};
pub use words::{
    Confidentiality, DepositMode, DepositType, RecipientType, RefundReason, RefundType, SortOrder,
    Standard, SwapStatus, SwapType, WithdrawalStatus,
};
