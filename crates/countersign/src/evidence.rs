use std::sync::Arc;

use countersign_api_types::defi::ApprovalSubmission;
use countersign_approval::{AssetAmount, Claim, Statement, SwapId};
use countersign_bitcoin::{PsbtForm, SignedPayment, SignedPsbt, VerifiedPayment, VerifiedPsbt};
use countersign_evm::{
    SignedCall, SignedPermit, SignedTronCall, VerifiedCall, VerifiedPermit, VerifiedTronCall,
};
use countersign_near::{SignedIntent, VerifiedIntent};
use countersign_solana::{SignedCosign, SignedTransfer, VerifiedCosign, VerifiedTransfer};
use countersign_units::Lots;

use crate::{SentIntent, SentTransaction, Submission};

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
    /// A transaction of our own, on an EVM chain.
    Call(Arc<VerifiedCall>),
    /// A transaction of our own, on Tron.
    TronCall(Arc<VerifiedTronCall>),
    /// A payment of our own, on Bitcoin.
    Payment(Arc<VerifiedPayment>),
    /// A transfer of our own, on Solana.
    Transfer(Arc<VerifiedTransfer>),
    /// A NEAR intent over funds that lie with the API.
    Intent(Arc<VerifiedIntent>),
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
    /// That of a transaction of our own, in it.
    Call(Box<SignedCall>),
    /// That of a transaction of our own on Tron, in it.
    TronCall(Box<SignedTronCall>),
    /// Those of a payment of our own, in it.
    Payment(Box<SignedPayment>),
    /// That of a transfer of our own, in it.
    Transfer(Box<SignedTransfer>),
    /// That of a NEAR intent, beside it.
    Intent(Box<SignedIntent>),
}

impl Evidence {
    /// Returns our own id of the swap.
    pub fn swap_id(&self) -> SwapId {
        match self {
            Self::Permit(permit) => permit.terms().swap_id,
            Self::Psbt(psbt) => psbt.terms().swap_id,
            Self::Cosign(cosign) => cosign.terms().swap_id,
            Self::Call(call) => call.terms().swap_id,
            Self::TronCall(call) => call.terms().swap_id,
            Self::Payment(payment) => payment.terms().swap_id,
            Self::Transfer(transfer) => transfer.terms().swap_id,
            Self::Intent(intent) => intent.terms().swap_id,
        }
    }

    /// Returns what leaves.
    pub fn source(&self) -> &AssetAmount {
        match self {
            Self::Permit(permit) => &permit.terms().source,
            Self::Psbt(psbt) => &psbt.terms().source,
            Self::Cosign(cosign) => &cosign.terms().source,
            Self::Call(call) => &call.terms().source,
            Self::TronCall(call) => &call.terms().source,
            Self::Payment(payment) => &payment.terms().source,
            Self::Transfer(transfer) => &transfer.terms().source,
            Self::Intent(intent) => &intent.terms().source,
        }
    }

    /// Returns what comes at least.
    pub(crate) fn least_out(&self) -> Lots {
        match self {
            Self::Permit(permit) => permit.terms().destination.amount,
            Self::Psbt(psbt) => psbt.terms().destination.amount,
            Self::Cosign(cosign) => cosign.terms().destination.amount,
            Self::Call(call) => call.terms().destination.amount,
            Self::TronCall(call) => call.terms().destination.amount,
            Self::Payment(payment) => payment.terms().destination.amount,
            Self::Transfer(transfer) => transfer.terms().destination.amount,
            Self::Intent(intent) => intent.terms().destination.amount,
        }
    }

    /// Says whether it is a transaction of our own, which goes to its chain.
    pub(crate) const fn is_deposit(&self) -> bool {
        matches!(self, Self::Call(_) | Self::TronCall(_) | Self::Payment(_) | Self::Transfer(_))
    }

