mod allowance;
mod builder;
#[cfg(feature = "journal")]
mod cancel;
mod chain;
mod deposit;
#[cfg(feature = "journal")]
mod deposit_fate;
mod nonce;
#[cfg(feature = "journal")]
mod refund;
mod rings;
#[cfg(feature = "journal")]
mod self_spend;
mod sign;
mod submit;
mod tron;
#[cfg(feature = "journal")]
mod tron_fate;

pub use allowance::{AllowanceChange, AllowanceError, NotChanged};
#[cfg(feature = "journal")]
pub(crate) use allowance::{LOOKS, SEEN_WITHIN};
pub use builder::CountersignBuilder;
#[cfg(feature = "journal")]
pub(crate) use cancel::{CancelCall, VerifiedCancel};
pub use chain::Facts;
#[cfg(feature = "journal")]
pub(crate) use deposit_fate::{DepositFate, LetOut};
pub use nonce::NonceError;
#[cfg(feature = "journal")]
pub(crate) use nonce::overtaken;
#[cfg(feature = "journal")]
pub(crate) use self_spend::SelfSpend;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign_approval::{
    BitcoinChainView, CallChainView, Code, Decision, EvmChainView, Ledger, Refusal, ReviewRequest,
    Reviewer, SolanaChainView, SolanaTransferView, SwapId, TronCallView, Violation, reserve,
};
use countersign_evm::{CallSigner, PermitSigner};
use countersign_near::IntentSigner;
use countersign_solana::{CosignSigner, TransferSigner};
use countersign_units::{EvmAddress, SolanaAddress, UnixSeconds};
use futures::Stream;
use tokio::time::timeout;

use crate::api::AMBIGUOUS;
use crate::bind::BoundPayload;
use crate::choose::Held;
use crate::steps::{Accepted, Bound, Created, Maker, Offered, Reserved, Reviewed, Verified};
use crate::{
    Agreement, Clock, Config, Evidence, FlowError, Intent, KeepRefund, Order, Step, SwapApi,
    SwapRequest, SwapStatus, TrackOptions,
};
use crate::{accept, bind, track};
use sign::CoinKeys;

/// How long a reviewer may take.
const REVIEW_DEADLINE: Duration = Duration::from_mins(10);

/// Runs swaps: the API, the keys, the registry and the policy together.
///
/// Made by [`Countersign::builder`]. Its steps take what the step before returned; [`swap`] runs
/// them all.
///
/// [`swap`]: Countersign::swap
pub struct Countersign {
    api: Arc<dyn SwapApi>,
    /// What the API offered before, where it was chosen for that.
    held: Held,
    config: Config,
    signers: Vec<Arc<dyn PermitSigner>>,
    coin_keys: Vec<CoinKeys>,
    chains: BTreeMap<String, Arc<dyn EvmChainView>>,
    bitcoin_chains: BTreeMap<String, Arc<dyn BitcoinChainView>>,
    solana_keys: BTreeMap<SolanaAddress, Arc<dyn CosignSigner>>,
    solana_chains: BTreeMap<String, Arc<dyn SolanaChainView>>,
    call_signers: Vec<Arc<dyn CallSigner>>,
    call_chains: BTreeMap<String, Arc<dyn CallChainView>>,
    tron_chains: BTreeMap<String, Arc<dyn TronCallView>>,
    transfer_signers: BTreeMap<SolanaAddress, Arc<dyn TransferSigner>>,
    transfer_chains: BTreeMap<String, Arc<dyn SolanaTransferView>>,
    intent_signers: Vec<Arc<dyn IntentSigner>>,
    rings: rings::Rings,
    refund_keeper: Option<Arc<dyn KeepRefund>>,
    ledger: Arc<dyn Ledger>,
    reviewer: Option<Arc<dyn Reviewer>>,
    clock: Arc<dyn Clock>,
    maker: Maker,
}

impl Countersign {
    /// Asks for an offer; the first is the one that the API was [chosen](CountersignBuilder::chosen)
    /// for.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Request`] if the registry does not hold the tokens, or
    /// [`FlowError::Api`].
    pub async fn quote(&self, request: &SwapRequest) -> Result<Offered, FlowError> {
        let order = Order::new(request, self.config.registry())?;
        let offer = match self.held.take(&order) {
            Some(offer) => offer,
            None => self.api.quote(&order).await.map_err(FlowError::api(Step::Quote))?,
        };
        Ok(Offered { maker: self.maker, order, offer })
    }

