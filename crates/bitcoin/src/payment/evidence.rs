use std::sync::Arc;

use countersign_approval::{
    Claim, PaymentAction, PaymentFacts, PaymentTerms, Sats, Statement, Terms,
};
use countersign_units::{Lots, UnixSeconds};

use super::judge::Payment;
use super::{PaymentDraft, PaymentJudgement, judge_payment};
use crate::evidence::{coin_resource, require_network};
use crate::judge::ToSign;
use crate::{InputSighash, TermsError, VerifyError};

/// A payment that was compared with its terms and found to be what was agreed.
///
/// The only way to get one is [`verify_payment`]; [`sign_payment`](crate::sign_payment) takes it and
/// nothing else. It is about a moment: signing refuses it when its deadline is too close, and what
/// comes back from storage or review is a [`PaymentDraft`] again.
#[derive(Debug)]
#[must_use = "a verified payment does nothing until it is signed"]
pub struct VerifiedPayment {
    judgement: PaymentJudgement,
    draft: PaymentDraft,
    terms: Arc<Terms<PaymentTerms>>,
}

/// Compares a draft with the terms and makes evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn verify_payment(
    draft: PaymentDraft,
    terms: &Arc<Terms<PaymentTerms>>,
    facts: &PaymentFacts,
    now: UnixSeconds,
) -> Result<VerifiedPayment, VerifyError> {
    if let PaymentAction::Pay(deposit) = &terms.approval.action
        && terms.source.amount != Lots::from(deposit.amount)
    {
        let (swap, htlc) = (terms.source.amount, deposit.amount);
        return Err(TermsError::Amounts { swap, htlc }.into());
    }
    require_network(terms.environment, terms.approval.network)?;
    let judgement = judge_payment(&draft, &terms.approval, facts, now)?;
    Ok(VerifiedPayment { judgement, draft, terms: Arc::clone(terms) })
}

impl VerifiedPayment {
    /// Returns what is signed, one for each input, in their order.
    pub fn sighashes(&self) -> Vec<InputSighash> {
        self.to_sign().iter().map(|input| input.sighash).collect()
    }

    /// Returns SHA-256 of all that is signed, one after another.
    pub const fn digest(&self) -> [u8; 32] {
        self.judgement.digest()
    }

    /// Returns the id that the signed transaction has, as it is hashed; people read it in reverse.
    pub const fn txid(&self) -> [u8; 32] {
        self.judgement.txid()
    }

    /// Returns what goes to the network's fee.
    pub const fn fee(&self) -> Sats {
        self.judgement.fee()
    }

    /// Returns the draft that was verified.
    pub const fn draft(&self) -> &PaymentDraft {
        &self.draft
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<PaymentTerms> {
        &self.terms
    }

    /// Returns the last moment at which it is signed.
    pub const fn valid_until(&self) -> UnixSeconds {
        self.payment().valid_until
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        let mut statement = self.judgement.statement();
        statement.push_swap(&self.terms);
        statement
    }

    /// Returns what the payment takes, for the ledger: its coins, by the names that approvals take
    /// them by, and its deposit address.
    ///
    /// A signed transaction can be sent for as long as its coins are not spent, so the payment
    /// counts as live for good. What goes back to ourselves counts for its fee alone.
    pub fn claim(&self) -> Claim {
        let payment = self.payment();
        let network = payment.network;
        let coins = payment.spends.iter().map(|spend| coin_resource(network, spend.id));
        let payee = payment.payee.as_ref();
        let deposit = payee.map(|payee| format!("deposit:bitcoin/{network}:{}", payee.address));
        let amount = match &payment.action {
            PaymentAction::Pay(_) => self.terms.source.amount,
            PaymentAction::SelfSpend => Lots::from(payment.fee.amount),
        };
        Claim {
            swap_id: self.terms.swap_id,
            environment: self.terms.environment,
            digest: self.digest(),
            resources: coins.chain(deposit).collect(),
            token: self.terms.source.token.clone(),
            amount,
            valid_until: UnixSeconds::new(u64::MAX),
        }
    }

    pub(crate) fn to_sign(&self) -> &[ToSign] {
        &self.payment().to_sign
    }

    pub(super) const fn payment(&self) -> &Payment {
        self.judgement.payment()
    }
}

/// Returns the size that a payment was judged by.
#[cfg(test)]
pub(crate) const fn payment_vsize(payment: &VerifiedPayment) -> u64 {
    payment.payment().fee.vsize
}