    /// Says in words what a signature allows, and for which swap.
    pub fn statement(&self) -> Statement {
        match self {
            Self::Permit(permit) => permit.statement(),
            Self::Psbt(psbt) => psbt.statement(),
            Self::Cosign(cosign) => cosign.statement(),
            Self::Call(call) => call.statement(),
            Self::TronCall(call) => call.statement(),
            Self::Payment(payment) => payment.statement(),
            Self::Transfer(transfer) => transfer.statement(),
            Self::Intent(intent) => intent.statement(),
        }
    }

    /// Returns the digest that is signed; of a PSBT, SHA-256 of all that is
    /// signed; of a transaction on Solana, SHA-256 of its message.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Permit(permit) => *permit.digest().as_bytes(),
            Self::Psbt(psbt) => psbt.digest(),
            Self::Cosign(cosign) => cosign.digest(),
            Self::Call(call) => *call.sighash().as_bytes(),
            Self::TronCall(call) => *call.sighash().as_bytes(),
            Self::Payment(payment) => payment.digest(),
            Self::Transfer(transfer) => transfer.digest(),
            Self::Intent(intent) => *intent.digest().as_bytes(),
        }
    }

    /// Returns what the approval takes, for the ledger.
    pub fn claim(&self) -> Claim {
        match self {
            Self::Permit(permit) => permit.claim(),
            Self::Psbt(psbt) => psbt.claim(),
            Self::Cosign(cosign) => cosign.claim(),
            Self::Call(call) => call.claim(),
            Self::TronCall(call) => call.claim(),
            Self::Payment(payment) => payment.claim(),
            Self::Transfer(transfer) => transfer.claim(),
            Self::Intent(intent) => intent.claim(),
        }
    }

    /// Returns SHA-256 of the policy that the terms were made by.
    pub(crate) fn policy_digest(&self) -> [u8; 32] {
        match self {
            Self::Permit(permit) => permit.terms().config.policy,
            Self::Psbt(psbt) => psbt.terms().config.policy,
            Self::Cosign(cosign) => cosign.terms().config.policy,
            Self::Call(call) => call.terms().config.policy,
            Self::TronCall(call) => call.terms().config.policy,
            Self::Payment(payment) => payment.terms().config.policy,
            Self::Transfer(transfer) => transfer.terms().config.policy,
            Self::Intent(intent) => intent.terms().config.policy,
        }
    }

    /// Returns the permit, if it is one.
    pub fn as_permit(&self) -> Option<&VerifiedPermit> {
        match self {
            Self::Permit(permit) => Some(permit),
            _ => None,
        }
    }

    /// Returns the PSBT, if it is one.
    pub fn as_psbt(&self) -> Option<&VerifiedPsbt> {
        match self {
            Self::Psbt(psbt) => Some(psbt),
            _ => None,
        }
    }

    /// Returns the transaction that we co-sign, if it is one.
    pub fn as_cosign(&self) -> Option<&VerifiedCosign> {
        match self {
            Self::Cosign(cosign) => Some(cosign),
            _ => None,
        }
    }
}

impl Signature {
    /// Returns what is let out.
    pub fn to_submission(&self) -> Submission {
        let approval = match self {
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
            Self::Call(call) => {
                let id = format!("0x{}", hex::encode(call.hash()));
                return sent(call.as_bytes(), id, None);
            }
            Self::TronCall(call) => return sent(call.as_bytes(), hex::encode(call.id()), None),
            Self::Payment(payment) => {
                let mut txid = payment.txid();
                // Bitcoin's people read a hash from its end.
                txid.reverse();
                return sent(&payment.to_bytes(), hex::encode(txid), None);
            }
            Self::Transfer(transfer) => {
                let last = Some(transfer.last_valid_block_height());
                return sent(transfer.wire(), transfer.txid(), last);
            }
            Self::Intent(intent) => {
                let (signed, hash) = (intent.as_json().to_owned(), intent.digest().to_string());
                return Submission::Intent(SentIntent { signed, hash });
            }
        };
        approval.into()
    }
}

fn sent(transaction: &[u8], id: String, last_valid_block_height: Option<u64>) -> Submission {
    let transaction = hex::encode(transaction);
    Submission::Deposit(SentTransaction { transaction, id, last_valid_block_height })
}
