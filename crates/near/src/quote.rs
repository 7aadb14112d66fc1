//! Quotes: from an answer to evidence.

mod answer;
mod canonical;
mod evidence;
mod judge;
mod keys;
mod number;
mod sent;
mod signature;
mod statement;

pub use answer::QuoteAnswer;
pub use evidence::{ProvenQuote, prove};
pub use keys::{PRODUCTION_QUOTE_KEY, QuoteKeyError, QuoteKeys, STAGING_QUOTE_KEY};

pub(crate) use keys::write_key;
