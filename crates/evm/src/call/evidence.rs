use std::sync::Arc;

use countersign_approval::{CallAction, CallFacts, CallTerms, Claim, Statement, Terms};
use countersign_units::{EvmAddress, Lots, UnixSeconds};

use super::{Call, CallDraft, CallJudgement, CallSighash, judge_call};
use crate::{TermsError, VerifyError};

/// A transaction of our own that was compared with its terms and found to be what was agreed.
///
/// The only way to get one is [`verify_call`]; [`sign_call`](crate::sign_call) takes it and nothing
/// else. It is about a moment: signing refuses it when its deadline has passed, and what comes back
/// from storage or review is a [`CallDraft`] again.
#[derive(Debug)]
#[must_use = "a verified transaction does nothing until it is signed"]
pub struct VerifiedCall {
    judgement: CallJudgement,
    sighash: CallSighash,
    draft: CallDraft,
    terms: Arc<Terms<CallTerms>>,
}

/// Compares a draft with the terms and makes evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn verify_call(
    draft: CallDraft,
    terms: &Arc<Terms<CallTerms>>,
    facts: &CallFacts,
    now: UnixSeconds,
) -> Result<VerifiedCall, VerifyError> {
    check_terms(&terms.approval.action, terms.source.amount)?;
    let judgement = judge_call(&draft, &terms.approval, facts, now)?;
    let sighash = CallSighash::new(judgement.digest());
    Ok(VerifiedCall { judgement, sighash, draft, terms: Arc::clone(terms) })
}

/// Requires that an action can be meant, for a swap of so much.
pub(crate) fn check_terms(action: &CallAction, swap: Lots) -> Result<(), TermsError> {
    let amount = match action {
        CallAction::TransferNative { amount, .. } | CallAction::TransferToken { amount, .. } => {
            *amount
        }
        CallAction::Approve { amount, .. } if !amount.is_zero() => *amount,
        CallAction::InvalidateNonces { word, mask, .. } => {
            let sound = word.bit_len() <= 248 && !mask.is_zero();
            let expected = "a word below 2^248 and at least one of its bits";
            return if sound { Ok(()) } else { Err(TermsError::Action { expected }) };
        }
        CallAction::Approve { .. } | CallAction::ReplaceNonce | CallAction::FillNonce => {
            return Ok(());
        }
    };
    if swap != amount {
        return Err(TermsError::CallAmounts { swap, call: amount });
    }
    Ok(())
}

impl VerifiedCall {
    /// Returns what the transaction says.
    pub const fn call(&self) -> &Call {
        self.judgement.call()
    }

    /// Returns the hash that is signed, computed from the bytes that were judged.
    pub const fn sighash(&self) -> &CallSighash {
        &self.sighash
    }

    /// Returns the bytes that were judged.
    pub const fn draft(&self) -> &CallDraft {
        &self.draft
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<CallTerms> {
        &self.terms
    }

    /// Returns the last moment at which it is signed.
    pub fn deadline(&self) -> UnixSeconds {
        self.terms.approval.deadline
    }

    /// Returns the last moment at which the transaction can be mined: there is none. Only another
    /// one with its account nonce ends it.
    pub const fn valid_until(&self) -> UnixSeconds {
        UnixSeconds::new(u64::MAX)
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        let mut statement = self.judgement.statement();
        statement.push_swap(&self.terms);
        statement
    }

    /// Returns what the transaction takes, for the ledger.
    ///
    /// A transfer takes its deposit address too, so that no two swaps fund one. What replaces
    /// another takes the right to replace, since the account nonce itself is that other's.
    pub fn claim(&self) -> Claim {
        let Call { owner, chain_id, account_nonce, action, .. } = self.call();
        let nonce = account_nonce_resource(*chain_id, *owner, *account_nonce);
        let mut resources = match action {
            CallAction::ReplaceNonce => vec![format!("{nonce}:replacement")],
            _ => vec![nonce],
        };
        resources.extend(action.recipient().map(|to| {
            let to = hex::encode(to.as_bytes());
            format!("deposit:evm:{chain_id}:0x{to}")
        }));
        Claim {
            swap_id: self.terms.swap_id,
            environment: self.terms.environment,
            digest: *self.sighash.as_bytes(),
            resources,
            token: self.terms.source.token.clone(),
            amount: action.moves(),
            valid_until: self.valid_until(),
        }
    }

    pub(super) const fn judgement(&self) -> &CallJudgement {
        &self.judgement
    }
}

/// Names an account nonce in a claim: whatever takes one takes it by this name.
pub fn account_nonce_resource(chain_id: u64, owner: EvmAddress, nonce: u64) -> String {
    format!("evm:{chain_id}:0x{}:account-nonce:{nonce}", hex::encode(owner.as_bytes()))
}
