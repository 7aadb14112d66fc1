use std::sync::Arc;

use countersign_approval::{
    BitcoinFacts, BitcoinNetwork, Claim, CoinId, Environment, HtlcTerms, Statement, Terms,
};
use countersign_units::{Lots, UnixSeconds};

use crate::judge::{Judgement, judge};
use crate::{InputSighash, PsbtPayload, RefundRecipe, TermsError, VerifyError};

/// A PSBT that was compared with its terms and found to be what was agreed.
///
/// The only way to get one is [`verify`]; [`sign`](crate::sign) takes it and nothing else. It is
/// about a moment: signing refuses it when its deadline has passed, and what comes back from
/// storage or review is a [`PsbtPayload`] again.
#[derive(Debug)]
#[must_use = "a verified PSBT does nothing until it is signed"]
pub struct VerifiedPsbt {
    judgement: Judgement,
    payload: PsbtPayload,
    terms: Arc<Terms<HtlcTerms>>,
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
    payload: PsbtPayload,
    terms: &Arc<Terms<HtlcTerms>>,
    facts: &BitcoinFacts,
    now: UnixSeconds,
) -> Result<VerifiedPsbt, VerifyError> {
    let (swap, htlc) = (terms.source.amount, terms.approval.htlc.amount);
    if swap != Lots::from(htlc) {
        return Err(TermsError::Amounts { swap, htlc }.into());
    }
    require_network(terms.environment, terms.approval.network)?;
    let judgement = judge(&payload, &terms.approval, facts, now)?;
    Ok(VerifiedPsbt { judgement, payload, terms: Arc::clone(terms) })
}

impl VerifiedPsbt {
    /// Returns what is signed, one for each input to sign, in the order of the inputs.
    pub fn sighashes(&self) -> Vec<InputSighash> {
        self.judgement.funding().to_sign.iter().map(|input| input.sighash).collect()
    }

    /// Returns SHA-256 of all that is signed, one after another.
    pub const fn digest(&self) -> [u8; 32] {
        self.judgement.digest()
    }

    /// Returns how the output can be taken back after its lock time. Keep it before signing.
    pub const fn refund_recipe(&self) -> &RefundRecipe {
        self.judgement.refund_recipe()
    }

    /// Returns the payload as it was sent.
    pub const fn payload(&self) -> &PsbtPayload {
        &self.payload
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<HtlcTerms> {
        &self.terms
    }

    /// Returns the last moment at which it is signed.
    pub const fn valid_until(&self) -> UnixSeconds {
        self.judgement.funding().valid_until
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        let mut statement = self.judgement.statement();
        statement.push_swap(&self.terms);
        statement
    }

    /// Returns what the approval takes, for the ledger.
    ///
    /// A signed transaction can be sent for as long as its coins are not spent, so the approval
    /// counts as live for good: no second one of the same swap replaces it.
    pub fn claim(&self) -> Claim {
        let approval = &self.terms.approval;
        let coins = approval.coins.iter();
        let resources = coins.map(|coin| coin_resource(approval.network, coin.id)).collect();
        Claim {
            swap_id: self.terms.swap_id,
            environment: self.terms.environment,
            digest: self.digest(),
            resources,
            token: self.terms.source.token.clone(),
            amount: self.terms.source.amount,
            valid_until: UnixSeconds::new(u64::MAX),
        }
    }

    pub(crate) const fn judgement(&self) -> &Judgement {
        &self.judgement
    }
}

/// Names a coin in a claim: whatever takes a coin takes it by this name.
pub fn coin_resource(network: BitcoinNetwork, coin: CoinId) -> String {
    format!("bitcoin/{network}/{coin}")
}

/// Requires that real coins are moved where that is meant, and nowhere else.
pub(crate) fn require_network(
    environment: Environment,
    network: BitcoinNetwork,
) -> Result<(), TermsError> {
    if (environment == Environment::Mainnet) == (network == BitcoinNetwork::Mainnet) {
        return Ok(());
    }
    Err(TermsError::Network { environment, network })
}
