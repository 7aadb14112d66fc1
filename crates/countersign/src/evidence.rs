use std::sync::Arc;

use countersign_api_types::defi::ApprovalSubmission;
use countersign_approval::{AssetAmount, Claim, Statement, SwapId};
use countersign_bitcoin::{PsbtForm, SignedPsbt, VerifiedPsbt};
use countersign_evm::{SignedPermit, VerifiedPermit};
use countersign_solana::{SignedCosign, VerifiedCosign};

use crate::Submission;

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
    /// A transaction that we co-sign, on Solana.
    Cosign(Arc<VerifiedCosign>),
}

/// An approval with our signatures, each of which was verified.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a signed approval is one of these")]
pub enum Signature {
    /// That of a permit.
    Permit(SignedPermit),
    /// Those of a PSBT, in it.
    Psbt(Box<SignedPsbt>),
    /// That of a transaction, in its slot.
    Cosign(Box<SignedCosign>),
}

impl Evidence {
    /// Returns our own id of the swap.
    pub fn swap_id(&self) -> SwapId {
        match self {
            Self::Permit(permit) => permit.terms().swap_id,
            Self::Psbt(psbt) => psbt.terms().swap_id,
            Self::Cosign(cosign) => cosign.terms().swap_id,
        }
    }

    /// Returns what leaves.
    pub fn source(&self) -> &AssetAmount {
        match self {
            Self::Permit(permit) => &permit.terms().source,
            Self::Psbt(psbt) => &psbt.terms().source,
            Self::Cosign(cosign) => &cosign.terms().source,
        }
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        match self {
            Self::Permit(permit) => permit.statement(),
            Self::Psbt(psbt) => psbt.statement(),
            Self::Cosign(cosign) => cosign.statement(),
        }
    }

    /// Returns the digest that is signed; of a PSBT, SHA-256 of all that is
    /// signed; of a transaction on Solana, SHA-256 of its message.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Permit(permit) => *permit.digest().as_bytes(),
            Self::Psbt(psbt) => psbt.digest(),
            Self::Cosign(cosign) => cosign.digest(),
        }
    }

    /// Returns what the approval takes, for the ledger.
    pub fn claim(&self) -> Claim {
        match self {
            Self::Permit(permit) => permit.claim(),
            Self::Psbt(psbt) => psbt.claim(),
            Self::Cosign(cosign) => cosign.claim(),
        }
    }

    /// Returns SHA-256 of the policy that the terms were made by.
    pub(crate) fn policy_digest(&self) -> [u8; 32] {
        match self {
            Self::Permit(permit) => permit.terms().config.policy,
            Self::Psbt(psbt) => psbt.terms().config.policy,
            Self::Cosign(cosign) => cosign.terms().config.policy,
        }
    }

    /// Returns the permit, if it is one.
    pub fn as_permit(&self) -> Option<&VerifiedPermit> {
        match self {
            Self::Permit(permit) => Some(permit),
            Self::Psbt(_) | Self::Cosign(_) => None,
        }
    }

    /// Returns the PSBT, if it is one.
    pub fn as_psbt(&self) -> Option<&VerifiedPsbt> {
        match self {
            Self::Psbt(psbt) => Some(psbt),
            Self::Permit(_) | Self::Cosign(_) => None,
        }
    }

    /// Returns the transaction that we co-sign, if it is one.
    pub fn as_cosign(&self) -> Option<&VerifiedCosign> {
        match self {
            Self::Cosign(cosign) => Some(cosign),
            Self::Permit(_) | Self::Psbt(_) => None,
        }
    }
}

impl Signature {
    /// Returns what is submitted to the API.
    pub fn to_submission(&self) -> Submission {
        Submission::Approval(match self {
            Self::Permit(signature) => {
                ApprovalSubmission::Permit2 { signature: signature.to_string() }
            }
            Self::Psbt(psbt) => {
                ApprovalSubmission::Htlc { psbt: psbt.to_base64(PsbtForm::Finalised) }
            }
            Self::Cosign(transaction) => ApprovalSubmission::Cosign {
                transaction: transaction.to_hex(),
                user_address: transaction.user_address().to_string(),
            },
        })
    }
}
