use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_api_types::defi;
pub use countersign_api_types::defi::Status;
use countersign_approval::{IntentStandard, Refusal, Violations};
use countersign_http_client::Retry;
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};

use crate::{Order, Submission, accept};

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

/// What an API offers for an order. Nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct Offer {
    /// The offer's id.
    pub id: String,
    /// The source token's address, where the API repeats it.
    pub from_token: Option<String>,
    /// The API's number of the source network, where it repeats it.
    pub from_network: Option<u64>,
    /// The decimals of the source token, as the API sees them.
    pub from_decimals: Option<u8>,
    /// What we give, in base units.
    pub from_amount: Lots,
    /// The destination token's address, where the API repeats it.
    pub to_token: Option<String>,
    /// The API's number of the destination network, where it repeats it.
    pub to_network: Option<u64>,
    /// The decimals of the destination token, as the API sees them.
    pub to_decimals: Option<u8>,
    /// What we get at least, in base units.
    pub min_out: Lots,
    /// What we get at most, in base units.
    pub max_out: Option<Lots>,
    /// The slippage that was applied.
    pub slippage: Option<Bps>,
    /// Until when it may be accepted.
    pub expires_at: Option<UnixMillis>,
    /// What else the API tells: shown, and compared with other offers, but not agreed to.
    pub told: OfferDetails,
}

/// What an API tells of its offer beside what is agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct OfferDetails {
    /// The token that the swap is routed through, as the API names it.
    pub through: Option<String>,
    /// How long the swap is expected to take.
    pub time_estimate: Option<Duration>,
    /// All application fees together, in basis points of what is given; they are taken off already.
    pub app_fees: Option<u64>,
    /// What paying out costs, in base units of what we get; it is taken off already.
    pub withdraw_fee: Option<Lots>,
    /// What the API's own list says of the two assets.
    pub listed: Listed,
    /// The answer as it came and what it was asked by, where the API signs its quotes.
    pub signed: Option<SignedQuote>,
}

/// What an API's own list says of the assets of an offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an implementation of an API fills it in")]
pub enum Listed {
    /// The API names tokens by their addresses, or the offer is one of before.
    #[default]
    NotAsked,
    /// The list could not be read.
    Unread {
        /// Why.
        reason: String,
    },
    /// What it holds of the order's asset ids. An id that is not there is not judged.
    Assets(Vec<ListedAsset>),
}

/// An asset of an API's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct ListedAsset {
    /// Its id.
    pub id: String,
    /// Its decimals.
    pub decimals: u8,
    /// Its contract on its chain, where it has one.
    pub address: Option<String>,
}

/// An answer that an API signed, and what it was asked by beside the order. Nothing about it has been
/// checked: [`Chooser`](crate::Chooser) does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct SignedQuote {
    /// When we asked.
    pub asked_at: UnixMillis,
    /// The deadline that we asked for.
    pub deadline: UnixMillis,
    /// The account inside the intents contract that pays, where the funds lie there.
    pub inside: Option<String>,
    /// The answer, byte for byte.
    pub answer: String,
}

impl Offer {
    /// Compares the offer with the order that it answers; what the registry and the policy say
    /// about the order is not looked at.
    ///
    /// # Errors
    ///
    /// Returns a [`Refusal`] with every difference, and where it is no offer any more.
    pub fn check(&self, order: &Order, now: UnixMillis) -> Result<(), Refusal> {
        let mut violations = Violations::new();
        accept::check_offer(order, self, now, &mut violations);
        violations.into_result()
    }
}

/// How an intent is to be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mechanism {
    /// A Permit2 permit (EVM, Tron).
    Permit2,
    /// A PSBT that funds a hash time-locked output (Bitcoin).
    Htlc,
    /// A transaction that waits for one more signature (Solana).
    Cosign,
    /// A deposit at a quoted address.
    Deposit,
    /// A signed NEAR intent.
    SignedIntent,
    /// A mechanism that this version doesn't know, by its name. It can't be signed.
    Unknown(String),
}

impl Mechanism {
    /// Reads a name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "permit2" => Self::Permit2,
            "htlc" => Self::Htlc,
            "cosign" => Self::Cosign,
            "deposit" => Self::Deposit,
            "signed_intent" => Self::SignedIntent,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        match self {
            Self::Permit2 => "permit2",
            Self::Htlc => "htlc",
            Self::Cosign => "cosign",
            Self::Deposit => "deposit",
            Self::SignedIntent => "signed_intent",
            Self::Unknown(name) => name,
        }
    }
}

impl From<defi::Mechanism> for Mechanism {
    fn from(mechanism: defi::Mechanism) -> Self {
        match mechanism {
            defi::Mechanism::Permit2 => Self::Permit2,
            defi::Mechanism::Htlc => Self::Htlc,
            defi::Mechanism::Cosign => Self::Cosign,
            other => Self::Unknown(other.name().to_owned()),
        }
    }
}

/// An intent that an API created. Nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct Intent {
    /// The intent's id.
    pub id: String,
    /// How it is to be approved.
    pub mechanism: Mechanism,
    /// Until when it may be approved, in Unix seconds.
    pub deadline: Option<UnixSeconds>,
    /// The hash of the secret that releases the funds.
    pub secret_hash: Option<String>,
    /// An address that the API wants approved on chain.
    pub approve_to: Option<String>,
    /// What is to be signed: the text of a JSON object, byte for byte as it was sent.
    pub params_to_sign: Option<String>,
    /// Members of the answer that the API's documents don't have: the text of a JSON object. They are
    /// judged with what is to be signed, since they may say something about it.
    pub beside: Option<String>,
    /// The offer that was applied, where the API repeats it.
    pub offer: Option<Offer>,
    /// Who pays in, where the API repeats it.
    pub from_address: Option<String>,
    /// Who is paid, where the API repeats it.
    pub to_address: Option<String>,
    /// Where a failed swap returns to, where the API repeats it.
    pub refund_address: Option<String>,
}

/// How far a swap is, as the API says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of an API fills it in")]
pub struct SwapStatus {
    /// The status.
    pub status: Status,
    /// The transaction that moved our funds into the escrow.
    pub deposit_tx: Option<String>,
    /// The transaction that paid the recipient.
    pub payout_tx: Option<String>,
    /// What the recipient was paid, in base units, where the API says so.
    pub amount_out: Option<Lots>,
    /// All that is said to have paid in, where the API tells more than one: transactions, or signed
    /// intents by their hashes. What pays back may be among them.
    pub paid_in: Vec<String>,
}

impl SwapStatus {
    /// Says how far a swap is, and no more.
    pub const fn new(status: Status) -> Self {
        Self { status, deposit_tx: None, payout_tx: None, amount_out: None, paid_in: Vec::new() }
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
