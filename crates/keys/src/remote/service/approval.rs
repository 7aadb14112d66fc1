//! What a service asks of evidence before it signs: its own rules, then the custodian's.

use countersign_approval::Sats;
use countersign_bitcoin::Refund;

use super::change::require_own_change;
use super::pins::require_pinned;
use super::refusal::Refusal;
use super::{SigningCall, SigningService};
use crate::Key;
use crate::remote::verified::Verified;

impl SigningService {
    /// Applies the rules of this service, and the custodian's own.
    pub(super) fn approve(
        &self,
        verified: &Verified,
        call: &SigningCall<'_>,
    ) -> Result<(), Refusal> {
        call.key.require_scope(&call.evidence)?;
        let config = verified.config();
        if self.config.is_some() && config.is_some() && config != self.config {
            return Err(Refusal::declined("the terms were made from another policy or registry"));
        }
        if let Some(registry) = &self.registry {
            require_pinned(&call.evidence, registry)
                .map_err(|reason| Refusal::declined(&reason))?;
        }
        require_own_change(&call.evidence, call.key, &self.keyring).map_err(Refusal::declined)?;
        if let Verified::Refund(refund) = verified {
            self.require_own_refund(refund, call.key)?;
        }
        if matches!(verified, Verified::Challenge(_)) {
            return Ok(());
        }
        self.rules.approve(call).map_err(|reason| Refusal::declined(&reason))
    }

    /// A refund has no terms: that it comes back to us, and most of it, is all that speaks for it.
    fn require_own_refund(&self, refund: &Refund, key: &Key) -> Result<(), Refusal> {
        if !self.keyring.takes_back(refund, key) {
            return Err(Refusal::declined("the refund pays to no key of this service"));
        }
        let (fee, amount) = (refund.fee(), refund.recipe().amount());
        let most = self.max_refund_fee.unwrap_or_else(|| half(amount));
        if fee > most {
            return Err(Refusal::declined(&format!(
                "expected a refund for at most {most}, found {fee}"
            )));
        }
        Ok(())
    }
}

fn half(amount: Sats) -> Sats {
    Sats::new(amount.value() / 2).unwrap_or(Sats::ZERO)
}
