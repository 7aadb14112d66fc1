//! Transactions of our own on Tron: drafted by what the chain says, judged again, and signed. A deposit
//! is one of them, the end of a permit another.

use std::sync::Arc;

use countersign_approval::{
    CallAction, CallOutcome, Code, NonceQuery, Reservation, Terms, TronCallFacts, TronCallTerms,
    TronCallView,
};
use countersign_evm::{
    BuildError, SignCallError, SignedTronCall, SignerError, TronCallDraft, VerifiedTronCall,
    sign_tron_call, tron_call_facts_query, verify_tron_call,
};
use tokio::time::timeout;

use super::Countersign;
use super::chain::in_time;
use super::deposit::no_view;
use super::sign::{NO_ANSWER, SIGN_DEADLINE};
use crate::deposit::{BoundDeposit, Draft, refuse, tron_call_terms};
use crate::{Facts, FlowError, TronSource};

impl Countersign {
    /// Drafts the transaction of a deposit.
    pub(super) async fn draft_tron_deposit(
        &self,
        deposit: &BoundDeposit,
        source: &TronSource,
    ) -> Result<(Draft, Facts), FlowError> {
        let terms = tron_call_terms(deposit, source)?;
        let (draft, facts) = self.draft_tron_call(&terms).await?;
        Ok((Draft::TronCall { terms, draft }, Facts::TronCall(Box::new(facts))))
    }

    /// Drafts the transaction that terms ask for, and reads the facts that it is judged by.
    async fn draft_tron_call(
        &self,
        terms: &Terms<TronCallTerms>,
    ) -> Result<(TronCallDraft, TronCallFacts), FlowError> {
        let network = &terms.source.network;
        let query = tron_call_facts_query(&terms.approval);
        let facts = in_time(network, self.tron_chain(network)?.tron_call_facts(&query)).await?;
        let draft = TronCallDraft::build(&terms.approval, &facts, self.now());
        let draft = draft.map_err(|error| FlowError::Draft(why_no_call(&error, &facts)))?;
        Ok((draft, facts))
    }

    /// Makes what ends a permit of ours on Tron before its deadline: the transaction that spends its
    /// nonce, verified. It is reserved, signed, sent and looked for like any other.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`], [`FlowError::Draft`] or [`FlowError::Chain`].
    pub async fn invalidation_on_tron(
        &self,
        swap: Terms<()>,
        permit: &NonceQuery,
    ) -> Result<VerifiedTronCall, FlowError> {
        let terms = Arc::new(self.invalidation_terms(swap, permit)?);
        let (draft, facts) = self.draft_tron_call(&terms).await?;
        Ok(verify_tron_call(draft, &terms, &facts, self.now())?)
    }

    fn invalidation_terms(
        &self,
        swap: Terms<()>,
        permit: &NonceQuery,
    ) -> Result<Terms<TronCallTerms>, FlowError> {
        let policy = self.config.policy()?;
        let (member, expected) = ("policy.tron", "bounds of fees, in the policy");
        let bounds = policy.tron();
        let bounds = bounds.ok_or_else(|| refuse(Code::Unpinned, member, expected, "none"))?;
        let expires = bounds.max_expiration_seconds;
        Ok(swap.with(TronCallTerms {
            owner: permit.owner,
            signer: None,
            chain_id: permit.chain_id,
            action: CallAction::invalidate(permit.permit2, permit.nonce),
            max_fee_limit: bounds.max_fee_limit_sun,
            max_expiration_seconds: expires,
            deadline: self.now().saturating_add(expires),
            min_remaining: 0,
            max_clock_skew: policy.max_clock_skew_seconds(),
            require_facts: policy.require_facts().to_vec(),
        }))
    }

    pub(super) async fn judge_tron_call_again(
        &self,
        call: &VerifiedTronCall,
    ) -> Result<(), FlowError> {
        let terms = Arc::new(call.terms().clone());
        let network = &terms.source.network;
        let query = call.facts_query();
        let facts = in_time(network, self.tron_chain(network)?.tron_call_facts(&query)).await?;
        Ok(verify_tron_call(call.draft().clone(), &terms, &facts, self.now()).map(drop)?)
    }

    /// Signs a transaction of our own on Tron with the owner's key.
    pub(crate) async fn sign_tron(
        &self,
        reservation: &Reservation,
        call: &VerifiedTronCall,
    ) -> Result<SignedTronCall, FlowError> {
        let backend = self.call_signer(call.terms().approval.owner)?;
        let policy = self.config.policy()?;
        let signing = sign_tron_call(call, reservation, &policy, &*backend, self.now());
        let late = |_| SignCallError::from(SignerError::Unavailable(NO_ANSWER.to_owned()));
        Ok(timeout(SIGN_DEADLINE, signing).await.map_err(late)??)
    }

    pub(super) fn tron_chain(&self, network: &str) -> Result<&dyn TronCallView, FlowError> {
        self.tron_chains.get(network).map(AsRef::as_ref).ok_or_else(|| no_view(network))
    }
}

/// Says why no transaction was drafted: nothing is known of its energy where the call would fail.
fn why_no_call(error: &BuildError, facts: &TronCallFacts) -> String {
    match &facts.call.simulation {
        Some(CallOutcome::Failed(reason)) => format!("{error}; it would fail: {reason}"),
        _ => error.to_string(),
    }
}