    /// Makes terms of an offer: compares it with the order, the registry and the policy.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with every violation, [`FlowError::NoKey`] if there is no key
    /// of the owner, or [`FlowError::Config`].
    pub fn accept(&self, offered: Offered) -> Result<Accepted, FlowError> {
        self.accept_as(SwapId::generate(), offered)
    }

    /// Makes terms of an offer for a swap that has its id already.
    pub(crate) fn accept_as(
        &self,
        swap_id: SwapId,
        offered: Offered,
    ) -> Result<Accepted, FlowError> {
        let Offered { maker, mut order, offer } = offered;
        self.require_own(maker)?;
        let policy = self.config.policy()?;
        let now = self.clock.now();
        let mut terms = accept::accept(
            &order,
            &offer,
            self.config.registry(),
            &policy,
            (swap_id, self.api.takes(), now),
        )
        .map_err(FlowError::refused(Step::Accept))?;
        match &mut terms.approval {
            Agreement::Permit2(permit2) => permit2.signer = Some(self.signer(permit2)?.address()),
            Agreement::Htlc(htlc) => {
                let key = self.coin_key(&htlc.owner_script, &order.owner)?;
                order.public_key = Some(hex::encode(key.public_key));
                htlc.public_key = Some(key.public_key);
            }
            Agreement::Cosign(cosign) => {
                self.solana_key(cosign.user)?;
            }
            Agreement::Deposit(deposit) => self.find_key(&mut deposit.from, &order.owner)?,
        }
        Ok(Accepted { maker, order, offer, terms })
    }

    /// Makes the step again that a journal holds, as if the offer had been accepted now.
    #[cfg(feature = "journal")]
    pub(crate) fn created_again(
        &self,
        swap_id: SwapId,
        request: &SwapRequest,
        offer: crate::Offer,
        intent: crate::Intent,
    ) -> Result<Created, FlowError> {
        let order = Order::new(request, self.config.registry())?;
        let accepted = self.accept_as(swap_id, Offered { maker: self.maker, order, offer })?;
        Ok(Created { maker: self.maker, accepted, intent })
    }

    /// Creates the intent.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Api`]. Where its `retry` is `AskFirst` there may be an intent; it is
    /// worth nothing without an approval.
    pub async fn create(&self, accepted: Accepted) -> Result<Created, FlowError> {
        let intent = self.create_intent(&accepted).await.map_err(refuse_ambiguous)?;
        Ok(Created { maker: self.maker, accepted, intent })
    }

    /// Asks for an intent, once.
    pub(crate) async fn create_intent(&self, accepted: &Accepted) -> Result<Intent, FlowError> {
        self.require_own(accepted.maker)?;
        let created = self.api.create(&accepted.order, &accepted.offer).await;
        created.map_err(FlowError::api(Step::Create))
    }

    /// Adds the intent's claims to the terms, after comparing everything that it repeats.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with every violation.
    pub fn bind(&self, created: Created) -> Result<Bound, FlowError> {
        self.require_own(created.maker)?;
        let Created { maker, accepted, intent } = created;
        let Accepted { order, offer, terms, .. } = accepted;
        let name = terms.source.network.clone();
        let Some(network) = self.config.registry().network(&name) else {
            let token = terms.source.describe();
            return Err(crate::RequestError::UnknownToken { token, known: String::new() }.into());
        };
        let payload = bind::bind(terms, (&order, &offer), &intent, (network, self.now()))
            .map_err(FlowError::refused(Step::Bind))?;
        Ok(Bound { maker, intent_id: intent.id, payload })
    }

    /// Has a person approve the statement, where policy asks for it. A deposit is drafted and verified
    /// anew then: a review takes minutes, and the chain does not wait.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::NotApproved`] if the reviewer denies, does not answer in time, or is
    /// not there, and what [`verify`](Self::verify) returns.
    pub async fn review(&self, verified: Verified) -> Result<Reviewed, FlowError> {
        match self.decide(&verified).await? {
            Some(Decision::Deny { by, reason }) => {
                Err(FlowError::NotApproved(format!("{by} denied it: {reason}")))
            }
            None => Ok(Reviewed { verified }),
            Some(Decision::Approve { .. }) => {
                let approved = verified.review_digest();
                let verified = match Self::bound_again(verified) {
                    Ok(bound) => self.verify(bound).await?,
                    Err(verified) => *verified,
                };
                require_reviewed(&verified, approved)?;
                Ok(Reviewed { verified })
            }
        }
    }

    /// Says whether a person has to approve it.
    pub(crate) fn needs_review(&self, verified: &Verified) -> Result<bool, FlowError> {
        let source = verified.evidence.source();
        Ok(self.config.policy()?.needs_review(&source.token, source.amount))
    }

