mod from;
mod step;

use std::time::Duration;

use countersign_approval::{ChainViewError, LedgerError, Refusal, SwapId};
use countersign_evm::{SignError, TermsError};
use countersign_units::{Lots, UnixSeconds};

use crate::{
    AllowanceError, ApiError, ConfigFileError, KeepRefundError, MissingAllowance, NonceError,
    RequestError,
};
pub use step::Step;

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
