//! Gives and takes back what Permit2 may move: `approve` calls of our own, sent one after another.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign_approval::{
    AssetAmount, BroadcastError, CallAction, CallChainView, CallState, CallTerms, Code,
    ConfigDigest, EvmPolicy, Ledger, NetworkKind, Permit2Pins, Policy, Refusal, SwapId, Terms,
    Token, Violation,
};
use countersign_evm::{ApproveCall, CallDraft, SignedCall, verify_call};
use countersign_units::{EvmAddress, Lots};
use tokio::time::{Instant, sleep};

use super::Countersign;
use super::deposit::{broadcast_in_turn, why_no_call};
use super::nonce::overtaken;
use crate::steps::{Reserved, Reviewed, Verified};
use crate::{
    Bound, Event, Evidence, FlowError, MissingAllowance, RequestError, Signature, Step, TokenAt,
};

/// For how many seconds a call that was drafted may be signed.
const SIGNED_WITHIN_SECONDS: u64 = 600;
/// How long to wait until a call is mined.
const MINED_WITHIN: Duration = Duration::from_mins(3);
/// How often to look, at first and at most.
const FIRST_LOOK: Duration = Duration::from_millis(200);
const LONGEST_LOOK: Duration = Duration::from_secs(4);
/// How often a node is asked that has not seen what another one has, and how long after.
pub(crate) const LOOKS: u32 = 10;
pub(crate) const SEEN_WITHIN: Duration = Duration::from_secs(1);
/// How often a call is drafted anew whose account nonce another one took meanwhile.
const REDRAFTS: u32 = 20;

/// An `approve` call of ours that was mined, and did what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller reads all of it")]
pub struct AllowanceChange {
    /// The network's name in the registry.
    pub network: String,
    /// The EIP-155 chain id.
    pub chain_id: u64,
    /// Whose allowance it is.
    pub owner: EvmAddress,
    /// The token contract.
    pub token: EvmAddress,
    /// The Permit2 contract that may move the token.
    pub permit2: EvmAddress,
    /// How much it may move from then on, in base units.
    pub amount: Lots,
    /// The transaction's hash.
    pub transaction: [u8; 32],
    /// The height of its block.
    pub block: u64,
}

/// An `approve` call that was signed, and did not do what it says as far as we know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("approve on {network}, transaction 0x{}: {why}", hex::encode(transaction))]
#[expect(clippy::exhaustive_structs, reason = "a caller reads all of it")]
pub struct AllowanceError {
    /// The network's name in the registry.
    pub network: String,
    /// The transaction's hash.
    pub transaction: [u8; 32],
    /// What became of it.
    pub why: NotChanged,
}

/// What became of a call that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotChanged {
    /// The node does not take it, however often it is asked.
    #[error("not sent: {0}")]
    Declined(BroadcastError),
    /// It failed in its block.
    #[error("it failed in block {block}")]
    Failed {
        /// The block's height.
        block: u64,
    },
    /// It waits still, and may be mined later.
    #[error("not mined after {after:?}; it may be mined later")]
    Waits {
        /// How long it was waited for.
        after: Duration,
    },
}

/// A change of an allowance that is to be made.
struct Change<'a> {
    pins: &'a Permit2Pins,
    asset: AssetAmount,
    owner: EvmAddress,
    call: ApproveCall,
}

impl Countersign {
    /// Lets Permit2 move nothing more of a token: sends `approve(permit2, 0)` with the owner's key and
    /// waits until it is mined. The account's nonce is reserved in the ledger.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Approve`] for a call that was signed and did nothing; else nothing was
    /// signed, and it returns [`FlowError::Request`] for a token that the registry does not hold,
    /// [`FlowError::Refused`], [`FlowError::NoKey`], [`FlowError::Nonce`], [`FlowError::Draft`],
    /// [`FlowError::Paused`], [`FlowError::Chain`], [`FlowError::Ledger`] or [`FlowError::Config`].
    pub async fn revoke_allowance(
        &self,
        ledger: &dyn Ledger,
        token: &TokenAt,
        owner: &str,
    ) -> Result<AllowanceChange, FlowError> {
        let registry = self.config.registry();
        let unknown =
            || RequestError::UnknownToken { token: token.to_string(), known: String::new() };
        let (key, found) = registry.find(&token.symbol, &token.network).ok_or_else(unknown)?;
        let pins = self.permit2_pins(&found.network)?;
        let permit2 = pins.contract.ok_or_else(|| no_permit2(&found.network))?;
        let parse = |address: &str| {
            let wrong = |error| refuse(Code::Source, "owner", "an account of the network", error);
            pins.standard.parse_address(address).map_err(wrong)
        };
        let call = ApproveCall::revoke(parse(&found.address)?, permit2);
        let (asset, owner) = (asset(key, found, Lots::ZERO), parse(owner)?);
        self.change(ledger, &Change { pins, asset, owner, call }).await
    }

