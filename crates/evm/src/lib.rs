//! Permit2 approvals, from what the API sent to a signature; and transactions of our own.
//!
//! [`verify`] reads a payload, compares all of it with the [`Terms`], rebuilds the EIP-712 message
//! from checked values and returns a [`VerifiedPermit`]; [`sign`] takes that and nothing else.
//!
//! ```text
//! PermitPayload ─► verify(payload, terms, facts, now) ─► VerifiedPermit ─► sign(permit, reservation, …) ─► SignedPermit
//!                         └─► Refusal: every violation, typed
//! ```
//!
//! What we send ourselves takes the same way: [`verify_call`] reads a [`CallDraft`], which we made
//! or another did, and [`sign_call`] signs the [`VerifiedCall`].
//!
//! [`Terms`]: countersign_approval::Terms

mod adapter;
mod approve_call;
mod call;
mod digest;
mod eip712;
mod error;
mod evidence;
mod facts_query;
mod judge;
mod keccak;
mod local;
mod payload;
mod permit;
mod sign;
mod signature;
mod signer;
mod statement;
mod tron_call;

pub use adapter::AlloySigner;
pub use approve_call::ApproveCall;
pub use call::{
    BuildError, Call, CallDraft, CallEvidence, CallJudgement, CallSighash, CallSigner, GasPrice,
    ParseDraftError, SentCall, SignCall, SignCallError, SignedCall, VerifiedCall,
    account_nonce_resource, call_facts_query, judge_call, sign_call, verify_call,
};
pub use digest::PermitDigest;
pub use eip712::check_witness_type;
pub use error::{TermsError, VerifyError};
pub use evidence::{VerifiedPermit, verify};
pub use facts_query::facts_query;
pub use judge::{Judgement, judge};
pub use local::{LocalSigner, ParseKeyError};
pub use payload::PermitPayload;
pub use permit::Permit;
pub use sign::{SignError, sign};
pub use signature::{SignatureError, SignedPermit, UncheckedSignature};
pub use signer::{PermitSigner, SignPermit, SignerError};
pub use tron_call::{
    SentTronCall, SignedTronCall, TronCall, TronCallDraft, TronCallJudgement, VerifiedTronCall,
    judge_tron_call, sign_tron_call, tron_call_facts_query, verify_tron_call,
};

#[cfg(test)]
mod tests;
