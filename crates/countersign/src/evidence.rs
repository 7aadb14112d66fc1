use std::sync::Arc;

use countersign_approval::{AssetAmount, Claim, Statement, SwapId};
use countersign_bitcoin::{PsbtForm, SignedPsbt, VerifiedPsbt};
use countersign_evm::{SignedPermit, VerifiedPermit};

/// What was compared with its terms and found to be what was agreed.
///
/// Each kind has one door, its chain crate's `verify`; this only says which kind it is.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "evidence is one of these")]
pub enum Evidence {
    /// A Permit2 permit, on EVM networks and on Tron.
    Permit(Arc<VerifiedPermit>),
    /// A PSBT that funds a hash time-locked output, on Bitcoin.
    Psbt(Arc<VerifiedPsbt>),
}

/// An approval with our signatures, each of which was verified.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a signed approval is one of these")]
pub enum Signature {
    /// That of a permit.
    Permit(SignedPermit),
    /// Those of a PSBT, in it.
    Psbt(Box<SignedPsbt>),
}

impl Evidence {
    /// Returns our own id of the swap.
    pub fn swap_id(&self) -> SwapId {
        match self {
            Self::Permit(permit) => permit.terms().swap_id,
            Self::Psbt(psbt) => psbt.terms().swap_id,
        }
    }

    /// Returns what leaves.
    pub fn source(&self) -> &AssetAmount {
        match self {
            Self::Permit(permit) => &permit.terms().source,
            Self::Psbt(psbt) => &psbt.terms().source,
        }
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        match self {
            Self::Permit(permit) => permit.statement(),
            Self::Psbt(psbt) => psbt.statement(),
        }
    }

    /// Returns the digest that is signed; of a PSBT, SHA-256 of all that is signed.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Permit(permit) => *permit.digest().as_bytes(),
            Self::Psbt(psbt) => psbt.digest(),
        }
    }

    /// Returns what the approval takes, for the ledger.
    pub fn claim(&self) -> Claim {
        match self {
            Self::Permit(permit) => permit.claim(),
            Self::Psbt(psbt) => psbt.claim(),
        }
    }

    /// Returns SHA-256 of the policy that the terms were made by.
    pub(crate) fn policy_digest(&self) -> [u8; 32] {
        match self {
            Self::Permit(permit) => permit.terms().config.policy,
            Self::Psbt(psbt) => psbt.terms().config.policy,
        }
    }

    /// Returns the permit, if it is one.
    pub fn as_permit(&self) -> Option<&VerifiedPermit> {
        match self {
            Self::Permit(permit) => Some(permit),
            Self::Psbt(_) => None,
        }
    }

    /// Returns the PSBT, if it is one.
    pub fn as_psbt(&self) -> Option<&VerifiedPsbt> {
        match self {
            Self::Psbt(psbt) => Some(psbt),
            Self::Permit(_) => None,
        }
    }
}

impl Signature {
    /// Writes what the APIs take as `signed_data`.
    pub fn to_signed_data(&self) -> String {
        match self {
            Self::Permit(signature) => signature.to_string(),
            Self::Psbt(psbt) => psbt.to_base64(PsbtForm::Finalised),
        }
    }
}
