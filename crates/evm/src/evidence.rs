use std::sync::Arc;

use countersign_approval::{Claim, EvmFacts, Permit2Terms, Statement, Terms};
use countersign_units::UnixSeconds;

use crate::judge::{Judgement, judge};
use crate::{Permit, PermitDigest, PermitPayload, TermsError, VerifyError};

/// A permit that was compared with its terms and found to be what was agreed.
///
/// The only way to get one is [`verify`]; [`sign`](crate::sign) takes it and nothing else. It is
/// about a moment: signing refuses it when its deadline has passed, and what comes back from
/// storage or review is a [`PermitPayload`] again.
#[derive(Debug)]
#[must_use = "a verified permit does nothing until it is signed"]
pub struct VerifiedPermit {
    judgement: Judgement,
    digest: PermitDigest,
    payload: PermitPayload,
    terms: Arc<Terms<Permit2Terms>>,
}

/// Compares a payload with the terms and makes evidence of it.
///
/// Reads no clock and asks no chain: `now` and `facts` are given.
///
/// # Errors
///
/// Returns [`VerifyError::Refused`] with every violation that was found, or
/// [`VerifyError::Terms`] if the terms themselves can't be compared with anything.
pub fn verify(
    payload: PermitPayload,
    terms: &Arc<Terms<Permit2Terms>>,
    facts: &EvmFacts,
    now: UnixSeconds,
) -> Result<VerifiedPermit, VerifyError> {
    let (swap, permit) = (terms.source.amount, terms.approval.amount);
    if swap != permit {
        return Err(TermsError::Amounts { swap, permit }.into());
    }
    let judgement = judge(&payload, &terms.approval, facts, now)?;
    let digest = PermitDigest::new(judgement.digest());
    Ok(VerifiedPermit { judgement, digest, payload, terms: Arc::clone(terms) })
}

impl VerifiedPermit {
    /// Returns what the permit says.
    pub const fn permit(&self) -> &Permit {
        self.judgement.permit()
    }

    /// Returns the EIP-712 digest, computed from the rebuilt message.
    pub const fn digest(&self) -> &PermitDigest {
        &self.digest
    }

    /// Returns the payload as it was sent.
    pub const fn payload(&self) -> &PermitPayload {
        &self.payload
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<Permit2Terms> {
        &self.terms
    }

    /// Returns the last moment at which the permit can be used.
    pub fn valid_until(&self) -> UnixSeconds {
        self.permit().deadline()
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        let mut statement = self.judgement.statement();
        statement.push_swap(&self.terms);
        statement
    }

    /// Returns what the approval takes, for the ledger.
    ///
    /// The chain's clock may be behind ours, so the approval counts as live for as long as the two
    /// may differ after its deadline.
    pub fn claim(&self) -> Claim {
        let permit = self.permit();
        let Permit { chain_id, nonce, .. } = permit;
        let [permit2, owner] =
            [permit.permit2, permit.owner].map(|address| hex::encode(address.as_bytes()));
        Claim {
            swap_id: self.terms.swap_id,
            environment: self.terms.environment,
            digest: *self.digest.as_bytes(),
            resources: vec![format!("permit2/{chain_id}/0x{permit2}/0x{owner}/{nonce}")],
            token: self.terms.source.token.clone(),
            amount: permit.amount,
            valid_until: self.valid_until().saturating_add(self.terms.approval.max_clock_skew),
        }
    }
}
