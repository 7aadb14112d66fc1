use std::sync::Arc;

use countersign_approval::{
    Claim, Statement, Terms, TronCallFacts, TronCallFactsQuery, TronCallTerms,
};
use countersign_units::{TronAddress, UnixSeconds};

use super::{TronCall, TronCallDraft, TronCallJudgement, judge_tron_call, tron_call_facts_query};
use crate::call::evidence::check_terms;
use crate::{CallSighash, VerifyError};

/// A transaction of our own on Tron that was compared with its terms and found to be what was agreed.
///
/// The only way to get one is [`verify_tron_call`]; [`sign_tron_call`](crate::sign_tron_call) takes
/// it and nothing else. It is about a moment, as a [`VerifiedCall`](crate::VerifiedCall) is.
#[derive(Debug)]
#[must_use = "a verified transaction does nothing until it is signed"]
pub struct VerifiedTronCall {
    judgement: TronCallJudgement,
    sighash: CallSighash,
    draft: TronCallDraft,
    terms: Arc<Terms<TronCallTerms>>,
}

/// Compares a draft with the terms and makes evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn verify_tron_call(
    draft: TronCallDraft,
    terms: &Arc<Terms<TronCallTerms>>,
    facts: &TronCallFacts,
    now: UnixSeconds,
) -> Result<VerifiedTronCall, VerifyError> {
    check_terms(&terms.approval.action, terms.source.amount)?;
    let judgement = judge_tron_call(&draft, &terms.approval, facts, now)?;
    let sighash = CallSighash::new(judgement.digest());
    Ok(VerifiedTronCall { judgement, sighash, draft, terms: Arc::clone(terms) })
}

impl VerifiedTronCall {
    /// Returns what the transaction says.
    pub const fn call(&self) -> &TronCall {
        self.judgement.call()
    }

    /// Returns the hash that is signed, computed from the bytes that were judged. It is the
    /// transaction's id too.
    pub const fn sighash(&self) -> &CallSighash {
        &self.sighash
    }

    /// Returns the bytes that were judged.
    pub const fn draft(&self) -> &TronCallDraft {
        &self.draft
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<TronCallTerms> {
        &self.terms
    }

    /// Returns the last moment at which the transaction can be mined: its expiration.
    pub const fn valid_until(&self) -> UnixSeconds {
        self.call().expiration()
    }

    /// Returns what Tron has to be asked to judge the same bytes again.
    pub fn facts_query(&self) -> TronCallFactsQuery {
        let reference = Some(self.call().ref_block_bytes);
        TronCallFactsQuery { reference, ..tron_call_facts_query(&self.terms.approval) }
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        let mut statement = self.judgement.statement();
        statement.push_swap(&self.terms);
        statement
    }

    /// Returns what the transaction takes, for the ledger.
    ///
    /// A transfer takes its deposit address too, so that no two swaps fund one. The chain's clock may
    /// be behind ours, so the transaction counts as live for as long as the two may differ after its
    /// expiration.
    pub fn claim(&self) -> Claim {
        let (chain_id, skew) = (self.terms.approval.chain_id, self.terms.approval.max_clock_skew);
        let action = self.call().action();
        let deposit = action
            .recipient()
            .map(|to| format!("deposit:tron:{chain_id}:{}", TronAddress::new(to)));
        let mut resources = vec![format!("tron:{chain_id}:transaction:{}", self.sighash)];
        resources.extend(deposit);
        Claim {
            swap_id: self.terms.swap_id,
            environment: self.terms.environment,
            digest: *self.sighash.as_bytes(),
            resources,
            token: self.terms.source.token.clone(),
            amount: action.moves(),
            valid_until: self.valid_until().saturating_add(skew),
        }
    }
}
