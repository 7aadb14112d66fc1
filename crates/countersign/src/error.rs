use std::fmt;
use std::time::Duration;

use countersign_approval::{ChainViewError, LedgerError, Refusal, ReserveError, SwapId};
use countersign_evm::{SignError, TermsError, VerifyError};
use countersign_units::{Lots, UnixSeconds};

use crate::{
    AllowanceError, ApiError, ConfigFileError, KeepRefundError, MissingAllowance, NonceError,
    RequestError,
};

/// A step of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Asking for an offer.
    Quote,
    /// Making terms of it.
    Accept,
    /// Creating an intent.
    Create,
    /// Adding its claims to the terms.
    Bind,
    /// Comparing the payload with the terms.
    Verify,
    /// Showing the statement to a reviewer.
    Review,
    /// Reserving the approval in the ledger.
    Reserve,
    /// Signing.
    Sign,
    /// Submitting the approval.
    Approve,
    /// Following the swap.
    Track,
}

impl Step {
    /// Returns the step's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::Accept => "accept",
            Self::Create => "create",
            Self::Bind => "bind",
            Self::Verify => "verify",
            Self::Review => "review",
            Self::Reserve => "reserve",
            Self::Sign => "sign",
            Self::Approve => "approve",
            Self::Track => "track",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Why a step of the flow did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// The request can't be an order.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The policy can't be read; nothing is signed.
    #[error(transparent)]
    Config(#[from] ConfigFileError),
    /// Something is not what was agreed. Nothing was signed.
    #[error("{step}: {refusal}")]
    Refused {
        /// Where it was found.
        step: Step,
        /// Every violation that was found.
        refusal: Refusal,
    },
    /// All is as agreed, but the owner has not let Permit2 move enough of the token. Nothing was
    /// signed.
    #[error("verify: {0}")]
    Allowance(Box<MissingAllowance>),
    /// The terms can't be compared with anything: our own mistake. Nothing was signed.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// A call of the API failed.
    #[error("{step}: {source}")]
    Api {
        /// In which step.
        step: Step,
        /// Why.
        source: ApiError,
    },
    /// A chain can't be asked for facts. Nothing was signed.
    #[error("verify: {network}: {source}")]
    Chain {
        /// The network's name in the registry.
        network: String,
        /// Why.
        source: ChainViewError,
    },
    /// A person has to approve it, and did not. Nothing was signed.
    #[error("review: {0}")]
    NotApproved(String),
    /// The step was made by another `Countersign`.
    #[error("the step was made by another flow, with its own limits and environment")]
    OtherFlow,
    /// No key at hand controls the owner's account.
    #[error("no key at hand controls {owner}")]
    NoKey {
        /// The account that is to pay, in the network's own form.
        owner: String,
    },
    /// The policy is another one than that by which the terms were made. Nothing was signed.
    #[error("the policy has changed since the offer was accepted; begin again")]
    PolicyChanged,
    /// Policy says that nothing is signed now.
    #[error("signing is paused by policy")]
    Paused,
    /// The ledger is not available. Nothing was signed.
    #[error(transparent)]
    Ledger(LedgerError),
    /// Our terms of a PSBT can't be compared with anything: our own mistake. Nothing was signed.
    #[error(transparent)]
    HtlcTerms(#[from] countersign_bitcoin::TermsError),
    /// Nobody keeps refund recipes. Nothing was signed.
    #[error("expected a keeper of refund recipes, without which no coins are locked up")]
    NoRefundKeeper,
    /// A refund recipe was not kept. Nothing was signed.
    #[error(transparent)]
    KeepRefund(#[from] KeepRefundError),
    /// The signature was not made, or not let out.
    #[error(transparent)]
    Sign(SignError),
    /// The signatures of a PSBT were not made, or not let out.
    #[error(transparent)]
    SignPsbt(countersign_bitcoin::SignError),
    /// Our terms of a transaction on Solana can't be compared with anything: our own mistake.
    /// Nothing was signed.
    #[error(transparent)]
    CosignTerms(#[from] countersign_solana::TermsError),
    /// The signature of a transaction on Solana was not made, or not let out.
    #[error(transparent)]
    SignCosign(countersign_solana::SignError),
    /// No transaction of our own can be made now: fees are too high, or funds too low. Nothing was
    /// signed.
    #[error("verify: no transaction can be made: {0}")]
    Draft(String),
    /// The account has no nonce that a transaction of ours could be mined by. Nothing was signed.
    #[error("verify: {0}")]
    Nonce(#[from] NonceError),
    /// An `approve` call of ours was signed, and the allowance is not changed as far as we know. For the
    /// swap itself nothing was signed.
    #[error("verify: {0}")]
    Approve(Box<AllowanceError>),
    /// Another swap took the nonce or the coins while this one was judged; with others it may go well.
    /// Nothing was signed.
    #[error("reserve: another swap took {0} first")]
    Overtaken(String),
    /// A transaction of our own was not signed, or not let out.
    #[error(transparent)]
    SignCall(countersign_evm::SignCallError),
    /// A NEAR intent was not signed, or not let out.
    #[error(transparent)]
    SignIntent(countersign_near::SignError),
    /// Our terms of a NEAR intent can't be compared with anything: our own mistake. Nothing was
    /// signed.
    #[error(transparent)]
    IntentTerms(#[from] countersign_near::TermsError),
    /// The quote's deadline is over, and nothing was sent: it would be swapped by nobody.
    #[error("approve: the quote's deadline {deadline} is over; nothing was sent")]
    TooLate {
        /// The deadline.
        deadline: UnixSeconds,
    },
    /// The API calls it a success, and has paid out less than was agreed.
    #[error("track: expected at least {least} to be paid out, found {found}, says the API")]
    Underpaid {
        /// What the proven quote says is paid out at least, in base units.
        least: Lots,
        /// What the API says was paid out.
        found: Lots,
    },
    /// The approval was signed, and what came after it failed: it may be live. Nothing else may be
    /// signed for this swap before `valid_until`.
    #[error("after signing, intent {}: {source}", approval.intent_id)]
    AfterSigning {
        /// The approval.
        approval: Box<LiveApproval>,
        /// What failed.
        source: Box<Self>,
    },
    /// The swap was not at its end when the deadline for following it passed. It goes on without
    /// us; `status` tells how far it is.
    #[error("track: not at its end after {after:?}, last seen {last_seen}")]
    TrackTimeout {
        /// How long it was followed.
        after: Duration,
        /// The last status that was seen.
        last_seen: String,
    },
}

/// An approval that left our hands, or may have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller reads all of it")]
pub struct LiveApproval {
    /// Our own id of the swap.
    pub swap_id: SwapId,
    /// The API's id of the intent.
    pub intent_id: String,
    /// The digest that was signed.
    pub digest: [u8; 32],
    /// The last moment at which the approval can be used, in Unix seconds.
    pub valid_until: UnixSeconds,
}

impl FlowError {
    /// Returns the step that failed, where the error belongs to one.
    pub const fn step(&self) -> Option<Step> {
        Some(match self {
            Self::Refused { step, .. } | Self::Api { step, .. } => *step,
            Self::Request(_) => Step::Quote,
            Self::NoKey { .. } => Step::Accept,
            Self::Terms(_)
            | Self::HtlcTerms(_)
            | Self::CosignTerms(_)
            | Self::Draft(_)
            | Self::Nonce(_)
            | Self::Approve(_)
            | Self::IntentTerms(_)
            | Self::Chain { .. }
            | Self::Allowance(_) => Step::Verify,
            Self::NotApproved(_) => Step::Review,
            Self::Ledger(_) | Self::Overtaken(_) => Step::Reserve,
            Self::Sign(_)
            | Self::SignPsbt(_)
            | Self::SignCosign(_)
            | Self::SignCall(_)
            | Self::SignIntent(_)
            | Self::NoRefundKeeper
            | Self::KeepRefund(_) => Step::Sign,
            Self::TooLate { .. } => Step::Approve,
            Self::TrackTimeout { .. } | Self::Underpaid { .. } => Step::Track,
            Self::AfterSigning { source, .. } => return source.step(),
            Self::Config(_) | Self::Paused | Self::PolicyChanged | Self::OtherFlow => return None,
        })
    }

    pub(crate) const fn refused(step: Step) -> impl Fn(Refusal) -> Self {
        move |refusal| Self::Refused { step, refusal }
    }

    pub(crate) const fn api(step: Step) -> impl Fn(ApiError) -> Self {
        move |source| Self::Api { step, source }
    }
}

impl From<VerifyError> for FlowError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Refused(refusal) => Self::Refused { step: Step::Verify, refusal },
            VerifyError::Terms(error) => Self::Terms(error),
        }
    }
}

impl From<countersign_bitcoin::VerifyError> for FlowError {
    fn from(error: countersign_bitcoin::VerifyError) -> Self {
        use countersign_bitcoin::VerifyError;
        match error {
            VerifyError::Refused(refusal) => Self::Refused { step: Step::Verify, refusal },
            VerifyError::Terms(error) => Self::HtlcTerms(error),
        }
    }
}

impl From<countersign_solana::VerifyError> for FlowError {
    fn from(error: countersign_solana::VerifyError) -> Self {
        use countersign_solana::VerifyError;
        match error {
            VerifyError::Refused(refusal) => Self::Refused { step: Step::Verify, refusal },
            VerifyError::Terms(error) => Self::CosignTerms(error),
        }
    }
}

impl From<Refusal> for FlowError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { step: Step::Verify, refusal }
    }
}

impl From<countersign_near::VerifyError> for FlowError {
    fn from(error: countersign_near::VerifyError) -> Self {
        use countersign_near::VerifyError;
        match error {
            VerifyError::Refused(refusal) => Self::Refused { step: Step::Verify, refusal },
            VerifyError::Terms(error) => Self::IntentTerms(error),
        }
    }
}

impl From<countersign_near::SignError> for FlowError {
    fn from(error: countersign_near::SignError) -> Self {
        match error {
            countersign_near::SignError::Paused => Self::Paused,
            error => Self::SignIntent(error),
        }
    }
}

impl From<countersign_evm::SignCallError> for FlowError {
    fn from(error: countersign_evm::SignCallError) -> Self {
        match error {
            countersign_evm::SignCallError::Paused => Self::Paused,
            error => Self::SignCall(error),
        }
    }
}

impl From<countersign_solana::SignError> for FlowError {
    fn from(error: countersign_solana::SignError) -> Self {
        match error {
            countersign_solana::SignError::Paused => Self::Paused,
            error => Self::SignCosign(error),
        }
    }
}

impl From<countersign_bitcoin::SignError> for FlowError {
    fn from(error: countersign_bitcoin::SignError) -> Self {
        match error {
            countersign_bitcoin::SignError::Paused => Self::Paused,
            error => Self::SignPsbt(error),
        }
    }
}

impl From<ReserveError> for FlowError {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Paused => Self::Paused,
            ReserveError::Refused(refusal) => Self::Refused { step: Step::Reserve, refusal },
            ReserveError::Ledger(error) => Self::Ledger(error),
            // `ReserveError` may grow; whatever else it says, nothing was reserved.
            _ => Self::Ledger(LedgerError::Unavailable("it did not reserve")),
        }
    }
}

impl From<SignError> for FlowError {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Paused => Self::Paused,
            error => Self::Sign(error),
        }
    }
}
