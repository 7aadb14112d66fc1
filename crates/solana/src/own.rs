//! Transfers of our own: one transfer of SOL or of tokens, that we alone sign and pay.
//!
//! [`build_transfer`] writes one from its terms; [`verify_transfer`] reads it in full and compares
//! all of it, whoever wrote it.
//!
//! ```text
//! TransferTerms ─► build_transfer ─► TransferDraft ─► verify_transfer(draft, terms, facts, now)
//!     ─► VerifiedTransfer ─► sign_transfer(transfer, reservation, …) ─► SignedTransfer
//! ```
//!
//! It is cancelled by waiting: once its blockhash is too old for every block to come, it can't be
//! executed any more. `BlockhashExpired` is the proof of that.

mod agreed;
mod build;
mod draft;
mod evidence;
mod facts_query;
mod judge;
mod message;
mod sign;
mod signed;
mod signer;
mod statement;

pub use build::{TransferPlan, build_transfer};
pub use draft::TransferDraft;
pub use evidence::{VerifiedTransfer, verify_transfer};
pub use facts_query::{lifetime_query, transfer_facts_query};
pub use judge::{TransferJudgement, judge_transfer};
pub use message::TransferMessage;
pub use sign::sign_transfer;
pub use signed::SignedTransfer;
pub use signer::{TransferRequest, TransferSigner};

#[cfg(test)]
mod tests;
