//! One `approve` call: drafted, verified, reserved, signed, and sent.

use std::sync::Arc;

use countersign_approval::{
    AssetAmount, CallAction, CallTerms, Code, ConfigDigest, EvmPolicy, Ledger, Permit2Pins, Policy,
    SwapId, Terms,
};
use countersign_evm::{ApproveCall, CallDraft, verify_call};
use countersign_units::{EvmAddress, UnixSeconds};

use super::mined::mined;
use super::{AllowanceChange, AllowanceError, refuse};
use crate::flow::Countersign;
use crate::flow::deposit::why_no_call;
use crate::flow::nonce::overtaken;
use crate::steps::{Reserved, Reviewed, Signed, Verified};
use crate::{Evidence, FlowError, Signature, Step};

/// For how many seconds a call that was drafted may be signed.
const SIGNED_WITHIN_SECONDS: u64 = 600;
/// How often a call is drafted anew whose account nonce another one took meanwhile.
const REDRAFTS: u32 = 20;

/// A change of an allowance that is to be made.
pub(super) struct Change<'a> {
    pub(super) pins: &'a Permit2Pins,
    pub(super) asset: AssetAmount,
    pub(super) owner: EvmAddress,
    pub(super) call: ApproveCall,
}

impl Countersign {
    /// Makes one change: drafts, verifies, reserves and signs its call, sends it, and waits for it.
    pub(super) async fn change(
        &self,
        ledger: &dyn Ledger,
        change: &Change<'_>,
    ) -> Result<AllowanceChange, FlowError> {
        self.call_signer(change.owner)?;
        let reserved = self.reserve_change(ledger, change).await?;
        let signed = self.sign_change(ledger, &reserved).await?;
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

    /// Signs a call that was reserved. Where that fails nothing was let out, so its account nonce is given
    /// back: what comes behind it would wait for it.
    async fn sign_change(
        &self,
        ledger: &dyn Ledger,
        reserved: &Reserved,
    ) -> Result<Signed, FlowError> {
        let error = match self.sign_kept(reserved, ledger, None).await {
            Ok(signed) => return Ok(signed),
            Err(error) => error,
        };
        if let Err(kept) = ledger.give_back(reserved.reservation.claim().swap_id).await {
            tracing::warn!(error = %kept, "the account nonce of what was not signed stays taken");
        }
        Err(error)
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
}

fn call_terms(
    change: &Change<'_>,
    (policy, bounds): (&Policy, &EvmPolicy),
    account_nonce: u64,
    deadline: UnixSeconds,
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

fn no_bounds() -> FlowError {
    refuse(Code::Unpinned, "policy.evm", "bounds of transactions of our own", "none")
}