    /// Verifies a payload. Where nothing but the token's allowance is missing and policy lets us, it is
    /// given first, and `observe` is told of each call.
    pub(crate) async fn verify_allowed(
        &self,
        mut bound: Bound,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<Verified, FlowError> {
        let Some(again) = bound.permit_again() else { return self.verify(bound).await };
        let facts = self.facts(&mut bound).await?;
        let missing = match self.verify_with(bound, &facts) {
            Err(FlowError::Allowance(missing)) => missing,
            verified => return verified,
        };
        let giving = Box::pin(self.give_allowance(self.ledger.as_ref(), &missing));
        let Some(changes) = giving.await? else {
            return Err(FlowError::Allowance(missing));
        };
        for change in &changes {
            observe(Event::Allowed { change });
        }
        self.verify_once_seen(again).await
    }

    /// Verifies a payload, for which the allowance may not be seen by every node yet.
    async fn verify_once_seen(&self, bound: Bound) -> Result<Verified, FlowError> {
        for _ in 0..LOOKS {
            let Some(again) = bound.permit_again() else { break };
            match self.verify(again).await {
                Err(FlowError::Allowance(_)) => sleep(SEEN_WITHIN).await,
                verified => return verified,
            }
        }
        self.verify(bound).await
    }

    /// Sends the calls that a swap lacks, one after another; nothing where policy leaves that to the
    /// owner.
    pub(crate) async fn give_allowance(
        &self,
        ledger: &dyn Ledger,
        missing: &MissingAllowance,
    ) -> Result<Option<Vec<AllowanceChange>>, FlowError> {
        let policy = self.config.policy()?;
        let Some((asset, pins)) = self.may_give(missing, &policy) else { return Ok(None) };
        let Ok(owner) = pins.standard.parse_address(&missing.owner) else { return Ok(None) };
        let mut changes = Vec::new();
        for call in &missing.calls {
            let asset = AssetAmount { amount: call.amount, ..asset.clone() };
            changes.push(self.change(ledger, &Change { pins, asset, owner, call: *call }).await?);
        }
        Ok(Some(changes))
    }

    /// Says whether policy lets us give an allowance: for a swap that it would let us sign without a
    /// person's word, on a chain where we send calls.
    fn may_give(
        &self,
        missing: &MissingAllowance,
        policy: &Policy,
    ) -> Option<(AssetAmount, &Permit2Pins)> {
        policy.evm().filter(|evm| evm.send_approve)?;
        let registry = self.config.registry();
        let network = registry.network(&missing.network)?;
        let pins = network.permit2.as_ref().filter(|_| network.kind == NetworkKind::Evm)?;
        let (key, token) = registry.tokens().find(|(_, token)| {
            token.network == missing.network
                && pins.standard.parse_address(&token.address)
                    == pins.standard.parse_address(&missing.token)
        })?;
        let limits = policy.limits(key)?;
        let within = missing.needed <= limits.per_swap && !policy.needs_review(key, missing.needed);
        let sound = missing.calls.iter().all(|call| Some(call.spender) == pins.contract);
        (within && sound).then(|| (asset(key, token, missing.needed), pins))
    }

    /// Makes one change: drafts, verifies, reserves and signs its call, sends it, and waits for it.
    async fn change(
        &self,
        ledger: &dyn Ledger,
        change: &Change<'_>,
    ) -> Result<AllowanceChange, FlowError> {
        self.call_signer(change.owner)?;
        let reserved = self.reserve_change(ledger, change).await?;
        let signed = self.sign_kept(&reserved, ledger, None).await?;
        let Signature::Call(signed) = &signed.signature else { return Err(FlowError::OtherFlow) };
        let (network, chain_id) = (&change.asset.network, change.pins.chain_id);
        let mined = mined(self.call_chain(network)?, chain_id, signed).await;
        let transaction = *signed.hash();
        let block = mined.map_err(|why| {
            let network = network.clone();
            FlowError::Approve(Box::new(AllowanceError { network, transaction, why }))
        })?;
        let ApproveCall { token, spender: permit2, amount, .. } = change.call;
        let (network, owner) = (network.clone(), change.owner);
        Ok(AllowanceChange { network, chain_id, owner, token, permit2, amount, transaction, block })
    }

    /// Reserves the call's account nonce; another one where that was taken meanwhile.
    async fn reserve_change(
        &self,
        ledger: &dyn Ledger,
        change: &Change<'_>,
    ) -> Result<Reserved, FlowError> {
        let mut tries = 0_u32;
        loop {
            let verified = self.draft_change(ledger, change).await?;
            let claim = verified.evidence.claim();
            let (step, refusal) = match self.reserve_in(ledger, Reviewed { verified }).await {
                Err(FlowError::Refused { step: step @ Step::Reserve, refusal }) => (step, refusal),
                done => return done,
            };
            tries = tries.saturating_add(1);
            if tries > REDRAFTS || overtaken(ledger, &claim, &refusal).await?.is_none() {
                return Err(FlowError::Refused { step, refusal });
            }
        }
    }

    async fn draft_change(
        &self,
        ledger: &dyn Ledger,
        change: &Change<'_>,
    ) -> Result<Verified, FlowError> {
        let policy = self.config.policy()?;
        let bounds = policy.evm().ok_or_else(no_bounds)?;
        let (network, chain_id) = (&change.asset.network, change.pins.chain_id);
        let nonce = self.allot_nonce(ledger, network, chain_id, change.owner).await?;
        let terms = Arc::new(self.terms_of(change, &policy).with(call_terms(
            change,
            (&policy, bounds),
            nonce,
            self.now().saturating_add(SIGNED_WITHIN_SECONDS),
        )));
        let facts = self.call_facts(ledger, network, &terms.approval).await?;
        let draft = CallDraft::build(&terms.approval, &facts)
            .map_err(|error| FlowError::Draft(why_no_call(&error, &facts)))?;
        let judged_at = self.now();
        let call = verify_call(draft, &terms, &facts, judged_at)?;
        let evidence = Evidence::Call(Arc::new(call));
        let (intent_id, deposit) = (String::new(), None);
        Ok(Verified { maker: self.maker, intent_id, evidence, deposit, judged_at })
    }

    /// Says what moves: nothing, so that what is given is what is had.
    fn terms_of(&self, change: &Change<'_>, policy: &Policy) -> Terms<()> {
        let registry = self.config.registry();
        let owner = change.pins.standard.show(change.owner);
        Terms {
            swap_id: SwapId::generate(),
            environment: registry.environment(),
            source: change.asset.clone(),
            destination: change.asset.clone(),
            recipient: owner.clone(),
            refund_address: owner,
            config: ConfigDigest { policy: policy.digest(), registry: registry.digest() },
            approval: (),
        }
    }

    fn permit2_pins(&self, network: &str) -> Result<&Permit2Pins, FlowError> {
        let found = self.config.registry().network(network);
        let evm = found.filter(|network| network.kind == NetworkKind::Evm);
        evm.and_then(|network| network.permit2.as_ref()).ok_or_else(|| no_permit2(network))
    }
}

fn call_terms(
    change: &Change<'_>,
    (policy, bounds): (&Policy, &EvmPolicy),
    account_nonce: u64,
    deadline: countersign_units::UnixSeconds,
) -> CallTerms {
    let ApproveCall { token, spender: permit2, amount, .. } = change.call;
    CallTerms {
        owner: change.owner,
        signer: None,
        chain_id: change.pins.chain_id,
        action: CallAction::Approve { token, permit2, amount },
        account_nonce,
        max_gas: bounds.max_gas,
        max_fee_per_gas: bounds.max_fee_per_gas.into(),
        max_priority_fee_per_gas: bounds.max_priority_fee_per_gas.into(),
        max_total_fee: bounds.max_fee.into(),
        deadline,
        min_remaining: 0,
        max_clock_skew: policy.max_clock_skew_seconds(),
        require_facts: policy.require_facts().to_vec(),
    }
}

/// Sends a call until it is in a block where it succeeded, and returns the block's height. A node that
/// declines it is asked again: prices fall, and what is given up would leave a nonce that nothing fills.
async fn mined(
    view: &dyn CallChainView,
    chain_id: u64,
    signed: &SignedCall,
) -> Result<u64, NotChanged> {
    let (began, mut pause) = (Instant::now(), FIRST_LOOK);
    let mut declined = send(view, chain_id, signed).await;
    loop {
        match view.call_state(chain_id, *signed.hash()).await {
            Ok(CallState::Mined { succeeded: true, block, .. }) => return Ok(block),
            Ok(CallState::Mined { block, .. }) => return Err(NotChanged::Failed { block }),
            Ok(CallState::Unknown) => match declined {
                Some(error @ BroadcastError::NonceTooLow) => {
                    return Err(NotChanged::Declined(error));
                }
                _ => declined = send(view, chain_id, signed).await,
            },
            Ok(CallState::Pending) => declined = None,
            Err(_) => {}
        }
        if began.elapsed() >= MINED_WITHIN {
            let waits = NotChanged::Waits { after: MINED_WITHIN };
            return Err(declined.map_or(waits, NotChanged::Declined));
        }
        sleep(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST_LOOK);
    }
}

/// Sends a call, and returns why the node does not take it, where it says so.
async fn send(
    view: &dyn CallChainView,
    chain_id: u64,
    signed: &SignedCall,
) -> Option<BroadcastError> {
    match broadcast_in_turn(view, chain_id, signed.as_bytes()).await {
        Ok(()) | Err(BroadcastError::View(_) | BroadcastError::NonceTooHigh(_)) => None,
        Err(declined) => Some(declined),
    }
}

fn asset(key: &str, token: &Token, amount: Lots) -> AssetAmount {
    AssetAmount {
        token: key.to_owned(),
        symbol: token.symbol.clone(),
        network: token.network.clone(),
        decimals: token.decimals,
        amount,
    }
}

fn no_permit2(network: &str) -> FlowError {
    refuse(Code::Unpinned, &format!("networks.{network}"), "an EVM network with Permit2", "another")
}

fn no_bounds() -> FlowError {
    refuse(Code::Unpinned, "policy.evm", "bounds of transactions of our own", "none")
}

fn refuse(
    code: Code,
    member: &str,
    expected: impl fmt::Display,
    found: impl fmt::Display,
) -> FlowError {
    Refusal::one(Violation::new(code, member, expected, found)).into()
}
