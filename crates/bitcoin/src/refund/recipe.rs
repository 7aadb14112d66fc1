use countersign_approval::{
    BitcoinNetwork, CoinId, DerivedHtlc, HtlcKey, HtlcSpec, HtlcTerms, Sats,
};
use serde::{Deserialize, Serialize};

use super::wire::Wire;
use super::{Refund, RefundError};
use crate::templates::Htlc;

/// All that it takes to get an output back after its lock time, except the key: for the caller to
/// keep from before the funding signature leaves.
///
/// It holds no secret. What it says is not believed: the output's script is rebuilt from it and
/// compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct RefundRecipe {
    pub(super) network: BitcoinNetwork,
    pub(super) outpoint: Option<CoinId>,
    pub(super) template: String,
    pub(super) amount: Sats,
    pub(super) secret_hash: [u8; 32],
    pub(super) locktime: u32,
    pub(super) claim_key: HtlcKey,
    pub(super) refund_key: HtlcKey,
    pub(super) internal_key: Option<[u8; 32]>,
    /// Our key behind the refund key, compressed.
    pub(super) public_key: [u8; 33],
    pub(super) refund_script: Vec<u8>,
    pub(super) script_pubkey: Vec<u8>,
}

/// A text is no recipe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refund recipe: {member}: expected {expected}")]
pub struct RecipeError {
    /// The member.
    pub member: &'static str,
    /// What it had to be.
    pub expected: &'static str,
}

impl RefundRecipe {
    pub(crate) fn new(
        terms: &HtlcTerms,
        htlc: &Htlc,
        public_key: [u8; 33],
        outpoint: Option<([u8; 32], u32)>,
    ) -> Self {
        let spec = &terms.htlc;
        Self {
            network: terms.network,
            outpoint: outpoint.map(|(txid, vout)| CoinId { txid, vout }),
            template: spec.template.clone(),
            amount: spec.amount,
            secret_hash: spec.secret_hash,
            locktime: spec.locktime,
            claim_key: spec.claim_key,
            refund_key: spec.refund_key,
            internal_key: spec.internal_key,
            public_key,
            refund_script: terms.change_script.clone(),
            script_pubkey: htlc.script_pubkey.to_bytes(),
        }
    }

    /// Returns where the output will be; nothing where signatures of others decide that, so that
    /// it has to be looked up by [`script_pubkey`](Self::script_pubkey).
    pub const fn outpoint(&self) -> Option<CoinId> {
        self.outpoint
    }

    /// Returns the network of the output.
    pub const fn network(&self) -> BitcoinNetwork {
        self.network
    }

    /// Returns the output's script.
    pub fn script_pubkey(&self) -> &[u8] {
        &self.script_pubkey
    }

    /// Returns the output's amount.
    pub const fn amount(&self) -> Sats {
        self.amount
    }

    /// Returns from when on it can be taken: a height below 500,000,000, else Unix seconds.
    pub const fn locktime(&self) -> u32 {
        self.locktime
    }

    /// Returns the script of ours that it goes back to.
    pub fn refund_script(&self) -> &[u8] {
        &self.refund_script
    }

    /// Returns our key that takes it back, compressed.
    pub const fn public_key(&self) -> [u8; 33] {
        self.public_key
    }

    /// Says whether a refund leaves more than dust at a fee rate in satoshis per virtual byte.
    pub fn is_possible(&self, fee_rate: u64) -> bool {
        let anywhere = CoinId { txid: [0; 32], vout: 0 };
        self.plan(anywhere, fee_rate, Sats::MAX).is_ok()
    }

    /// Builds the refund of the output at `outpoint`, at a fee rate in satoshis per virtual byte,
    /// and verifies that it takes back what was funded, to our own script.
    ///
    /// # Errors
    ///
    /// Returns a [`RefundError`] if the recipe contradicts itself, or the fee is too much.
    pub fn plan(
        &self,
        outpoint: CoinId,
        fee_rate: u64,
        max_fee: Sats,
    ) -> Result<Refund, RefundError> {
        Refund::new(self, outpoint, fee_rate, max_fee)
    }

    pub(crate) const fn refund_key(&self) -> HtlcKey {
        self.refund_key
    }

    pub(super) fn spec(&self) -> HtlcSpec {
        HtlcSpec {
            template: self.template.clone(),
            amount: self.amount,
            secret_hash: self.secret_hash,
            locktime: self.locktime,
            claim_key: self.claim_key,
            refund_key: self.refund_key,
            internal_key: self.internal_key,
            derived: DerivedHtlc::default(),
        }
    }
}
