use std::sync::Arc;

use countersign_approval::{Claim, Statement, Terms, TransferFacts, TransferTerms};
use countersign_units::{SolanaHash, UnixSeconds};

use super::{TransferDraft, TransferJudgement, TransferMessage, judge_transfer};
use crate::evidence::require_cluster;
use crate::{TermsError, VerifyError};

/// A transfer of our own that was compared with its terms and found to be what was agreed.
///
/// The only way to get one is [`verify_transfer`]; [`sign_transfer`](crate::sign_transfer) takes it
/// and nothing else. It is about a moment: signing refuses it when its deadline has passed, and what
/// comes back from storage or review is a [`TransferDraft`] again.
#[derive(Debug)]
#[must_use = "a verified transfer does nothing until it is signed"]
pub struct VerifiedTransfer {
    judgement: TransferJudgement,
    draft: TransferDraft,
    terms: Arc<Terms<TransferTerms>>,
}

/// Compares a draft with the terms and makes evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn verify_transfer(
    draft: TransferDraft,
    terms: &Arc<Terms<TransferTerms>>,
    facts: &TransferFacts,
    now: UnixSeconds,
) -> Result<VerifiedTransfer, VerifyError> {
    let (swap, transfer) = (terms.source.amount, terms.approval.action.amount());
    if swap != transfer {
        return Err(TermsError::Amounts { swap, transfer }.into());
    }
    require_cluster(terms.environment, terms.approval.genesis_hash)?;
    let judgement = judge_transfer(&draft, &terms.approval, facts, now)?;
    Ok(VerifiedTransfer { judgement, draft, terms: Arc::clone(terms) })
}

impl VerifiedTransfer {
    /// Returns what is signed.
    pub fn message(&self) -> TransferMessage {
        self.judgement.message()
    }

    /// Returns SHA-256 of what is signed.
    pub fn digest(&self) -> [u8; 32] {
        self.judgement.digest()
    }

    /// Returns the draft as it came.
    pub const fn draft(&self) -> &TransferDraft {
        &self.draft
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<TransferTerms> {
        &self.terms
    }

    /// Returns the last moment at which it is signed.
    pub const fn valid_until(&self) -> UnixSeconds {
        self.judgement.valid_until()
    }

    /// Returns the blockhash that it lives by.
    pub fn blockhash(&self) -> SolanaHash {
        self.judgement.blockhash()
    }

    /// Returns the last height at which a block takes it.
    pub const fn last_valid_block_height(&self) -> u64 {
        self.judgement.agreed().last_valid_block_height
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        let mut statement = self.judgement.statement();
        statement.push_swap(&self.terms);
        statement
    }

    /// Returns what the transfer takes, for the ledger: its message, and the address that it funds.
    ///
    /// Only the chain can say that a blockhash has died, so it counts as live for good: no second one
    /// of the same swap replaces it before that is proven.
    pub fn claim(&self) -> Claim {
        let digest = self.digest();
        let cluster = self.terms.approval.genesis_hash;
        let cluster = cluster.map_or_else(|| "-".to_owned(), |hash| hash.to_string());
        let resources = vec![
            format!("solana/{cluster}/{}", hex::encode(digest)),
            format!("deposit:solana:{}", self.terms.approval.action.to()),
        ];
        Claim {
            swap_id: self.terms.swap_id,
            environment: self.terms.environment,
            digest,
            resources,
            token: self.terms.source.token.clone(),
            amount: self.terms.source.amount,
            valid_until: UnixSeconds::new(u64::MAX),
        }
    }

    pub(super) const fn judgement(&self) -> &TransferJudgement {
        &self.judgement
    }
}
