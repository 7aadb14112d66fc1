//! A transaction of an EVM account that pays in.

use std::sync::Arc;

use countersign_approval::{CallFacts, CallOutcome, CallTerms, Ledger};
use countersign_evm::{
    BuildError as CallBuildError, CallDraft, VerifiedCall, call_facts_query, verify_call,
};

use crate::deposit::{BoundDeposit, Draft, call_terms};
use crate::flow::Countersign;
use crate::flow::chain::in_time;
use crate::flow::nonce::Account;
use crate::{EvmSource, Facts, FlowError};

impl Countersign {
    pub(super) async fn draft_call(
        &self,
        ledger: &dyn Ledger,
        deposit: &BoundDeposit,
        source: &EvmSource,
    ) -> Result<(Draft, Facts), FlowError> {
        let network = &deposit.terms.source.network;
        let nonce = self.allot_nonce(ledger, network, source.chain_id, source.owner).await?;
        let terms = call_terms(deposit, source, nonce)?;
        let facts = self.call_facts(ledger, network, &terms.approval).await?;
        let draft = CallDraft::build(&terms.approval, &facts);
        let draft = draft.map_err(|error| FlowError::Draft(why_no_call(&error, &facts)))?;
        Ok((Draft::Call { terms, draft }, Facts::Call(Box::new(facts))))
    }

    /// Reads the facts about a transaction of our own. What our swaps hold counts as waiting.
    pub(in crate::flow) async fn call_facts(
        &self,
        ledger: &dyn Ledger,
        network: &str,
        terms: &CallTerms,
    ) -> Result<CallFacts, FlowError> {
        let query = call_facts_query(terms);
        let mut facts = in_time(network, self.call_chain(network)?.call_facts(&query)).await?;
        if let Some(counted) = &mut facts.account_nonce {
            let account = Account { chain_id: terms.chain_id, owner: terms.owner };
            *counted = account.with_ours(ledger, *counted).await?;
        }
        Ok(facts)
    }

    pub(in crate::flow) async fn judge_call_again(
        &self,
        ledger: &dyn Ledger,
        call: &VerifiedCall,
    ) -> Result<(), FlowError> {
        let terms = Arc::new(call.terms().clone());
        let facts = self.call_facts(ledger, &terms.source.network, &terms.approval).await?;
        Ok(verify_call(call.draft().clone(), &terms, &facts, self.now()).map(drop)?)
    }
}

/// Says why no transaction was drafted: a node says nothing of gas where the call would fail.
pub(in crate::flow) fn why_no_call(error: &CallBuildError, facts: &CallFacts) -> String {
    match &facts.simulation {
        Some(CallOutcome::Failed(reason)) => format!("{error}; it would fail: {reason}"),
        _ => error.to_string(),
    }
}