    /// Has a person decide, where policy asks for it.
    pub(crate) async fn decide(&self, verified: &Verified) -> Result<Option<Decision>, FlowError> {
        self.require_own(verified.maker)?;
        if !self.needs_review(verified)? {
            return Ok(None);
        }
        let Some(reviewer) = &self.reviewer else {
            let amount = verified.evidence.source().describe();
            return Err(FlowError::NotApproved(format!(
                "policy wants {amount} reviewed, and there is no reviewer"
            )));
        };
        let statement = verified.statement();
        let (swap_id, digest) = (verified.evidence.swap_id(), verified.review_digest());
        let request = ReviewRequest { swap_id, statement: &statement, digest };
        let decided = timeout(REVIEW_DEADLINE, reviewer.review(&request)).await;
        decided.map(Some).map_err(|_| FlowError::NotApproved("no answer in time".to_owned()))
    }

    /// Takes the transaction away from a deposit, so that another one is drafted. What was not drafted
    /// by us stays as it is.
    pub(crate) fn bound_again(verified: Verified) -> Result<Bound, Box<Verified>> {
        match verified {
            Verified { maker, intent_id, evidence, deposit: Some(deposit), .. }
                if !matches!(evidence, Evidence::Intent(_)) =>
            {
                Ok(Bound { maker, intent_id, payload: BoundPayload::Deposit(deposit) })
            }
            verified => Err(Box::new(verified)),
        }
    }

    /// Reserves the approval in the ledger: one live approval a swap, limits, nonces.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with `replay` or `limits`, [`FlowError::Paused`],
    /// [`FlowError::PolicyChanged`], what [`verify`](Self::verify) returns, or
    /// [`FlowError::Ledger`].
    pub async fn reserve(&self, reviewed: Reviewed) -> Result<Reserved, FlowError> {
        self.reserve_in(self.ledger.as_ref(), reviewed).await
    }

    /// Reserves the approval in a ledger.
    pub(crate) async fn reserve_in(
        &self,
        ledger: &dyn Ledger,
        reviewed: Reviewed,
    ) -> Result<Reserved, FlowError> {
        let Reviewed { verified } = reviewed;
        self.require_own(verified.maker)?;
        self.require_fresh(&verified, ledger).await?;
        let (claim, policy) = (verified.evidence.claim(), self.config.policy()?);
        let reservation = reserve(ledger, claim, &policy, self.now()).await?;
        Ok(Reserved { verified, reservation })
    }

    /// Follows a swap: yields each new status, and ends after a terminal one.
    pub fn track<'a>(
        &'a self,
        intent_id: &'a str,
        options: TrackOptions,
    ) -> impl Stream<Item = Result<SwapStatus, FlowError>> + 'a {
        track::track(self.api.as_ref(), intent_id, options)
    }

    /// Asks how far a swap is.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Api`].
    pub async fn status(&self, intent_id: &str) -> Result<SwapStatus, FlowError> {
        self.api.status(intent_id).await.map_err(FlowError::api(Step::Track))
    }

    /// Requires a step of our own: another flow may have other limits, or another environment.
    fn require_own(&self, maker: Maker) -> Result<(), FlowError> {
        if maker == self.maker { Ok(()) } else { Err(FlowError::OtherFlow) }
    }

    pub(crate) fn api(&self) -> &dyn SwapApi {
        self.api.as_ref()
    }

    /// Returns the registry and the policy.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    #[cfg(feature = "journal")]
    pub(crate) fn refund_keeper(&self) -> Option<&dyn KeepRefund> {
        self.refund_keeper.as_deref()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    fn now(&self) -> UnixSeconds {
        self.clock.now().to_seconds()
    }
}

/// Requires what a person has approved.
pub(crate) fn require_reviewed(verified: &Verified, approved: [u8; 32]) -> Result<(), FlowError> {
    if verified.review_digest() == approved {
        return Ok(());
    }
    Err(FlowError::NotApproved("other terms than those that were approved".to_owned()))
}

/// An answer that can be read in two ways is a lie about what is to be signed, not a bad line.
fn refuse_ambiguous(error: FlowError) -> FlowError {
    match error {
        FlowError::Api { step, source } if source.code == AMBIGUOUS => {
            let expected = "JSON that can be read in one way only";
            let violation = Violation::new(Code::Encoding, "answer", expected, source);
            FlowError::Refused { step, refusal: Refusal::one(violation) }
        }
        error => error,
    }
}

impl fmt::Debug for Countersign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signers: Vec<EvmAddress> = self.signers.iter().map(|signer| signer.address()).collect();
        formatter.debug_struct("Countersign").field("signers", &signers).finish_non_exhaustive()
    }
}
