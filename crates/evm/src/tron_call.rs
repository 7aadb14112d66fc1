//! Transactions of our own on Tron, on the same way as those on EVM chains.

mod build;
mod draft;
mod evidence;
mod facts;
mod judge;
mod sent;
mod signed;
mod statement;
mod wire;

pub use draft::TronCallDraft;
pub use evidence::{VerifiedTronCall, verify_tron_call};
pub use judge::{TronCall, TronCallJudgement, judge_tron_call, tron_call_facts_query};
pub use sent::SentTronCall;
pub use signed::{SignedTronCall, sign_tron_call};

#[cfg(test)]
mod tests;
