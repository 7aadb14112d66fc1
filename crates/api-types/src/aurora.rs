//! Aurora's API in front of 1Click: what it writes otherwise.
//!
//! Status, deposits, intents, quotes and errors have the shape that 1Click gives them. A request
//! for a quote has fewer members, and the tokens are in an object.

mod quote_request;
mod tokens;

pub use quote_request::QuoteRequest;
pub use tokens::TokenList;
