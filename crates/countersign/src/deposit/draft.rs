use std::sync::Arc;

use countersign_approval::{
    BitcoinFacts, CallFacts, CallTerms, IntentTerms, NearFacts, PaymentFacts, PaymentTerms,
    Refusal, Terms, TransferFacts, TransferTerms, TronCallFacts, TronCallTerms,
};
use countersign_bitcoin::{PaymentDraft, verify_payment};
use countersign_evm::{CallDraft, TronCallDraft, verify_call, verify_tron_call};
use countersign_near::{IntentPayload, verify_intent};
use countersign_solana::{TransferDraft, verify_transfer};
use countersign_units::UnixSeconds;

use crate::{Evidence, Facts, FlowError};

/// A transaction of our own as it was drafted, and the terms that it is compared with.
#[derive(Clone, Debug)]
pub(crate) enum Draft {
    Call { terms: Arc<Terms<CallTerms>>, draft: CallDraft },
    TronCall { terms: Arc<Terms<TronCallTerms>>, draft: TronCallDraft },
    Payment { terms: Arc<Terms<PaymentTerms>>, draft: PaymentDraft },
    Transfer { terms: Arc<Terms<TransferTerms>>, draft: TransferDraft },
    Intent { terms: Arc<Terms<IntentTerms>>, payload: IntentPayload },
}

impl Draft {
    /// Compares the draft with its terms and with facts of the chain, and makes evidence of it. Facts
    /// of another kind of chain are none.
    pub(crate) fn verify(self, facts: &Facts, now: UnixSeconds) -> Result<Evidence, FlowError> {
        Ok(match self {
            Self::Call { terms, draft } => {
                let none = CallFacts::default();
                let facts = if let Facts::Call(facts) = facts { facts } else { &none };
                Evidence::Call(Arc::new(verify_call(draft, &terms, facts, now)?))
            }
            Self::TronCall { terms, draft } => {
                let none = TronCallFacts::default();
                let facts = if let Facts::TronCall(facts) = facts { facts } else { &none };
                Evidence::TronCall(Arc::new(verify_tron_call(draft, &terms, facts, now)?))
            }
            Self::Payment { terms, draft } => {
                let none = PaymentFacts { chain: BitcoinFacts::default(), conflict: None };
                let facts = if let Facts::Payment(facts) = facts { facts } else { &none };
                Evidence::Payment(Arc::new(verify_payment(draft, &terms, facts, now)?))
            }
            Self::Transfer { terms, draft } => {
                let none = TransferFacts::default();
                let facts = if let Facts::Transfer(facts) = facts { facts.as_ref() } else { &none };
                Evidence::Transfer(Arc::new(verify_transfer(draft, &terms, facts, now)?))
            }
            Self::Intent { terms, payload } => {
                let none = NearFacts::default();
                let facts = if let Facts::Near(facts) = facts { facts } else { &none };
                Evidence::Intent(Arc::new(verify_intent(payload, &terms, facts, now)?))
            }
        })
    }
}

/// Refuses a deposit that was not drafted: there was no view of its chain to draft it by.
pub(crate) fn not_drafted(network: &str) -> Refusal {
    let (member, expected) = (format!("networks.{network}"), "a view of the chain");
    super::bound::refuse(countersign_approval::Code::Unavailable, &member, expected, "none")
}
