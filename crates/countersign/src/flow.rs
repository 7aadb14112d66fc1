mod agree;
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
mod over;
#[cfg(feature = "journal")]
mod refund;
mod review;
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
pub(crate) use review::require_reviewed;
#[cfg(feature = "journal")]
pub(crate) use self_spend::SelfSpend;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use countersign_approval::{
    BitcoinChainView, CallChainView, EvmChainView, Ledger, Reviewer, SolanaChainView,
    SolanaTransferView, TronCallView, reserve,
};
use countersign_evm::{CallSigner, PermitSigner};
use countersign_near::IntentSigner;
use countersign_solana::{CosignSigner, TransferSigner};
use countersign_units::{EvmAddress, SolanaAddress, UnixSeconds};
use futures::Stream;

use crate::choose::Held;
use crate::steps::{Maker, Reserved, Reviewed};
use crate::track;
use crate::{Clock, Config, FlowError, KeepRefund, Step, SwapApi, SwapStatus, TrackOptions};
use sign::CoinKeys;

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

impl fmt::Debug for Countersign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signers: Vec<EvmAddress> = self.signers.iter().map(|signer| signer.address()).collect();
        formatter.debug_struct("Countersign").field("signers", &signers).finish_non_exhaustive()
    }
}
