mod intent;
mod offer;
mod status;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_approval::IntentStandard;
use countersign_http_client::Retry;
use countersign_units::UnixMillis;

use crate::{Order, Submission};
pub use intent::{Intent, Mechanism};
pub use offer::{Listed, ListedAsset, Offer, OfferDetails, SignedQuote};
pub use status::{Status, SwapStatus};

/// The name of the Changelly DeFi API.
pub(crate) const DEFI: &str = "defi";

/// The code of an answer that two readers may take in two ways.
pub(crate) const AMBIGUOUS: &str = "ambiguous";

/// The code of an answer that names another intent than the one that was handed in.
pub(crate) const OTHER_INTENT: &str = "other_intent";

/// What an API takes for the funds of a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the flow must know all of them")]
pub enum Takes {
    /// An approval by which it moves the funds itself: a permit, a PSBT, a transaction to co-sign.
    Approval,
    /// A deposit at an address that its signed quote names, by a transaction of our own.
    Deposit,
    /// A signed intent over funds that lie with it already, signed by a standard.
    SignedIntent(IntentStandard),
}

/// An intent API, as the flow sees it: one implementation for each API.
///
/// Nothing that comes through it is believed: the flow compares offers and intents with the order
/// and with the registry before anything is signed.
#[async_trait]
pub trait SwapApi: Send + Sync {
    /// Returns the API's name: a swap is carried on by the API that it was begun with.
    fn name(&self) -> &'static str {
        DEFI
    }

    /// Says what the API takes for the funds of its swaps.
    fn takes(&self) -> Takes {
        Takes::Approval
    }

    /// Asks for an offer. Has no effect.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`] if there is no readable answer.
    async fn quote(&self, order: &Order) -> Result<Offer, ApiError>;

    /// Creates an intent from an offer. Sent once.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`]; where its `retry` is `AskFirst` there may be an intent.
    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError>;

    /// Submits what was signed. Sent once.
    ///
    /// A deposit was sent to its chain before: here its transaction is made known.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`]; where its `retry` is `AskFirst` the approval may have been taken.
    async fn submit(&self, intent_id: &str, submission: &Submission) -> Result<(), ApiError>;

    /// Asks how far a swap is.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`] if there is no readable answer.
    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError>;

    /// Lists the intents of an order's two tokens that were created since a moment, by their ids, or
    /// nothing where the API has no such list. They may be those of other orders.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`] if there is no readable answer.
    async fn created_since(
        &self,
        _order: &Order,
        _since: UnixMillis,
    ) -> Result<Option<Vec<String>>, ApiError> {
        Ok(None)
    }
}

#[async_trait]
impl<T: SwapApi + ?Sized> SwapApi for Arc<T> {
    fn name(&self) -> &'static str {
        self.as_ref().name()
    }

    fn takes(&self) -> Takes {
        self.as_ref().takes()
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.as_ref().quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.as_ref().create(order, offer).await
    }

    async fn submit(&self, intent_id: &str, submission: &Submission) -> Result<(), ApiError> {
        self.as_ref().submit(intent_id, submission).await
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        self.as_ref().status(intent_id).await
    }

    async fn created_since(
        &self,
        order: &Order,
        since: UnixMillis,
    ) -> Result<Option<Vec<String>>, ApiError> {
        self.as_ref().created_since(order, since).await
    }
}

impl ApiError {
    /// Says that an API does not take what was signed: nothing was sent.
    pub fn not_taken(submission: &Submission) -> Self {
        let message = format!("this API does not take {submission:?}");
        Self { code: "not_taken", retry: Retry::Never, retry_after: None, message }
    }
}

/// Why a call of an API failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct ApiError {
    /// A stable name of the cause.
    pub code: &'static str,
    /// Whether the same call may be made again.
    pub retry: Retry,
    /// How long the API asks to wait before it is called again.
    pub retry_after: Option<Duration>,
    /// What happened, bounded and without secrets.
    pub message: String,
}

#[cfg(test)]
struct _DynCompatible(Box<dyn SwapApi>);
