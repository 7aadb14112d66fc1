//! Versioned transactions of Solana that we co-sign, from what the API sent to a signature; and
//! transfers of our own.
//!
//! [`verify`] reads a payload, accounts for every byte of it, resolves its lookup tables, names
//! what each instruction does, compares all of it with the [`CosignTerms`] and returns a
//! [`VerifiedCosign`]; [`sign`] takes that and nothing else, and fills our slot alone.
//!
//! ```text
//! CosignPayload ─► verify(payload, terms, facts, now) ─► VerifiedCosign ─► sign(cosign, reservation, …) ─► SignedCosign
//!                       └─► Refusal: every violation, typed
//! ```
//!
//! A transfer of our own takes the same way: [`build_transfer`] writes a [`TransferDraft`] from its
//! terms, [`verify_transfer`] reads and compares all of that, and [`sign_transfer`] takes the
//! [`VerifiedTransfer`] and nothing else. Its [`SignedTransfer`] can be sent as it is.
//!
//! [`CosignTerms`]: countersign_approval::CosignTerms

mod adapter;
mod address;
mod claims;
mod clusters;
mod decode;
mod ed25519;
mod error;
mod evidence;
mod fact_check;
mod facts_query;
mod fee;
mod instruction;
mod judge;
mod local;
mod message;
mod own;
mod payload;
pub mod programs;
mod resolve;
mod sign;
mod signed;
mod signer;
mod statement;

pub use adapter::SolanaSignerAdapter;
pub use address::associated_token_account;
pub use claims::CosignClaims;
pub use error::{TermsError, VerifyError};
pub use evidence::{VerifiedCosign, verify};
pub use facts_query::facts_query;
pub use judge::{Judgement, judge};
pub use local::{LocalCosignSigner, ParseKeyError};
pub use message::CosignMessage;
pub use own::{
    SignedTransfer, TransferDraft, TransferJudgement, TransferMessage, TransferPlan,
    TransferRequest, TransferSigner, VerifiedTransfer, build_transfer, judge_transfer,
    lifetime_query, sign_transfer, transfer_facts_query, verify_transfer,
};
pub use payload::CosignPayload;
pub use sign::{SignError, sign};
pub use signed::SignedCosign;
pub use signer::{CosignRequest, CosignSigner, SignerError};

#[cfg(test)]
mod tests;
