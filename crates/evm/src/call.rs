//! Transactions of our own on EVM chains: deposits, and what undoes an approval.
//!
//! ```text
//! CallDraft ─► verify_call(draft, terms, facts, now) ─► VerifiedCall ─► sign_call(call, reservation, …) ─► SignedCall
//!    ▲                └─► Refusal: every violation, typed
//!    └─ CallDraft::build(terms, facts), or bytes that another made
//! ```

pub(crate) mod action;
mod draft;
pub(crate) mod evidence;
pub(crate) mod facts;
mod judge;
pub(crate) mod sign;
mod signed;
mod signer;
pub(crate) mod statement;
mod transaction;

pub use draft::{BuildError, CallDraft, GasPrice, ParseDraftError};
pub use evidence::{VerifiedCall, account_nonce_resource, verify_call};
pub use facts::call_facts_query;
pub use judge::{Call, CallJudgement, judge_call};
pub use sign::{SignCallError, sign_call};
pub use signed::{CallSighash, SentCall, SignedCall};
pub use signer::{CallEvidence, CallSigner, SignCall};

#[cfg(test)]
mod tests;
