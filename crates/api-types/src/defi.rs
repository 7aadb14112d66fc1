//! The Changelly DeFi API: networks, tokens, quotes, intents, approvals, status, swaps, errors.
//!
//! The API has been documented in several dialects. A body is **read** whatever its dialect:
//! members are found under any of their names, amounts come as integers, digits or decimals,
//! times in any unit, unknown members are passed over and unknown words kept. It is **written**
//! in exactly one dialect, the [`Profile`].
//!
//! # Examples
//!
//! ```
//! use countersign_api_types::defi::{Asset, HumanAmount, Profile, QuoteRequest, Wire};
//! use countersign_units::{Bps, Lots};
//!
//! let request = QuoteRequest {
//!     from: Asset::ById(1),
//!     to: Asset::ById(4),
//!     amount: HumanAmount::from_lots(Lots::from(100_500_000), 6),
//!     slippage_bps: Bps::new(50)?,
//! };
//! let text = request.to_json(Profile::G2)?;
//! assert_eq!(
//!     text,
//!     r#"{"from":{"token_id":1},"to":{"token_id":4},"amount":100.5,"slippage_bps":"50"}"#,
//! );
//! assert_eq!(QuoteRequest::from_json(&text)?, request);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod amount;
mod approvals;
mod error;
mod intents;
mod mechanism;
mod networks;
mod page;
mod profile;
mod quotes;
mod sides;
mod status;
mod swaps;
mod tokens;
mod wire;

pub(crate) use amount::HUMAN;
pub use amount::HumanAmount;
pub use approvals::{AddedApproval, ApprovalSubmission};
pub use error::ApiError;
pub use intents::{CreateIntentRequest, CreatedIntent};
pub use mechanism::Mechanism;
pub use networks::{Network, NetworkKind};
pub use page::{Page, Pagination};
pub use profile::{Profile, UnknownProfile};
pub use quotes::{Quote, QuoteFrom, QuoteMid, QuoteRequest, QuoteTo};
pub use sides::Asset;
pub use status::{IntentStatus, Status, StatusFrom, StatusTo, SwapMetadata};
pub use swaps::{AssetFilter, ListedSwap, SwapListRequest};
pub use tokens::{Token, TokensRequest};
pub use wire::{Wire, WriteError};
