//! Deposits of our own: from a quote that is proven to the one transaction that funds its address.
//!
//! ```text
//! intent ─► bound: the quote is proven ─► draft: terms of the chain, and a transaction by them ─► verify
//! ```
//!
//! Where the address, the amount and the deadline of a deposit come from is a `ProvenQuote` alone.

mod bitcoin;
mod bound;
mod draft;
mod evm;
mod intent;
mod solana;
mod tron;

pub(crate) use bitcoin::payment_terms;
#[cfg(feature = "journal")]
pub(crate) use bound::least_out;
pub(crate) use bound::{BoundDeposit, Question, Quoted, bind, keys, quote_terms, refuse};
pub(crate) use draft::{Draft, not_drafted};
pub(crate) use evm::call_terms;
pub(crate) use intent::intent_draft;
pub(crate) use solana::transfer_terms;
pub(crate) use tron::tron_call_terms;
